import { describe, expect, it } from 'vitest'
import { type Look, lookAt, lookAtTime, lookLater, nextEvent, nextSample } from '../../../src/lib/recording/moments.ts'
import type { ReplayIndex } from '../../../src/lib/recording/replay-index.ts'
import { RecordingWriter } from '../../../src/lib/recording/writer.ts'
import type { Observation } from '../../../src/lib/watch/observation.ts'
import { healthyCluster } from '../../support/audit-cluster.ts'
import { ABOUT, readBack } from '../../support/recorded-world.ts'
import { indexOf, shownAt } from '../../support/replay.ts'
import { flagged } from '../../support/watch.ts'

const seen = (atMs: number, snapshot = healthyCluster()): Observation => ({
  kind: 'seen',
  atMs,
  beganMs: atMs,
  snapshot,
  heard: [0, 1, 2],
})
const done = (atMs: number): Observation => ({ kind: 'done', atMs, text: 'x', isFault: true, pnns: [], addresses: [] })
const leader = (atMs: number): Observation => ({ kind: 'leader', atMs, pnn: 0, toldBy: 1 })

function recorded(...observations: readonly Observation[]): ReplayIndex {
  const writer = new RecordingWriter(ABOUT)
  return indexOf([writer.header(0), ...observations.map((each) => writer.line(each))])
}

/** The moments to which steps lead. */
function steps(from: Look, step: (look: Look) => Look | undefined): number[] {
  const found: number[] = []
  for (let look = step(from); look; look = step(look)) found.push(look.moment)
  return found
}

const index = recorded(leader(500), seen(1_000), done(1_500), leader(1_700), seen(3_000), done(3_100), seen(5_000))

describe('moments of a recording', () => {
  it('begin with the first sample; what was heard before is a part of it', () => {
    expect([index.count, index.fromMs, index.toMs, index.isSample(0), index.entryCount(0)]).toEqual([6, 1_000, 5_000, true, 1])
  })

  it('are gone through look by look, and event by event', () => {
    expect(steps(lookAt(index, 0), (look) => nextSample(index, look, 1))).toEqual([3, 5])
    expect(steps(lookAt(index, 5), (look) => nextSample(index, look, -1))).toEqual([3, 0])
    expect(steps(lookAt(index, 0), (look) => nextEvent(index, look, 1))).toEqual([1, 4])
    expect(steps(lookAt(index, 5), (look) => nextEvent(index, look, -1))).toEqual([4, 1, 0])
    expect(nextEvent(index, { moment: 1, atMs: 1_600 }, -1)).toEqual({ moment: 1, atMs: 1_500 })
  })

  it('are found by their time', () => {
    expect(lookAtTime(index, 3_050)).toEqual({ moment: 3, atMs: 3_050 })
    expect(lookAtTime(index, 3_100)).toEqual({ moment: 4, atMs: 3_100 })
    expect(lookAtTime(index, 10)).toEqual({ moment: 0, atMs: 1_000 })
  })

  it('come one after the other with the time, until the end', () => {
    expect(lookLater(index, lookAt(index, 0), 400)).toEqual({ moment: 0, atMs: 1_400 })
    expect(lookLater(index, { moment: 0, atMs: 1_400 }, 2_000)).toEqual({ moment: 4, atMs: 3_400 })
    expect(lookLater(index, lookAt(index, 4), 60_000)).toEqual({ moment: 5, atMs: 5_000 })
  })

  it('go on where the clock was set back', () => {
    const back = recorded(seen(100_000), seen(102_000), seen(50_000), seen(52_000))
    expect(lookLater(back, lookAt(back, 0), 2_500)).toEqual({ moment: 2, atMs: 50_000 })
    expect(lookLater(back, lookAt(back, 2), 2_500)).toEqual({ moment: 3, atMs: 52_000 })
    expect(lookAtTime(back, 60_000).moment).toBe(3)
  })
})

it('a moment is shown where a newer version has said more', () => {
  const writer = new RecordingWriter(ABOUT)
  const disabled = flagged(healthyCluster(), 2, 4)
  const [header = '', first = '', second = ''] = [writer.header(0), writer.line(seen(1_000)), writer.line(seen(2_000, disabled))]
  const more = first.replace('"snapshot":{', '"weather":{"is":"fine"},"snapshot":{')
  const changed = second.replace('"patch":[', '"patch":[{"op":"replace","path":"/weather/is","value":"wet"},')
  const lines = [header, more, changed]
  const { state } = shownAt(indexOf(lines), 1, lines)
  expect(state).toEqual(readBack(lines).tracker.state)
})
