import { stripVTControlCharacters } from 'node:util'
import { eastAsianWidth } from 'get-east-asian-width'

/** Of a terminal of 20 pixels; the width is that of most fonts with one width. */
const CELL = { width: 12.05, height: 23 } as const
const BASELINE = 17
const [PADDING, BAR] = [14, 40] as const
/** The colours of a terminal by their numbers, and of its text and background, for light and dark screens. */
const LIGHT = ['#24292f', '#b3261e', '#1a6e2e', '#7a4b00', '#0b57d0', '#8250df', '#0e6e78', '#d0d7de', '#57606a']
const DARK = ['#30363d', '#ff8a80', '#7ee08f', '#f0c15a', '#8ab4ff', '#d2a8ff', '#76d9e6', '#e6edf3', '#9aa4ae']
const GROUND = { light: { text: '#1b1f24', back: '#ffffff' }, dark: { text: '#e6edf3', back: '#0d1117' } }

const ESC = '\u001b'
/** A line's escape sequences for colours, and what is between them. */
const PIECES = new RegExp(`${ESC}\\[([\\d;]*)m|([^${ESC}]+)`, 'g')

/** How a part of a line looks: colours by their numbers, undefined for those of the terminal. */
interface Look {
  readonly text?: number
  readonly back?: number
  readonly bold?: true
  readonly dim?: true
  readonly inverse?: true
  readonly underlined?: true
}

interface Part {
  readonly text: string
  readonly look: Look
}

/**
 * Draws what a terminal shows, for light and for dark screens: the SVG has the colours of both.
 * @param screen its lines with escape sequences, as tmux gives them.
 * @throws for a sequence that it cannot draw.
 */
export function terminalSvg(screen: string, title: string, columns: number): string {
  const lines = screen.trimEnd().split('\n').map(partsOf)
  const width = Math.ceil(columns * CELL.width + 2 * PADDING)
  const height = BAR + lines.length * CELL.height + PADDING
  const rows = lines.map((parts, row) => lineSvg(parts, BAR + row * CELL.height)).join('')
  return `<svg viewBox="0 0 ${width} ${height}" xmlns="http://www.w3.org/2000/svg">
<title>${escaped(title)}</title>
<style>
rect { shape-rendering: crispEdges; }
text { font: 20px ui-monospace, Menlo, Consolas, "DejaVu Sans Mono", monospace; white-space: pre; }
.title { font: bold 16px sans-serif; }
.bold { font-weight: bold; }
.dim { opacity: .65; }
.underlined { text-decoration: underline; }
${styles(LIGHT, GROUND.light)}
@media (prefers-color-scheme: dark) {
${styles(DARK, GROUND.dark)}
}
</style>
<rect class="b frame" x=".5" y=".5" width="${width - 1}" height="${height - 1}" rx="8"/>
<text class="title t8" x="${width / 2}" y="26" text-anchor="middle">${escaped(title)}</text>
${rows}</svg>
`
}

/** The lines of text in an SVG of {@link terminalSvg}. */
export const textOf = (svg: string): string[] =>
  [...svg.matchAll(/<text class="line".*?>(.*)<\/text>/g)].map(([, line = '']) =>
    line
      .replaceAll(/<[^>]*>/g, '')
      .replaceAll('&lt;', '<')
      .replaceAll('&gt;', '>')
      .replaceAll('&amp;', '&'),
  )

function lineSvg(parts: readonly Part[], top: number): string {
  const y = top + BASELINE
  let column = 0
  let [backs, texts] = ['', '']
  for (const { text, look } of parts) {
    const x = rounded(PADDING + column * CELL.width)
    const cells = cellsOf(text)
    const width = rounded(cells * CELL.width)
    const { textClass, backClass } = colours(look)
    if (backClass) backs += `<rect class="${backClass}" x="${x}" y="${top}" width="${width}" height="${CELL.height}"/>\n`
    const marks = [textClass, ...(['bold', 'dim', 'underlined'] as const).filter((mark) => look[mark])].join(' ')
    texts += `<tspan class="${marks}" x="${x}" textLength="${width}">${escaped(text)}</tspan>`
    column += cells
  }
  return `${backs}<text class="line" y="${y}" xml:space="preserve">${texts}</text>\n`
}

function colours({ text, back, inverse }: Look): { textClass: string; backClass: string | undefined } {
  const [front, behind] = [text ?? 't', back ?? 'b']
  if (inverse) return { textClass: `t${behind}`, backClass: `b${front}` }
  return { textClass: `t${front}`, backClass: back === undefined ? undefined : `b${behind}` }
}

/** The classes of texts (`t…`) and backgrounds (`b…`): colours by numbers, or the terminal's own (`t`, `b`). */
function styles(palette: readonly string[], { text, back }: { text: string; back: string }): string {
  const named = [...palette.map((colour, index) => [String(index), colour] as const), ['t', text] as const, ['b', back] as const]
  const classes = named.map(([name, colour]) => `.t${name}, .b${name} { fill: ${colour}; }`)
  return [...classes, `.b { fill: ${back}; }`, `.frame { stroke: ${palette[8]}; }`].join('\n')
}

/** A line by its looks. */
function partsOf(line: string): Part[] {
  const parts: Part[] = []
  let look: Look = {}
  for (const [, codes, text = ''] of line.matchAll(PIECES)) {
    if (codes === undefined) parts.push({ text, look })
    else look = changed(look, codes === '' ? [0] : codes.split(';').map(Number))
  }
  if (parts.map(({ text }) => text).join('') !== stripVTControlCharacters(line))
    throw new Error(`cannot draw ${JSON.stringify(line)}`)
  return parts
}

const changed = (look: Look, codes: readonly number[]): Look => codes.reduce(withCode, look)

function withCode(look: Look, code: number): Look {
  const change = CHANGES[code]
  if (change) return change(look)
  const [kind, number] = [Math.floor(code / 10), code % 10]
  // Bright colours are drawn as the others, but for grey.
  const name = ({ 3: 'text', 9: 'text', 4: 'back', 10: 'back' } as const)[kind]
  if (name === undefined || number > 7) throw new Error(`cannot draw the escape sequence ${code}`)
  return Object.assign({}, look, { [name]: kind > 8 && number === 0 ? 8 : number })
}

const without = (look: Look, ...names: (keyof Look)[]): Look =>
  Object.fromEntries(Object.entries(look).filter(([name]) => !names.includes(name as keyof Look)))

const CHANGES: Readonly<Record<number, (look: Look) => Look>> = {
  0: () => ({}),
  1: (look) => Object.assign({}, look, { bold: true }),
  2: (look) => Object.assign({}, look, { dim: true }),
  4: (look) => Object.assign({}, look, { underlined: true }),
  7: (look) => Object.assign({}, look, { inverse: true }),
  22: (look) => without(look, 'bold', 'dim'),
  24: (look) => without(look, 'underlined'),
  27: (look) => without(look, 'inverse'),
  39: (look) => without(look, 'text'),
  49: (look) => without(look, 'back'),
}

const cellsOf = (text: string): number =>
  [...text].reduce((sum, character) => sum + eastAsianWidth(character.codePointAt(0) ?? 0, { ambiguousAsWide: false }), 0)

const rounded = (number: number): number => Math.round(number * 100) / 100

const escaped = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
