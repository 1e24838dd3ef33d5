import type { AuditReport } from '../../lib/audit/report.ts'
import type { Snapshot } from '../../lib/snapshot/snapshot.ts'
import type { Auditor } from '../audit/audit-series.ts'
import type { Cluster } from '../reach/cluster.ts'

/** An audit that has ended. */
export interface AuditOutcome {
  /** Its duration, in milliseconds. */
  readonly tookMs: number
  /** Milliseconds after which another full sample is needed; absent if none is. */
  readonly againMs?: number | undefined
}

/** Audits full samples, one at a time. */
export class Audits {
  private readonly auditor: Auditor
  private readonly onReport: (report: AuditReport) => void
  private isRunning = false
  private lastFullSampleMs = 0

  constructor(auditor: Auditor, onReport: (report: AuditReport) => void) {
    this.auditor = auditor
    this.onReport = onReport
  }

  /**
   * Audits a full sample.
   * @param beganMs when the sample began, in milliseconds since 1970.
   * @returns undefined when another audit is still running; this sample is then not audited.
   */
  async run(cluster: Cluster, snapshot: Snapshot, beganMs: number): Promise<AuditOutcome | undefined> {
    if (this.isRunning) return undefined
    this.isRunning = true
    try {
      const startMs = performance.now()
      const activity = cluster.activitySince(this.lastFullSampleMs)
      this.lastFullSampleMs = beganMs
      const { report, againMs } = await this.auditor.add({ beganMs, snapshot, activity })
      if (report) this.onReport(report)
      return { tookMs: performance.now() - startMs, againMs }
    } finally {
      this.isRunning = false
    }
  }
}
