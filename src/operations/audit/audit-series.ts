import { auditSamples, needsAnotherSample } from '../../lib/audit/audit.ts'
import type { Movement } from '../../lib/audit/movement.ts'
import type { AuditReport } from '../../lib/audit/report.ts'
import { sharedWith } from '../../lib/shared.ts'
import type { Snapshot } from '../../lib/snapshot/snapshot.ts'
import { MEMORY_MS } from '../reach/listener.ts'

/** Number of full samples that are compared: the last two show the current state, the one before whether it lasts. */
const MAX_SAMPLES = 3
/** Delay before the second sample: a single one shows little. */
const SECOND_MS = 300
/** Delay before another sample shows whether findings last: longer than a recovery daemon takes to notice something. */
const AGAIN_MS = 2_500

/** A full sample of a cluster. Plain data, so that it can be passed to a worker. */
export interface FullSample {
  /** Milliseconds since 1970. */
  readonly beganMs: number
  readonly snapshot: Snapshot
  /** What the daemons have broadcast since the previous full sample. */
  readonly activity: readonly Movement[]
}

export interface Audited {
  /** Absent if there is no other sample to compare with. */
  readonly report?: AuditReport
  /** Milliseconds after which another full sample is needed; absent if none is. */
  readonly againMs?: number
}

/** Audits full samples one after the other. On large clusters this takes seconds, so another thread than that of the view should do it. */
export interface Auditor {
  add(sample: FullSample): Audited | Promise<Audited>
}

/** Audits each full sample together with the previous ones, in the calling thread. */
export class AuditSeries implements Auditor {
  private samples: FullSample[] = []

  add(sample: FullSample): Audited {
    // Movements since an old sample are forgotten, so they could not be distinguished from faults.
    const recent = this.samples.filter(({ beganMs }) => sample.beganMs - beganMs < MEMORY_MS)
    const snapshot = sharedWith(recent.at(-1)?.snapshot, sample.snapshot)
    this.samples = [...recent, { ...sample, snapshot }].slice(-MAX_SAMPLES)
    if (this.samples.length < 2) return { againMs: SECOND_MS }
    const snapshots = this.samples.map(({ snapshot }) => snapshot)
    const report = auditSamples(snapshots, { activity: sample.activity })
    return { report, ...(needsAnotherSample(report) && { againMs: AGAIN_MS }) }
  }
}
