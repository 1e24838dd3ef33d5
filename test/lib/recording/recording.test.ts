import { describe, expect, it } from 'vitest'
import type { AuditReport } from '../../../src/lib/audit/report.ts'
import { RecordingWriter } from '../../../src/lib/recording/writer.ts'
import type { Snapshot } from '../../../src/lib/snapshot/snapshot.ts'
import type { Observation } from '../../../src/lib/watch/observation.ts'
import { AuditSeries } from '../../../src/operations/audit/audit-series.ts'
import { healthyCluster, withFacts, withHost } from '../../support/audit-cluster.ts'
import { ABOUT, readBack } from '../../support/recorded-world.ts'

const seen = (second: number, snapshot: Snapshot): Extract<Observation, { kind: 'seen' }> => ({
  kind: 'seen',
  atMs: second * 1_000,
  beganMs: second * 1_000 - 10,
  snapshot: { ...snapshot, takenAt: new Date(second * 1_000 - 10).toISOString() },
  heard: [0, 1],
  everyMs: 2_000,
})

/** The lines of a recording of these. */
function recorded(...observations: readonly Observation[]): string[] {
  const writer = new RecordingWriter(ABOUT)
  return [writer.header(0), ...observations.map((each) => writer.line(each))]
}

describe('a recording', () => {
  it('has every kind of observation as it was', () => {
    const series = new AuditSeries()
    const report = (second: number): AuditReport | undefined =>
      series.add({
        beganMs: second * 1_000,
        snapshot: { ...healthyCluster(), takenAt: `2026-01-01T00:00:0${second}.000Z` },
        activity: [],
      }).report
    report(1)
    const reports = [report(2), report(3)].flatMap((each) => each ?? [])
    expect(reports).toHaveLength(2)
    const observations: Observation[] = [
      { kind: 'told', atMs: 1, pnn: 0, event: 'TAKE_IP', address: '10.0.0.31' },
      seen(2, healthyCluster()),
      { kind: 'told', atMs: 3, pnn: 0, event: 'DISABLE_TAKEOVER_RUNS', by: 1, seconds: 60, wantsAnswer: false },
      { kind: 'told', atMs: 3, pnn: 0, event: 'TAKEOVER_RUN', by: 1, wantsAnswer: true },
      { kind: 'leader', atMs: 4, pnn: null, toldBy: 2 },
      { kind: 'blind', atMs: 5, pnn: 1, what: 'host', why: 'no \u0000\ud800 "answer"\n', retryAtMs: 6 },
      { kind: 'blind', atMs: 5, what: 'daemon', why: '', retryAtMs: 6 },
      { kind: 'sighted', atMs: 7, what: 'daemon' },
      ...reports.map((each): Observation => ({ kind: 'audited', atMs: 8, report: each })),
      { kind: 'done', atMs: 9, text: 'disable', stage: 'begun', does: 'disable', pnns: [1], addresses: [] },
      {
        ...seen(
          10,
          withHost(healthyCluster(), 1, () => ({ addresses: [] })),
        ),
        everyMs: 500,
      },
    ]
    const lines = recorded(...observations)
    expect(lines.join('').split('\n')).toHaveLength(lines.length + 1)
    expect(readBack(lines).observations).toEqual(observations)
  })

  it('says little where nothing has changed but the times', () => {
    const at = (second: number) => {
      const times = { daemonStart: 1, lastRecoveryStarted: 2, lastRecoveryFinished: 3 }
      const clocks = { now: second, askedAt: second, answeredAt: second }
      const events = [
        { event: 'monitor', scripts: [{ name: '10.interface', begin: second, end: second, result: 0, output: '' }] },
      ]
      return withHost(
        withFacts(healthyCluster(), 1, () => ({ times: { ...times, ...clocks } })),
        1,
        () => ({ events }),
      )
    }
    const lines = recorded(seen(10, at(10)), seen(20, at(20)))
    expect(lines[2]).toBe('{"n":2,"kind":"seen","atMs":20000,"beganMs":19990}\n')
    expect(readBack(lines).observations[1]).toEqual({ ...seen(20, at(10)) })
  })

  it('has a whole sample each half hour, and after many changes', () => {
    const isWhole = (line: string | undefined) => line?.includes('"snapshot":{') === true
    const lines = recorded(...[0, 1_799, 1_800, 1_801].map((second) => seen(second, healthyCluster())))
    expect(lines.map(isWhole)).toEqual([false, true, false, true, false])
    const moving = Array.from({ length: 150 }, (_, second) =>
      seen(
        second,
        withFacts(healthyCluster(), 1, () => ({ clusterLock: String(second % 10).repeat(3_000) })),
      ),
    )
    const many = recorded(...moving)
      .map(isWhole)
      .lastIndexOf(true)
    expect(many).toBeGreaterThan(1)
  })
})

