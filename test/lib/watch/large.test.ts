import { expect, it } from 'vitest'
import { type NodeFacts, SNAPSHOT_VERSION, type Snapshot } from '../../../src/lib/snapshot/snapshot.ts'
import { ClusterTracker } from '../../../src/lib/watch/cluster-tracker.ts'
import { heldAddress } from '../../support/audit-cluster.ts'

const NODES = 64
const ADDRESSES = 2_000
const pnns = Array.from({ length: NODES }, (_, pnn) => pnn)
const nameOf = (index: number) => `10.1.${Math.floor(index / 250)}.${(index % 250) + 1}`

/** A fresh one each time, down to its texts, as answers of daemons are. */
function large(ownerOf = (index: number) => index % NODES): Snapshot {
  const nodeMap = pnns.map((pnn) => ({ pnn, address: `10.9.0.${pnn + 1}`, flags: 0 }))
  const nodes = pnns.map((pnn): NodeFacts => {
    const known = Array.from({ length: ADDRESSES }, (_, index) => {
      const owner = ownerOf(index)
      return { address: nameOf(index), owner, interfaces: ['eth1'], activeInterface: owner === pnn ? 'eth1' : null }
    })
    const own = known.filter(({ owner }) => owner === pnn)
    return {
      pnn,
      missing: [],
      runState: 'RUNNING',
      vnnMap: { generation: 7, map: pnns },
      recoveryMode: 0,
      known,
      available: known.map(({ address }) => address),
      interfaces: [{ name: 'eth1', linkUp: true, references: own.length }],
      host: {
        reachedBy: `ssh root@node${pnn}:22`,
        daemonAnswers: true,
        addresses: own.map(({ address }) => heldAddress(address, 16, 'eth1')),
      },
    }
  })
  const leader = { pnn: 0, era: 'leader' } as const
  return { formatVersion: SNAPSHOT_VERSION, takenAt: '2026-01-02T03:04:05.678Z', askedNode: 0, leader, nodeMap, nodes }
}

const median = (numbers: readonly number[]): number => numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? 0

it('a poll of 64 nodes and 2,000 addresses without changes is fast', () => {
  const tracker = new ClusterTracker()
  tracker.observe({ kind: 'seen', atMs: 0, beganMs: 0, snapshot: large() })
  const { state } = tracker
  const times = Array.from({ length: 15 }, (_, index) => {
    const snapshot = large()
    const atMs = (index + 1) * 1_000
    // What other programs take of this machine does not count.
    const started = process.threadCpuUsage()
    expect(tracker.observe({ kind: 'seen', atMs, beganMs: atMs, snapshot })).toEqual([])
    expect(tracker.state.addresses).toBe(state.addresses)
    const { user, system } = process.threadCpuUsage(started)
    return (user + system) / 1_000
  })
  process.stdout.write(`a look that changes nothing: ${median(times).toFixed(1)} ms\n`)
  // Five times what it shall be: this machine may be busy.
  expect(median(times)).toBeLessThan(100)
})

it('a takeover run of 2,000 addresses is processed as it is reported, and the next poll adds nothing', () => {
  const tracker = new ClusterTracker()
  tracker.observe({ kind: 'seen', atMs: 0, beganMs: 0, snapshot: large() })
  const startedMs = performance.now()
  let entries = 0
  for (let index = 0; index < ADDRESSES; index++) {
    const told = { kind: 'told', atMs: 1_000 + index, address: nameOf(index) } as const
    entries += tracker.observe({ ...told, pnn: index % NODES, event: 'RELEASE_IP' }).length
    entries += tracker.observe({ ...told, pnn: (index + 1) % NODES, event: 'TAKE_IP' }).length
    expect(tracker.state.addresses).toHaveLength(ADDRESSES)
  }
  process.stdout.write(`4,000 events, each with its state: ${(performance.now() - startedMs).toFixed(0)} ms\n`)
  expect(entries).toBe(4_000)
  expect(tracker.observe({ kind: 'seen', atMs: 9_000, beganMs: 9_000, snapshot: large((index) => (index + 1) % NODES) })).toEqual(
    [],
  )
  expect(tracker.state.nodes.map(({ owns }) => owns).reduce((a, b) => a + b)).toBe(ADDRESSES)
})
