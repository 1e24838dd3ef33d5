import type { AuditedFinding } from '../../../src/lib/audit/report.ts'
import type { Snapshot } from '../../../src/lib/snapshot/snapshot.ts'
import type { AddressState, ClusterState, NodeState } from '../../../src/lib/watch/cluster-state.ts'
import type { TimelineEntry } from '../../../src/lib/watch/timeline.ts'
import { initialModel } from '../../../src/ui/watch/model/initial-model.ts'
import type { Model } from '../../../src/ui/watch/model/model.ts'
import { makeSnapshot } from '../../support/snapshots.ts'
import * as support from '../../support/watch-models.ts'

/** Noon in the time zone of whoever runs the tests, so that clock times are the same everywhere. */
export const NOW = new Date(2026, 0, 2, 12, 0, 0).getTime()

/** An address of its own moves in each. */
export const entry = (id: number, more: Partial<TimelineEntry> = {}): TimelineEntry =>
  support.entry(id, {
    atMs: NOW - 60_000 + id * 1000,
    text: `10.0.0.${id} moved from node 1 to node 2`,
    pnns: [1, 2],
    addresses: [`10.0.0.${id}`],
    from: 1,
    to: 2,
    ...more,
  })

/** With all that the view can show of it. */
export const finding = (message: string, more: Partial<AuditedFinding> = {}): AuditedFinding => ({
  ...support.finding('10.0.0.2'),
  subject: { pnn: 1, address: '10.0.0.2' },
  nodes: [1],
  message,
  evidence: ['node 1 says that it owns it', 'its kernel does not hold it'],
  outlook: 'the recovery daemon takes it up again',
  remedy: 'wait a moment',
  ...more,
})

/** A cluster for the view: addresses 10.0.0.1, … go round the nodes, and what is given is otherwise. */
export interface Watched {
  readonly nodes: number
  readonly addresses: number
  readonly columns: number
  readonly rows: number
  readonly nodeChanges?: Readonly<Record<number, Partial<NodeState>>>
  readonly addressChanges?: Readonly<Record<number, Partial<AddressState>>>
  readonly cluster?: Partial<ClusterState>
  readonly model?: Partial<Model>
}

const addressText = (index: number): string => `10.0.${Math.floor(index / 250)}.${(index % 250) + 1}`

/** A snapshot with as many nodes and owners; the same addresses for the first 250. */
const snapshotOf = ({ nodes, addresses }: Watched): Snapshot =>
  makeSnapshot({ nodes, owners: Array.from({ length: Math.min(addresses, 250) }, (_, index) => index % nodes) })

/** The model of such a cluster, as it is a second after the first look. */
export function watched(made: Watched): Model {
  const { nodes: count, addresses, columns, rows, nodeChanges = {}, addressChanges = {}, cluster = {}, model = {} } = made
  const pnns = Array.from({ length: count }, (_, pnn) => pnn)
  const states = Array.from({ length: addresses }, (_, index) =>
    support.addressState(addressText(index), index % count, { knownBy: pnns, ...addressChanges[index] }),
  )
  const nodes = pnns.map((pnn) =>
    support.nodeState(pnn, { owns: states.filter(({ owner }) => owner === pnn).length, knows: addresses, ...nodeChanges[pnn] }),
  )
  return {
    ...initialModel({
      title: 'node1, node2 over SSH',
      isSimulated: false,
      intervalMs: 2000,
      size: { columns, rows },
      nowMs: NOW,
    }),
    cluster: { snapshot: snapshotOf(made), seenAtMs: NOW - 1000, leader: 0, nodes, addresses: states, findings: [], ...cluster },
    startedMs: NOW - 60_000,
    ...model,
  }
}
