import { NODE_FLAG } from '../../src/lib/cluster/node.ts'
import type { NodeFacts, Snapshot } from '../../src/lib/snapshot/snapshot.ts'

/** A cluster for tests: who owns what, and which nodes are how. */
export interface Made {
  readonly nodes?: number
  /** Owners of 10.0.0.1, 10.0.0.2, …; null for nobody. */
  readonly owners: readonly (number | null)[]
  readonly flags?: Readonly<Record<number, number>>
  readonly tunables?: Readonly<Record<string, number>>
  /** Changes to what single nodes say. */
  readonly facts?: Readonly<Record<number, Partial<NodeFacts>>>
}

const CANNOT_HOST =
  NODE_FLAG.DISCONNECTED | NODE_FLAG.BANNED | NODE_FLAG.STOPPED | NODE_FLAG.DELETED | NODE_FLAG.DISABLED | NODE_FLAG.UNHEALTHY

/** A snapshot of such a cluster, as its daemons would tell it: all nodes know all addresses, on eth1; node 0 leads. */
export function makeSnapshot({ nodes: count = 3, owners, flags = {}, tunables = {}, facts = {} }: Made): Snapshot {
  const pnns = Array.from({ length: count }, (_, pnn) => pnn)
  const nodeMap = pnns.map((pnn) => ({ pnn, address: `10.9.0.${pnn + 1}`, flags: flags[pnn] ?? 0 }))
  const addresses = owners.map((_, index) => `10.0.0.${index + 1}`)
  const nodes = pnns.map((pnn): NodeFacts => {
    const own = flags[pnn] ?? 0
    if ((own & NODE_FLAG.DISCONNECTED) !== 0) {
      return { pnn, missing: [{ fact: 'everything', code: 'DISCONNECTED', message: `node ${pnn} is not connected` }] }
    }
    return {
      pnn,
      missing: [],
      runState: 'RUNNING',
      nodeMap,
      recoveryMode: 0,
      vnnMap: { generation: 7, map: pnns },
      tunables: { IPAllocAlgorithm: 2, NoIPTakeover: 0, NoIPFailback: 0, ...tunables },
      known: addresses.map((address, index) => ({
        address,
        owner: owners[index] ?? null,
        interfaces: ['eth1'],
        activeInterface: owners[index] === pnn ? 'eth1' : null,
      })),
      available: (own & CANNOT_HOST) === 0 ? addresses : [],
      interfaces: [{ name: 'eth1', linkUp: true, references: owners.filter((owner) => owner === pnn).length }],
      ...facts[pnn],
    }
  })
  return {
    formatVersion: '1.0',
    takenAt: '2026-01-02T03:04:05.678Z',
    askedNode: 0,
    leader: { pnn: 0, era: 'leader' },
    nodeMap,
    nodes,
  }
}
