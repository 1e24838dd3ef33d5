import parse from 'shell-quote/parse.js'
import { SHELL_STATUS } from '../../lib/shell-status.ts'
import { trimmedEnd } from '../../lib/trimmed-end.ts'

export interface CommandResult {
  readonly stdout: string
  readonly stderr: string
  /** 0 to 255. */
  readonly status: number
}

/** Runs a command, given as its words. Returns undefined when there is no such command. */
export type RunCommand = (argv: readonly string[]) => Promise<CommandResult | undefined>

/** The facts script has a few thousand. */
const MAX_LINE_BYTES = 16_384

/** All quotes are closed, none is bash's `$'`, there is no backslash at the end, and no backquote outside single quotes. */
const WELL_QUOTED = /^(?:[^\\'"`$]|\$(?!['"])|\\.|'[^']*'|"(?:[^\\"`]|\\.)*")*$/s

/** Runs the command line of a client. Errors are reported as a shell does: in stderr and status. */
export async function runLine(line: string, run: RunCommand): Promise<CommandResult> {
  const words = cutWords(line)
  if (typeof words === 'string') return failure(SHELL_STATUS.syntax, words)
  const [name] = words
  if (name === undefined) return { stdout: '', stderr: '', status: 0 }
  try {
    return (await run(words)) ?? failure(SHELL_STATUS.notFound, `${name}: not found`)
  } catch (error) {
    return failure(SHELL_STATUS.cannotRun, `${name}: ${error instanceof Error ? error.message : error}`)
  }
}

/**
 * Splits a command line into words as a POSIX shell does, without running a shell. Patterns such as `*` stay as they are, as they do when no
 * file matches. For a line that needs more of a shell, it returns the reason as a text.
 */
function cutWords(given: string): string[] | string {
  const line = trimmedEnd(given, '\n')
  if (Buffer.byteLength(line) > MAX_LINE_BYTES) return `the command line is longer than ${MAX_LINE_BYTES} bytes`
  if (/[\n\0]/.test(withoutSingleQuoted(line))) return 'only one line is understood, unless in single quotes'
  // The parser does not report these errors.
  if (!WELL_QUOTED.test(line)) return "a quote is not closed, or `$'` or a command substitution is used, which are not supported"
  const entries = parseLine(line)
  if (typeof entries === 'string') return entries
  const words: string[] = []
  for (const entry of entries) {
    if (typeof entry === 'string') words.push(entry)
    else if ('comment' in entry) return '`#` is not supported unless quoted'
    else if (entry.op === 'glob') words.push(entry.pattern)
    else return `\`${entry.op}\` is not supported: only a plain command is, without pipes, lists and redirections`
  }
  return words
}

/** The line without its parts in single quotes. A single quote may itself be escaped, or in double quotes. */
const withoutSingleQuoted = (line: string): string =>
  line.replace(/'[^'\0]*'|"(?:[^\\"]|\\.)*"|\\./gs, (part) => (part.startsWith("'") ? '' : part))

/** The words and operators of the line, or as a text the reason why it is not supported. */
function parseLine(line: string): parse.ParseEntry[] | string {
  const variables: string[] = []
  const noteVariable = (name: string) => {
    variables.push(name)
    return ''
  }
  try {
    const entries = parse(line, noteVariable)
    return variables.length === 0 ? entries : `\`$${variables[0]}\` is not supported: no variable is, nor \`$(\``
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}

const failure = (status: number, text: string): CommandResult => ({ stdout: '', stderr: `sh: 1: ${text}\n`, status })
