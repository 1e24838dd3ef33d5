import { styleText } from 'node:util'
import { fitLine, type Line, type Mood, type Span } from './line.ts'

type Format = 'bold' | 'dim' | 'cyan' | 'blue' | 'yellow' | 'magenta' | 'red' | 'inverse'

/** What a terminal's colours have to be read on; `none`: no colours. */
type Background = 'dark' | 'light' | 'none'

type Formats = Record<Mood, readonly Format[]>

const ON_DARK: Formats = {
  plain: [],
  quiet: ['dim'],
  strong: ['bold'],
  good: ['cyan'],
  warning: ['yellow', 'bold'],
  error: ['red', 'bold'],
}

/** Of the terminal's own colours those that can be read there; no two that only red and green tell apart. */
const FORMATS: Record<Background, Formats> = {
  dark: ON_DARK,
  // Yellow and cyan are next to white, above all where bold makes them brighter.
  light: { ...ON_DARK, good: ['blue'], warning: ['magenta', 'bold'] },
  none: { ...ON_DARK, quiet: [], good: [], warning: ['bold'], error: ['bold'] },
}

/** For a terminal that is not said to know Unicode; each is as wide as what it stands for. */
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
  /** Nothing but ASCII. */
  readonly ascii: boolean
}

const inAscii = (text: string): string => text.replaceAll(/[^ -~]/gu, (char) => ASCII[char] ?? '?')

/**
 * A line as the terminal takes it: of exactly so many columns, with its escape sequences. Without colours, only bold and inverse are
 * left of them.
 */
export function paintLine(line: Line, columns: number, { background, ascii }: Theme): string {
  const text = ascii ? line.map((each) => ({ ...each, text: inAscii(each.text) })) : line
  const fitting = fitLine(text, columns)
  const drawn = ascii ? fitting.map((each) => ({ ...each, text: inAscii(each.text) })) : fitting
  const moods = FORMATS[background]
  return joined(drawn)
    .map(({ text, mood = 'plain', isMarked }) => {
      const formats: Format[] = [...moods[mood], ...(isMarked ? (['inverse'] as const) : [])]
      return formats.length === 0 ? text : styleText(formats, text, { validateStream: false })
    })
    .join('')
}

/** Neighbours that look the same as one: fewer bytes. */
function joined(line: Line): Span[] {
  const spans: Span[] = []
  for (const each of line) {
    const last = spans.at(-1)
    if (last && (last.mood ?? 'plain') === (each.mood ?? 'plain') && !last.isMarked === !each.isMarked) {
      spans[spans.length - 1] = { ...last, text: last.text + each.text }
    } else spans.push(each)
  }
  return spans
}
