import { badConfig, type Setting } from './config-files.ts'

/** What stands for what: the letter after `%`, and its text. */
export type Tokens = Readonly<Record<string, string>>

/** @throws CtdbtsError SSH_CONFIG for a token that has no meaning here. */
export function expandTokens(text: string, tokens: Tokens): string {
  return text.replace(/%(.?)/g, (token, letter: string) => {
    if (letter === '%') return '%'
    const value = tokens[letter]
    if (value === undefined) throw badConfig('the SSH configuration', `\`${token}\` in \`${text}\` is not supported`)
    return value
  })
}

/**
 * A path of the configuration, with `~/`, `${VARIABLE}` and tokens.
 * @throws CtdbtsError SSH_CONFIG for what is not there.
 */
export function expandPath(
  word: string,
  { file }: Setting,
  tokens: Tokens,
  { env, home }: { readonly env: NodeJS.ProcessEnv; readonly home: string },
): string {
  const text = word.replace(/\$\{([^}]*)\}/g, (_, name: string) => {
    const value = env[name]
    if (value === undefined) throw badConfig(file, `\`${word}\`: there is no variable ${name} in the environment`)
    return value
  })
  if (/^~[^/]/.test(text)) throw badConfig(file, `\`${word}\`: only ~/ is supported, not another user's folder`)
  return expandTokens(
    text.replace(/^~(?=\/|$)/, () => home.replaceAll('%', '%%')),
    tokens,
  )
}
