import { auditSamples, needsAnotherSample } from '../../lib/audit/audit.ts'
import type { Movement } from '../../lib/audit/movement.ts'
import type { AuditReport } from '../../lib/audit/report.ts'
import { sharedWith } from '../../lib/shared.ts'
import type { Snapshot } from '../../lib/snapshot/snapshot.ts'
import { MEMORY_MS } from './listener.ts'

/** So many full looks are compared: the last two tell what is so, the one before whether it lasts. */
const SAMPLES = 3
/** A single look tells little: the second follows on its heels. */
const SECOND_MS = 300
/** After so long another look tells whether what was found stays: longer than a recovery daemon takes to notice something. */
const AGAIN_MS = 2_500

/** What a full look has seen. Plain data, so that it can be handed to a worker. */
export interface FullLook {
  /** Milliseconds since 1970. */
  readonly beganMs: number
  readonly snapshot: Snapshot
  /** What was heard since the full look before. */
  readonly activity: readonly Movement[]
}

export interface Audited {
  /** Absent where there is nothing to compare with. */
  readonly report?: AuditReport
  /** In how many milliseconds another full look is wanted, where one is. */
  readonly againMs?: number
}

/** Audits full looks one after the other. On large clusters it takes seconds, which somebody else than the thread of the view should spend. */
export interface Auditor {
  add(look: FullLook): Audited | Promise<Audited>
}

/** Audits each full look together with those before it, in the thread that asks for it. */
export class AuditSeries implements Auditor {
  private looks: FullLook[] = []

  add(look: FullLook): Audited {
    // What moved since a look of long ago is forgotten, and cannot be told from a fault any more.
    const recent = this.looks.filter(({ beganMs }) => look.beganMs - beganMs < MEMORY_MS)
    const snapshot = sharedWith(recent.at(-1)?.snapshot, look.snapshot)
    this.looks = [...recent, { ...look, snapshot }].slice(-SAMPLES)
    if (this.looks.length < 2) return { againMs: SECOND_MS }
    const samples = this.looks.map(({ snapshot }) => snapshot)
    const report = auditSamples(samples, { activity: look.activity })
    return { report, ...(needsAnotherSample(report) && { againMs: AGAIN_MS }) }
  }
}
