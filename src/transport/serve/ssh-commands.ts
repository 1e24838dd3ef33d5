import parse from 'shell-quote/parse.js'

export interface CommandResult {
  readonly stdout: string
  readonly stderr: string
  /** 0 to 255. */
  readonly status: number
}

/** Runs a command, given as its words; undefined when there is no such command. */
export type RunCommand = (argv: readonly string[]) => Promise<CommandResult | undefined>

/** The script by which a node tells about itself has a few thousand. */
const MAX_LINE_BYTES = 16_384

/** Every quote is closed and none is one of bash's own (`$'`), no backslash comes last, no backquote stands where it would run things. */
const WELL_QUOTED = /^(?:[^\\'"`$]|\$(?!['"])|\\.|'[^']*'|"(?:[^\\"`]|\\.)*")*$/s

/** What a shell and `exec` return for: a line that is not understood, a command that cannot be run, one that does not exist. */
const STATUS = { syntax: 2, cannotRun: 126, notFound: 127 } as const

/** Runs the command of a line as a client sends it. What goes wrong is told as a shell would: in stderr and status. */
export async function runLine(line: string, run: RunCommand): Promise<CommandResult> {
  const words = cutWords(line)
  if (typeof words === 'string') return failure(STATUS.syntax, words)
  const [name] = words
  if (name === undefined) return { stdout: '', stderr: '', status: 0 }
  try {
    return (await run(words)) ?? failure(STATUS.notFound, `${name}: not found`)
  } catch (error) {
    return failure(STATUS.cannotRun, `${name}: ${error instanceof Error ? error.message : error}`)
  }
}

/**
 * The words of a command line as a POSIX shell cuts them. There is no shell behind: patterns such as `*` stay as they are, as they do
 * where no file matches. A line that needs a shell for more gives what is wrong with it, as text.
 */
function cutWords(given: string): string[] | string {
  const line = given.replace(/\n+$/, '')
  if (Buffer.byteLength(line) > MAX_LINE_BYTES) return `the command line is longer than ${MAX_LINE_BYTES} bytes`
  if (/[\n\0]/.test(withoutSingleQuoted(line))) return 'only one line is understood, unless in single quotes'
  // The parser passes over what this finds.
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

/** What is not between single quotes; a single quote may itself be escaped, or between double ones. */
const withoutSingleQuoted = (line: string): string =>
  line.replace(/'[^'\0]*'|"(?:[^\\"]|\\.)*"|\\./gs, (part) => (part.startsWith("'") ? '' : part))

/** What the parser finds, unless it finds nothing right or a variable. */
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
