import { stripVTControlCharacters } from 'node:util'
import { localTime } from '../../lib/local-time.ts'
import type { ClusterState } from '../../lib/watch/cluster-state.ts'
import type { Model } from '../../ui/watch/model/model.ts'
import { intervalMsOf, type WatchOptions, watchTitle } from './settings.ts'
import { themeOf } from './terminal-kind.ts'

const PIPED_COLUMNS = 80
/** Rows for the title, headings, an empty timeline, and the bottom line. */
const ROWS_BESIDE = 12

/** One frame of the screen as text: of the terminal's size, or, without a terminal, high enough for everything. */
export async function frameOf(options: WatchOptions, state: ClusterState, { stdout, env }: NodeJS.Process): Promise<string> {
  const { initialModel, frameText, ensureSize, update } = await import('../../ui/watch/terminal-ui.ts')
  // The only sample is not late, however long it took: times count from it.
  const nowMs = state.seenAtMs ?? Date.now()
  if (stdout.isTTY) ensureSize(stdout, env)
  // The prompt comes below it.
  const size = stdout.isTTY ? { columns: stdout.columns, rows: stdout.rows - 1 } : pipedSize(state)
  const first = initialModel({
    title: watchTitle(options),
    isSimulated: false,
    intervalMs: intervalMsOf(options),
    size,
    nowMs,
  })
  const { model } = update(first, { kind: 'observed', nowMs, cluster: state, entries: [] })
  // A notice replaces the keys in the bottom line: there are none.
  const notice = {
    text: `seen at ${localTime(new Date(nowMs), new Date())}`,
    tone: 'plain',
    untilMs: nowMs,
  } as const
  const shown: Model = { ...model, notice }
  const text = frameText(shown, themeOf(options, stdout, env))
  return stdout.isTTY ? `${text}\n` : plain(text)
}

/** Text without escape sequences, and without empty lines. */
const plain = (text: string): string =>
  stripVTControlCharacters(text)
    .split('\n')
    .map((line) => `${line.trimEnd()}\n`)
    .filter((line) => line !== '\n')
    .join('')

const pipedSize = ({ nodes, addresses }: ClusterState) => ({
  columns: PIPED_COLUMNS,
  rows: addresses.length + nodes.length + ROWS_BESIDE,
})
