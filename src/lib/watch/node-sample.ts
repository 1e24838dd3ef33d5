import type { Pnn } from '../cluster/node.ts'
import type { Causes } from './causes.ts'
import type { ClusterRecords } from './cluster-records.ts'
import type { TimelineWriter } from './timeline-writer.ts'

/** A sample of the nodes, and what is needed to report what it shows. */
export interface NodeTools {
  readonly atMs: number
  readonly beganMs: number
  /** When the previous sample began. */
  readonly lastBeganMs: number
  /** Whether nothing is known of a node in this sample. */
  readonly isOutOfSight: (pnn: Pnn) => boolean
  readonly cluster: ClusterRecords
  readonly causes: Causes
  readonly writer: TimelineWriter
}
