/** The size of a VT100, which other terminals imitate. */
const DEFAULT_SIZE = { columns: 80, rows: 24 } as const

/** The size of a terminal, as its output stream has it. */
interface Sized {
  columns: number | undefined
  rows: number | undefined
}

/**
 * Gives a terminal a size if it reports none (a serial line reports 0): that of COLUMNS and LINES, else 80×24. Setting it on the stream
 * makes Ink use the same size.
 */
export function ensureSize(terminal: Sized, { COLUMNS, LINES }: NodeJS.ProcessEnv): void {
  terminal.columns ||= sizeIn(COLUMNS) || DEFAULT_SIZE.columns
  terminal.rows ||= sizeIn(LINES) || DEFAULT_SIZE.rows
}

const sizeIn = (text: string | undefined): number => (/^\d{1,4}$/.test(text ?? '') ? Number(text) : 0)
