import { styleText } from 'node:util'
import { fitLine, type Line, type Span, type TextStyle } from './line.ts'

type TerminalFormat = 'bold' | 'dim' | 'cyan' | 'blue' | 'yellow' | 'magenta' | 'red' | 'inverse'

/** The background on which colours have to be readable; `none`: no colours. */
type Background = 'dark' | 'light' | 'none'

type Formats = Record<TextStyle, readonly TerminalFormat[]>

const ON_DARK: Formats = {
  plain: [],
  quiet: ['dim'],
  strong: ['bold'],
  good: ['cyan'],
  warning: ['yellow', 'bold'],
  error: ['red', 'bold'],
}

/** Colours of the terminal's own palette that are readable on each background. No two differ in red and green only. */
const FORMATS: Record<Background, Formats> = {
  dark: ON_DARK,
  // Yellow and cyan are hard to read on white, above all in bold, which some terminals draw brighter.
  light: { ...ON_DARK, good: ['blue'], warning: ['magenta', 'bold'] },
  none: { ...ON_DARK, quiet: [], good: [], warning: ['bold'], error: ['bold'] },
}

/** Replacements for a terminal without Unicode. Each is as wide as the original. */
const ASCII: Readonly<Record<string, string>> = {
  '●': 'O',
  '◌': 'o',
  '✓': '+',
  '✗': 'x',
  '‼': '!',
  '★': '*',
  '→': '>',
  '↓': 'v',
  '↑': '^',
  '…': '~',
  '·': '.',
  '—': '-',
  '–': '-',
  '─': '-',
  '│': '|',
  '┌': '+',
  '┐': '+',
  '└': '+',
  '┘': '+',
}

/** How lines are drawn. */
export interface Theme {
  readonly background: Background
  /** Draw ASCII only. */
  readonly ascii: boolean
}

const inAscii = (text: string): string => text.replaceAll(/[^ -~]/gu, (char) => ASCII[char] ?? '?')

/**
 * A line as it is written to the terminal, with escape sequences: exactly `columns` wide. Without colours, only bold and inverse are left.
 */
export function paintLine(line: Line, columns: number, { background, ascii }: Theme): string {
  const text = ascii ? line.map((each) => ({ ...each, text: inAscii(each.text) })) : line
  const fitting = fitLine(text, columns)
  const drawn = ascii ? fitting.map((each) => ({ ...each, text: inAscii(each.text) })) : fitting
  const styles = FORMATS[background]
  return joined(drawn)
    .map(({ text, style = 'plain', isMarked }) => {
      const formats: TerminalFormat[] = [...styles[style], ...(isMarked ? (['inverse'] as const) : [])]
      return formats.length === 0 ? text : styleText(formats, text, { validateStream: false })
    })
    .join('')
}

/** Joins neighbouring spans that look the same, to write fewer bytes. */
function joined(line: Line): Span[] {
  const spans: Span[] = []
  for (const each of line) {
    const last = spans.at(-1)
    if (last && (last.style ?? 'plain') === (each.style ?? 'plain') && !last.isMarked === !each.isMarked) {
      spans[spans.length - 1] = { ...last, text: last.text + each.text }
    } else spans.push(each)
  }
  return spans
}
