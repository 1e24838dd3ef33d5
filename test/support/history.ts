import { type History, historyOf } from '../../src/lib/history/history.ts'
import { LogStore } from '../../src/lib/history/log-store.ts'
import type { HistoryEntry } from '../../src/lib/history/story/entry.ts'

/** Any time after all logs in tests. */
const NOW_MS = Date.UTC(2027, 0, 1)

/** A log with the name of its file; `node` as on the command line. */
export interface TestLog {
  readonly file: string
  readonly text: string
  readonly node?: number
}

/** Reads logs. The text is UTF-8; times without a zone are UTC. */
export function readStore(logs: readonly TestLog[], { nowMs = NOW_MS, pieces = 1 << 20, most = 200_000 } = {}): LogStore {
  const store = new LogStore({ fromLocal: (ms) => ms, nowMs }, most)
  for (const { file, text, node } of logs) {
    const reader = store.open(file, node)
    const bytes = Buffer.from(text).toString('latin1')
    for (let from = 0; from < bytes.length; from += pieces) reader.push(bytes.slice(from, from + pieces))
    reader.end()
  }
  store.finish()
  return store
}

/** The history of logs. */
export const readHistory = (logs: readonly TestLog[], options?: Parameters<typeof readStore>[1]): History =>
  historyOf(readStore(logs, options))

/** The entries as `kind what: text; cause`. */
export const entryTexts = (entries: readonly HistoryEntry[]): string[] =>
  entries.map(({ kind, what, text, cause }) => `${kind} ${what}: ${text}${cause === undefined ? '' : `; ${cause}`}`)

/** The text of a log of 4.x as a clock writes it that is ahead by so much. */
export function shiftedLog(text: string, aheadMs: number): string {
  if (aheadMs === 0) return text
  return text.replace(/^(\S{23})(\d{3})\+00:00/gm, (_, time: string, micros: string) => {
    const later = new Date(Date.parse(`${time}Z`) + aheadMs).toISOString().slice(0, -1)
    return `${later}${micros}+00:00`
  })
}
