import assert from 'node:assert/strict'
import { auditSamples } from '../../../src/lib/audit/audit.ts'
import { ownersAt } from '../../../src/lib/history/owners.ts'
import { summaryOf } from '../../../src/lib/history/summary.ts'
import { RecordingStory } from '../../../src/lib/recording/recording-story.ts'
import { RecordingWriter } from '../../../src/lib/recording/writer.ts'
import { parseSnapshot } from '../../../src/lib/snapshot/parse.ts'
import type { ClusterState } from '../../../src/lib/watch/cluster-state.ts'
import type { Observation } from '../../../src/lib/watch/observation.ts'
import { explainedText, ownersTable, recordingHead, summaryText, unknownText } from '../../../src/ui/history/text.ts'
import { indexOf, shownAt } from '../../support/replay.ts'
import { assertHarmless, textOf } from '../shown.ts'
import { smallSnapshots } from '../snapshots.ts'
import type { FuzzTarget } from '../target.ts'

const NOW = new Date(Date.UTC(2026, 0, 2))

/** A recording of two samples, and of everything else. */
function recordingOf(text: string): string {
  const writer = new RecordingWriter({ id: 'a', title: 'a test', isSimulated: false, intervalMs: 2_000 })
  const snapshot = parseSnapshot(text, 'FILE')
  const known = snapshot.nodes[0]?.known?.[0]
  const moved = {
    ...snapshot,
    nodes: snapshot.nodes.map((facts) => ({ ...facts, known: known ? [{ ...known, owner: null }] : [], runState: undefined })),
  }
  const sample = (atMs: number, seen: typeof snapshot): Observation => ({
    kind: 'seen',
    atMs,
    beganMs: atMs,
    snapshot: seen,
    heard: [0],
  })
  const audited = (atMs: number, seen: typeof snapshot): Observation => ({ kind: 'audited', atMs, report: auditSamples([seen]) })
  const observations: readonly Observation[] = [
    sample(1_000, snapshot),
    audited(1_500, snapshot),
    { kind: 'told', atMs: 2_000, pnn: 0, event: 'TAKE_IP', address: known?.address ?? '10.0.0.1' },
    { kind: 'told', atMs: 2_000, pnn: 0, event: 'DISABLE_TAKEOVER_RUNS', by: 1, seconds: 60, wantsAnswer: false },
    { kind: 'leader', atMs: 2_500, pnn: null, toldBy: 0 },
    { kind: 'blind', atMs: 2_600, what: 'daemon', pnn: 1, why: 'gone', retryAtMs: 3_000 },
    { kind: 'done', atMs: 2_700, text: 'disable', stage: 'begun', does: 'disable', pnns: [1], addresses: [] },
    sample(3_000, moved),
    audited(3_500, moved),
  ]
  return [writer.header(0), ...observations.map((each) => writer.line(each))].join('')
}

/** Each moment is shown as it was when it was read. */
function checkMoments(lines: readonly string[], live: readonly ClusterState[]): void {
  const index = indexOf(lines, false)
  assert.equal(index.count, live.length)
  for (const [moment, state] of live.entries()) assert.deepEqual(shownAt(index, moment, lines).state, state)
}

/** Recordings, and the story of what they say. */
export const target: FuzzTarget = {
  covers: [
    'src/lib/recording/{json-patch,list-versions,owner-record,reader,recording-story,replay-index,sample-lines,schema}.ts',
    'src/lib/audit/report-schema.ts',
  ],
  refusals: [],
  words: ['{"n":', '"patch":[', '"op":"remove"', '"op":"add"', '"op":"replace"', '"path":"/snapshot/nodes/0', '__proto__', '\n'],
  seeds: () => smallSnapshots().slice(0, 2).map(recordingOf),
  check(input) {
    const story = new RecordingStory()
    const lines = textOf(input).split('\n')
    const live: ClusterState[] = []
    story.onObserved = (_, state) => state.snapshot && live.push(state)
    for (const line of lines) story.read(line)
    checkMoments(lines, live)
    const { counts } = story.reader
    const unknown = [...counts.unknown.values()].reduce((sum, count) => sum + count, 0)
    assert.equal(counts.lines, counts.known + counts.foreign + counts.twice + counts.baseless + unknown)
    const history = story.end()
    assertHarmless(unknownText([], counts))
    if (history.fromMs === undefined) return
    assertHarmless(recordingHead(history, counts, NOW))
    assertHarmless(summaryText(summaryOf(history)))
    assertHarmless(ownersTable(ownersAt(history.owners, history.fromMs), NOW))
    for (const entry of history.entries) assertHarmless(explainedText(entry, { now: NOW, paint: (_, text) => text }))
  },
}
