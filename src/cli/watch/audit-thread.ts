import { CtdbtsError } from '../../lib/errors.ts'
import type { Audited, Auditor, FullLook } from '../../transport/reach/audit-series.ts'
import { Thread } from './thread.ts'

/** Audits in a thread of its own. When that fails this is told, and the next look is the first of a new series. */
export class AuditThread implements Auditor, Disposable {
  private readonly thread = new Thread<FullLook, Audited>('audit-worker')
  private readonly onProblem: (problem: CtdbtsError) => void

  constructor(onProblem: (problem: CtdbtsError) => void) {
    this.onProblem = onProblem
  }

  async add(look: FullLook): Promise<Audited> {
    try {
      return (await this.thread.ask(look)) ?? {}
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error)
      this.onProblem(new CtdbtsError('AUDIT_FAILED', `the audit has failed: ${why}`, { hint: 'it begins anew at the next look' }))
      return {}
    }
  }

  [Symbol.dispose](): void {
    this.thread[Symbol.dispose]()
  }
}
