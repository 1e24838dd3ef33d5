/** That of the terminals that all others imitate. */
const USUAL = { columns: 80, rows: 24 } as const

/** What has a size: a terminal's output. */
interface Sized {
  columns: number | undefined
  rows: number | undefined
}

/**
 * Sees to it that a terminal has a size. One that does not know its own (a serial line says 0) is as large as COLUMNS and LINES say,
 * else 80×24: Ink has to take it for the same as we do.
 */
export function settleSize(terminal: Sized, { COLUMNS, LINES }: NodeJS.ProcessEnv): void {
  terminal.columns ||= sizeIn(COLUMNS) || USUAL.columns
  terminal.rows ||= sizeIn(LINES) || USUAL.rows
}

const sizeIn = (text: string | undefined): number => (/^\d{1,4}$/.test(text ?? '') ? Number(text) : 0)
