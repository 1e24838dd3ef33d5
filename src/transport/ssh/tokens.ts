import { badConfig } from './config-text.ts'
import type { Setting } from './host-search.ts'

/** The text for each letter after `%`. */
export type Tokens = Readonly<Record<string, string>>

/** @throws CtdbtsError SSH_CONFIG for an unknown token. */
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
 * @throws CtdbtsError SSH_CONFIG for an unknown token, a variable that is not set, or another user's home.
 */
export function expandPath(
  word: string,
  { file }: Setting,
  tokens: Tokens,
  { env, home }: { readonly env: NodeJS.ProcessEnv; readonly home: string },
): string {
  const text = word.replace(/\$\{([^}]*)\}/g, (_, name: string) => {
    const value = env[name]
    if (value === undefined) throw badConfig(file, `\`${word}\`: the environment variable ${name} is not set`)
    return value
  })
  if (/^~[^/]/.test(text)) throw badConfig(file, `\`${word}\`: only ~/ is supported, not the home of another user`)
  return expandTokens(
    text.replace(/^~(?=\/|$)/, () => home.replaceAll('%', '%%')),
    tokens,
  )
}
