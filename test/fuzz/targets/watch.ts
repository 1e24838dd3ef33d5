import assert from 'node:assert/strict'
import { auditSamples } from '../../../src/lib/audit/audit.ts'
import { parseSnapshot } from '../../../src/lib/snapshot/parse.ts'
import { ClusterTracker } from '../../../src/lib/watch/cluster-tracker.ts'
import type { Observation } from '../../../src/lib/watch/observation.ts'
import { painter } from '../../../src/ui/table.ts'
import { entryDetails, entryLine } from '../../../src/ui/watch/entry-line.ts'
import { assertHarmless, textOf } from '../shown.ts'
import { smallSnapshots } from '../snapshots.ts'
import type { FuzzTarget } from '../target.ts'

const START_MS = Date.parse('2026-01-02T03:04:05Z')
const paint = painter(false)
const [healthy = ''] = smallSnapshots()
const usual = parseSnapshot(healthy, 'FILE')

/** A cluster that looks as usual, then as the input says, and then as usual again. */
export const target: FuzzTarget = {
  covers: ['src/lib/watch/*.ts', 'src/ui/watch/entry-line.ts'],
  refusals: ['BAD_SNAPSHOT'],
  isJson: true,
  seeds: smallSnapshots,
  check(input) {
    const odd = parseSnapshot(textOf(input), 'FILE')
    const address = odd.nodes[0]?.known?.[0]?.address ?? '10.0.0.1'
    const tracker = new ClusterTracker()
    const seen = (seconds: number, snapshot: typeof odd): Observation => {
      const atMs = START_MS + seconds * 1000
      return { kind: 'seen', atMs, beganMs: atMs - 100, snapshot, heard: snapshot.nodeMap.map(({ pnn }) => pnn) }
    }
    const told = { kind: 'told' as const, atMs: START_MS + 3_000, pnn: odd.askedNode }
    const observations: Observation[] = [
      seen(0, usual),
      seen(2, odd),
      { kind: 'audited', atMs: START_MS + 2_500, report: auditSamples([odd]) },
      { ...told, event: 'RELEASE_IP', address },
      { ...told, event: 'TAKE_IP', address },
      { ...told, event: 'IPREALLOCATED' },
      { kind: 'leader', atMs: START_MS + 3_500, pnn: odd.leader.pnn, toldBy: odd.askedNode },
      seen(4, odd),
      { kind: 'blind', atMs: START_MS + 5_000, what: 'daemon', pnn: odd.askedNode, why: 'gone', retryAtMs: START_MS + 6_000 },
      seen(6, usual),
    ]
    for (const observation of observations) {
      for (const entry of tracker.observe(observation)) {
        assertHarmless(`${entryLine(entry, { now: new Date(START_MS), paint })}\n${entryDetails(entry)}`)
      }
      const { addresses } = tracker.state
      assert.equal(new Set(addresses.map(({ address }) => address)).size, addresses.length)
    }
  },
}
