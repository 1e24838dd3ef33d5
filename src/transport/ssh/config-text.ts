import sshConfig, { type Directive, type Line } from 'ssh-config'
import { CtdbtsError } from '../../lib/errors.ts'
import { reasonOf } from '../remote-text.ts'

/**
 * The lines of an OpenSSH configuration file.
 * @throws CtdbtsError SSH_CONFIG when it cannot be parsed, or a keyword has no value.
 */
export function parseConfig(text: string, file: string): readonly Line[] {
  let lines: readonly Line[]
  try {
    lines = sshConfig.parse(text)
  } catch (cause) {
    throw badConfig(file, `it cannot be parsed: ${reasonOf(cause)}`, undefined, cause)
  }
  checkValues(lines, file)
  return lines
}

function checkValues(lines: readonly Line[], file: string): void {
  for (const line of lines) {
    if (!('param' in line)) continue
    const [keyword] = line.param.split(/[\r\n]/)
    // For a keyword without a value, the parser reads the next line as part of the keyword.
    if (/[\r\n]/.test(line.param + line.separator) || wordsOf(line).length === 0) {
      throw badConfig(file, `\`${keyword}\` has no value`)
    }
    if ('config' in line) checkValues(line.config, file)
  }
}

/** The words of a value. */
export function wordsOf({ value }: Directive): readonly string[] {
  if (typeof value !== 'string') return value.map(({ val }) => val)
  return value === '' ? [] : [value]
}

/** An invalid configuration. Nothing is guessed. */
export function badConfig(file: string, why: string, hint?: string, cause?: unknown): CtdbtsError {
  return new CtdbtsError('SSH_CONFIG', `${file}: ${why}`, {
    hint: hint ?? `correct it (\`ssh -G HOST\` shows how OpenSSH reads it), or use another file with --ssh-config`,
    cause,
  })
}
