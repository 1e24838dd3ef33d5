import { describe, expect, it } from 'vitest'
import { screenBlocks } from '../../../../src/ui/watch/draw/screen.ts'
import { timeLine } from '../../../../src/ui/watch/draw/time-line.ts'
import { hasTimeLine, layoutFor } from '../../../../src/ui/watch/model/rows.ts'
import { entries, entry, makeClusterState, START_MS, Watched } from '../../../support/watch-models.ts'

const HOUR_MS = 3_600_000
const replayed = () => new Watched(makeClusterState(3, [0, 1, 2])).replay()

const moment = (watched: Watched, nowMs: number, notice?: string) => {
  const { cluster, intervalMs, replay } = watched.model
  if (!replay) throw new Error('no recording')
  return watched.send({ kind: 'replayed', cluster, timeline: [], droppedEntries: 0, nowMs, intervalMs, replay, notice })
}

const textOf = (line: readonly { readonly text: string }[]) => line.map(({ text }) => text).join('')

describe('a moment of a recording', () => {
  it('has its own time, by which ages count; notices end by the clock', () => {
    const watched = moment(replayed(), START_MS + HOUR_MS, 'Here the recording ends')
    expect(watched.send({ kind: 'ticked', nowMs: START_MS + 5_000 }).model).toMatchObject({
      nowMs: START_MS + HOUR_MS,
      notice: { text: 'Here the recording ends' },
    })
    moment(watched, START_MS)
    expect(watched.model.notice).toBeDefined()
    expect(watched.send({ kind: 'ticked', nowMs: START_MS + 60_000 }).model.notice).toBeUndefined()
  })

  it('replaces what was shown, and leaves the cursor where it is', () => {
    const watched = new Watched(makeClusterState(3, [0, 1, 2])).observe(makeClusterState(3, [0, 1, 2]), entries(1, 5))
    watched.press('j').replay()
    expect(moment(watched, START_MS).model).toMatchObject({ timeline: [], pane: 'addresses' })
    expect(watched.cursor()).toBe('a:10.0.0.2')
  })

  it('asks for the plan of a what-if again', () => {
    const watched = replayed().press('w', 'enter')
    expect(watched.kinds).toEqual(['plan'])
    watched.plan()
    const changed = { ...watched.model, cluster: makeClusterState(3, [1, 1, 2]) }
    watched.model = changed
    expect(moment(watched, START_MS).kinds).toEqual(['plan'])
  })
})

describe('the time line', () => {
  const lineOf = (watched: Watched, columns: number) => {
    const { model } = watched
    return hasTimeLine(model) ? timeLine(model, columns) : []
  }

  it('has the time, what has happened when, and how much was read', () => {
    const events = [entry(1), entry(2, { atMs: START_MS + HOUR_MS, tone: 'error' }), entry(3, { atMs: START_MS + HOUR_MS })]
    const watched = replayed().replay({ events, readShare: 0.345, speed: 60, isPlaying: true })
    const line = lineOf(moment(watched, START_MS + HOUR_MS / 2), 100)
    expect(textOf(line)).toMatch(/^\d{4}-\d\d-\d\d [\d:]{8} playing 60x {2}[\d:]{8} ·─+! [\d:]{8} {2}reading 34 %$/)
    expect(textOf(line)).toHaveLength(100)
    const at = line.findIndex(({ isMarked }) => isMarked)
    expect(line.slice(at + 1).filter(({ text }) => text === '─').length).toBeGreaterThan(15)
    expect(line.slice(0, at).filter(({ text }) => text === '─').length).toBeGreaterThan(15)
  })

  it('is short where there is no room, and is not on a small screen', () => {
    expect(textOf(lineOf(replayed(), 50))).toMatch(/^\d{4}-\d\d-\d\d [\d:]{8} paused 1x {2}$/)
    expect(hasTimeLine(replayed().resize(80, 7).model)).toBe(false)
    expect(hasTimeLine(new Watched(makeClusterState(1, [0])).model)).toBe(false)
  })

  it('has a row of its own, above the bottom line', () => {
    const { model } = replayed()
    const bottom = Math.max(...layoutFor(model).panes.map(({ top, rows }) => top + rows))
    const time = screenBlocks(model).find(({ id }) => id === 'time')
    expect([bottom, time?.rect.top]).toEqual([22, 22])
    expect(screenBlocks(model).some(({ id, lines }) => id === 'title' && /RECORDING/.test(textOf(lines[0] ?? [])))).toBe(true)
  })
})
