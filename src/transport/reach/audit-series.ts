import { auditSamples, needsAnotherSample } from '../../lib/audit/audit.ts'
import type { AuditReport } from '../../lib/audit/report.ts'
import type { Snapshot } from '../../lib/snapshot/snapshot.ts'
import type { Cluster } from './cluster.ts'
import { MEMORY_MS } from './listener.ts'

/** So many full looks are compared: the last two tell what is so, the one before whether it lasts. */
const SAMPLES = 3
/** A single look tells little: the second follows on its heels. */
const SECOND_MS = 300
/** After so long another look tells whether what was found stays: longer than a recovery daemon takes to notice something. */
const AGAIN_MS = 2_500

/** Audits made one after the other, each of the full looks up to then. */
export class AuditSeries {
  private looks: { readonly beganMs: number; readonly snapshot: Snapshot }[] = []

  /**
   * Audits what a full look has seen, together with those before it.
   * @param beganMs when the look began; milliseconds since 1970.
   * @returns no report where there is nothing to compare with, and in how many milliseconds another look is wanted, where one is.
   */
  add(snapshot: Snapshot, beganMs: number, cluster: Cluster): { readonly report?: AuditReport; readonly againMs?: number } {
    // What moved since a look of long ago is forgotten, and cannot be told from a fault any more.
    const recent = this.looks.filter((look) => beganMs - look.beganMs < MEMORY_MS)
    this.looks = [...recent, { beganMs, snapshot }].slice(-SAMPLES)
    const before = this.looks.at(-2)
    if (!before) return { againMs: SECOND_MS }
    const report = auditSamples(
      this.looks.map((look) => look.snapshot),
      { activity: cluster.activitySince(before.beganMs) },
    )
    return { report, ...(needsAnotherSample(report) && { againMs: AGAIN_MS }) }
  }
}
