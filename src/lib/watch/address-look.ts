import type { Pnn } from '../cluster/node.ts'
import type { NodeFacts } from '../snapshot/snapshot.ts'
import type { AddressChronicle } from './address-chronicle.ts'
import type { ClusterRecords } from './cluster-records.ts'
import type { NormalNames } from './normal-names.ts'
import type { Teller } from './teller.ts'

/** A look at the cluster, as far as the addresses go. */
export interface AddressLook {
  readonly atMs: number
  readonly beganMs: number
  /** What each node said. */
  readonly facts: ReadonlyMap<Pnn, NodeFacts>
  readonly isFirst: boolean
  /** Whether a node is known to be cut off: what it has said holds no more. */
  readonly isGone: (pnn: Pnn) => boolean
}

/** What is needed to make something of it. */
export interface LookTools {
  readonly cluster: ClusterRecords
  readonly chronicle: AddressChronicle
  readonly teller: Teller
  readonly names: NormalNames
}

/** What is in one of them only. */
export const symmetricDifference = (a: ReadonlySet<string>, b: ReadonlySet<string>): string[] => [
  ...[...a].filter((each) => !b.has(each)),
  ...[...b].filter((each) => !a.has(each)),
]
