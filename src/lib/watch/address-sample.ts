import type { Pnn } from '../cluster/node.ts'
import type { NodeFacts } from '../snapshot/snapshot.ts'
import type { ClusterRecords } from './cluster-records.ts'
import type { KernelFaults } from './kernel-faults.ts'
import type { NormalNames } from './normal-names.ts'
import type { Ownership } from './ownership.ts'
import type { TimelineWriter } from './timeline-writer.ts'

/** A sample of the addresses of the cluster. */
export interface AddressSample {
  readonly atMs: number
  readonly beganMs: number
  /** What each node reported. */
  readonly facts: ReadonlyMap<Pnn, NodeFacts>
  readonly isFirst: boolean
  /** Whether a node is known to be cut off, so that what it reported earlier no longer counts. */
  readonly isGone: (pnn: Pnn) => boolean
}

/** What is needed to record and report what a sample shows. */
export interface SampleTools {
  readonly cluster: ClusterRecords
  readonly ownership: Ownership
  readonly faults: KernelFaults
  readonly writer: TimelineWriter
  readonly names: NormalNames
}

/** What is in only one of the two. */
export function symmetricDifference(a: Keys, b: Keys): string[] {
  const different: string[] = []
  for (const each of a.keys()) if (!b.has(each)) different.push(each)
  for (const each of b.keys()) if (!a.has(each)) different.push(each)
  return different
}

/** The keys of a set or a map. */
type Keys = Pick<ReadonlySet<string>, 'has' | 'keys'>
