import { describe, expect, it } from 'vitest'
import type { History } from '../../../../src/lib/history/history.ts'
import type { HistoryEntry } from '../../../../src/lib/history/story/entry.ts'
import type { RecordedHistory } from '../../../../src/lib/recording/recording-story.ts'
import { withLogs } from '../../../../src/lib/recording/with-logs/with-logs.ts'

const CLOCK = { file: 'x', heardMs: new Map(), seen: [], offsetMs: 0, uncertaintyMs: 10, pairs: 9 }
const SEEN = { fromMs: 0, sampledMs: 100_000, toMs: 100_000, clock: CLOCK, owners: new Map() }

const NOTHING: History = {
  entries: [],
  owners: new Map(),
  nodes: [],
  unknown: [],
  fromMs: 0,
  toMs: 100_000,
  droppedBeforeMs: undefined,
}

const ended = (what: string, atMs: number): HistoryEntry => ({
  id: 1,
  atMs,
  kind: 'takeover-run',
  what,
  text: `the takeover run ${what}`,
  tone: 'plain',
  pnns: [],
  addresses: [],
  lines: [],
})

/** How runs ended, by a recording that heard their ends, and logs that say which have failed. */
function endsOf(heardMs: readonly number[], logged: readonly HistoryEntry[]) {
  const told = heardMs.map((atMs) => ({ entry: ended('finished', atMs), clock: CLOCK, isOfGap: false }))
  const recorded: RecordedHistory = { ...NOTHING, told, segments: [SEEN], recorders: [CLOCK] }
  return withLogs(recorded, { ...NOTHING, entries: logged }).entries.map(({ atMs, what }) => `${what} ${atMs}`)
}

describe('takeover runs of which a recorder heard the end', () => {
  it('have failed where the log says so, one after the other', () => {
    const logged = [ended('failed', 20_000), ended('failed', 20_900), ended('failed', 21_800), ended('finished', 22_700)]
    expect(endsOf([20_005, 20_905, 21_805, 22_705], logged)).toEqual([
      'failed 20005',
      'failed 20905',
      'failed 21805',
      'finished 22705',
    ])
  })

  it('are told by the log where it has more of them that failed', () => {
    expect(endsOf([20_905], [ended('failed', 20_000), ended('failed', 20_900)])).toEqual(['failed 20000', 'failed 20905'])
  })

  it('have not failed because another one near them has', () => {
    expect(endsOf([20_005, 20_905], [ended('failed', 20_000)])).toEqual(['failed 20005', 'finished 20905'])
  })

  it('may be as many as in months: each is only compared with those near it', () => {
    let compared = 0
    const counted = (entry: HistoryEntry): HistoryEntry => ({
      ...entry,
      get notAfterMs() {
        compared += 1
        return entry.atMs
      },
    })
    const times = Array.from({ length: 1_000 }, (_, index) => index * 40_000)
    const logged = times.map((ms) => counted(ended('failed', ms + 5)))
    expect(endsOf(times, logged)).toEqual(expect.arrayContaining(times.map((ms) => `failed ${ms}`)))
    expect(compared).toBeLessThan(20 * times.length)
  })
})
