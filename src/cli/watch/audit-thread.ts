import { CtdbtsError } from '../../lib/errors.ts'
import type { Audited, Auditor, FullSample } from '../../operations/audit/audit-series.ts'
import { WorkerThread } from './worker-thread.ts'

/** Audits in a thread of its own. A failure is reported; the next full poll then starts a new series. */
export class AuditThread implements Auditor, Disposable {
  private readonly thread = new WorkerThread<FullSample, Audited>('audit-worker')
  private readonly onProblem: (problem: CtdbtsError) => void

  constructor(onProblem: (problem: CtdbtsError) => void) {
    this.onProblem = onProblem
  }

  async add(sample: FullSample): Promise<Audited> {
    try {
      return (await this.thread.run(sample)) ?? {}
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error)
      this.onProblem(new CtdbtsError('AUDIT_FAILED', `the audit failed: ${why}`, { hint: 'the next audit starts over' }))
      return {}
    }
  }

  [Symbol.dispose](): void {
    this.thread[Symbol.dispose]()
  }
}