describe('a recording that is not as it was written', () => {
  const moved = withFacts(healthyCluster(), 1, () => ({ clusterLock: 'other' }))
  const lines = recorded(seen(2, healthyCluster()), seen(4, moved), seen(6, healthyCluster()))

  it('goes on behind lines of something else, and of newer versions', () => {
    const strange = ['garbage', '{}', 'null', '[1]', '{"n":1', '\u0000', '']
    const newer = { n: 2, kind: 'weather', atMs: 3 }
    const [header = '', first = '', ...others] = lines
    const numbered = others.map((line) => line.replace(/"n":(\d+)/, (_, n) => `"n":${Number(n) + 1}`))
    const { observations, reader } = readBack([header, ...strange, first, JSON.stringify(newer), ...strange, ...numbered])
    expect(observations).toHaveLength(3)
    expect(reader.counts).toMatchObject({ foreign: 12, missing: 0, unknown: new Map([['weather', 1]]) })
  })

  it('does not take changes for those of something else, where lines are missing', () => {
    const { observations, reader } = readBack(lines.toSpliced(2, 1))
    expect(observations).toHaveLength(1)
    expect(reader.counts).toMatchObject({ missing: 1, baseless: 1 })
  })

  it('reads a line once that is there twice', () => {
    const twice = lines.flatMap((line) => [line, line])
    const { observations, reader } = readBack(twice)
    expect(observations).toHaveLength(3)
    expect(reader.counts).toMatchObject({ known: 4, twice: 4, missing: 0, baseless: 0 })
    const [header = ''] = lines
    expect(readBack([header, header.replace('"id":"a"', '"id":"b"')]).reader.counts).toMatchObject({ known: 2, twice: 0 })
  })

  it('reads of two copies what the longer one has', () => {
    for (const copies of [
      [...lines.slice(0, 3), ...lines],
      [...lines, ...lines.slice(0, 3)],
    ]) {
      const { observations, reader } = readBack(copies)
      expect(observations).toHaveLength(3)
      expect(reader.counts).toMatchObject({ known: 4, twice: 3, missing: 0, baseless: 0 })
    }
  })

  it('leaves out changes that do not fit, and all that build on them', () => {
    const bad = lines.with(2, (lines[2] ?? '').replace('"other"', '7'))
    expect(readBack(bad).observations).toHaveLength(1)
    expect(readBack(bad).reader.counts).toMatchObject({ foreign: 1, baseless: 1 })
    const wrong = lines.with(2, (lines[2] ?? '').replace('/nodes/1/', '/nodes/9/'))
    expect(readBack(wrong).observations).toHaveLength(1)
  })

  it('is read where a newer version has said more', () => {
    const [header = '', first = '', second = ''] = lines
    const more = first.replace('"snapshot":{', '"weather":{"is":"fine"},"snapshot":{')
    const changed = second.replace('"patch":[', '"patch":[{"op":"replace","path":"/weather/is","value":"wet"},')
    expect(readBack([header.replace('"1.0"', '"1.7"'), more, changed]).observations).toHaveLength(2)
  })

  it('is not read where the format is another one', () => {
    const { reader } = readBack([(lines[0] ?? '').replace('"1.0"', '"2.0"')])
    expect(reader.counts).toMatchObject({ known: 0, foreign: 1 })
  })
})
