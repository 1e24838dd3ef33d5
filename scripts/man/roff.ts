/** Text without a character that means something to roff, in ASCII. */
const escapeCharacters = (text: string): string =>
  text
    .replaceAll('\\', '\\(rs')
    .replaceAll('-', '\\-')
    .replaceAll("'", '\\(aq')
    .replaceAll('`', '\\(ga')
    .replaceAll('^', '\\(ha')
    .replaceAll('~', '\\(ti')
    .replaceAll(/[^\p{ASCII}]/gu, (character) => `\\[u${character.codePointAt(0)?.toString(16).toUpperCase().padStart(4, '0')}]`)

/** At the start of a line, a dot begins a request. */
const escapeDots = (text: string): string => text.replaceAll(/^\./gm, '\\&.')

/** Lines of text that roff shows as they are. */
export const escapeRoff = (text: string): string => escapeDots(escapeCharacters(text))

const bold = (text: string): string => `\\fB${escapeCharacters(text)}\\fR`

/** Words in backticks are bold; everything else as it is. */
export const inline = (text: string): string =>
  escapeDots(
    text
      .split(/`([^`]*)`/)
      .map((part, index) => (index % 2 === 1 ? bold(part) : escapeCharacters(part)))
      .join(''),
  )

/** Lines as they are, in the font of a terminal. */
export const literal = (lines: readonly string[]): string[] => [...EXAMPLE_START, ...lines.map(escapeRoff), ...EXAMPLE_END]

const EXAMPLE_START = ['.RS 4', '.EX']
const EXAMPLE_END = ['.EE', '.RE']

/** A term, in bold, and what it means. */
export const term = (name: string, meaning: string): string[] => ['.TP', bold(name), inline(meaning)]

/** A section, or nothing if it would be empty. */
export const section = (title: string, lines: readonly string[]): string[] =>
  lines.length === 0 ? [] : [`.SH ${quoted(title.toUpperCase())}`, ...lines]

/** The heading of a part of a section. */
export const subsection = (title: string): string => `.SS ${quoted(title)}`

/** Text as one argument of a request. */
export const quoted = (text: string): string => `"${escapeRoff(text).replaceAll('"', '\\(dq')}"`

/**
 * Paragraphs as in the help of commands: an empty line is between them, an indented line is an example. A line that was only broken because
 * it was too long goes on; one that ends a sentence stays, and so does one before a line that begins with `listed`.
 */
export const paragraphs = (text: string, listed: string): string[] =>
  text
    .split('\n')
    .flatMap((line, index, lines) =>
      isExample(line)
        ? exampleLine(line, lines[index - 1] ?? '', lines[index + 1] ?? '')
        : line === ''
          ? []
          : [...requestBefore(line, lines[index - 1] ?? '', `${listed} `), inline(line)],
    )

const exampleLine = (line: string, before: string, after: string): string[] => [
  ...(isExample(before) ? [] : EXAMPLE_START),
  escapeRoff(line.slice(2)),
  ...(isExample(after) ? [] : EXAMPLE_END),
]

function requestBefore(line: string, before: string, listed: string): string[] {
  if (before === '' || isExample(before)) return ['.PP']
  return /[.:;!?)]$/.test(before) || before.startsWith(listed) || line.startsWith(listed) ? ['.br'] : []
}

const isExample = (line: string): boolean => line.startsWith('  ')

/** A whole page. A paragraph needs no request of its own behind a heading. */
export const pageText = (lines: readonly string[]): string =>
  `${lines.filter((line, index) => line !== '.PP' || !/^\.S[HS] /.test(lines[index - 1] ?? '')).join('\n')}\n`
