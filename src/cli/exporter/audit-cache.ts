import type { AuditReport } from '../../lib/audit/report.ts'
import { CtdbtsError } from '../../lib/errors.ts'
import { orAborted } from '../../transport/or-aborted.ts'
import type { ExportedAudit } from '../../ui/audit/scrape.ts'

export interface AuditCacheOptions {
  /** Makes an audit. @throws CtdbtsError; the signal's reason. */
  readonly audit: (signal: AbortSignal) => Promise<AuditReport>
  /** How long an audit is served, from its start. */
  readonly keepMs: number
  /** How long an audit may take. */
  readonly limitMs: number
  /** Aborts the audit in progress. */
  readonly stop: AbortSignal
  /** Called when an audit fails, and with undefined when one succeeds. */
  readonly onOutcome: (problem: CtdbtsError | undefined) => void
  /** Called with an error that no cluster can cause. */
  readonly onBug: (error: unknown) => void
  /** The time of a clock that never goes back, in milliseconds. */
  readonly nowMs: () => number
}

/** Audits when somebody asks and the last audit is too old: one audit at a time, which all who ask meanwhile share. */
export class AuditCache {
  private readonly options: AuditCacheOptions
  private last: (ExportedAudit & { readonly startMs: number }) | undefined
  private running: Promise<void> | undefined

  constructor(options: AuditCacheOptions) {
    this.options = options
  }

  /**
   * The last audit, or a new one if that is too old.
   * @param patienceMs how long to wait for a new one; after that the old one is returned, or undefined if there is none.
   */
  async get(patienceMs: number): Promise<ExportedAudit | undefined> {
    const { keepMs, nowMs } = this.options
    if (this.last && nowMs() - this.last.startMs < keepMs) return this.last
    this.running ??= this.start()
    const patience = Promise.withResolvers<void>()
    const timer = setTimeout(patience.resolve, patienceMs)
    await Promise.race([this.running, patience.promise])
    clearTimeout(timer)
    return this.last
  }

  private start(): Promise<void> {
    const { audit, limitMs, stop, nowMs, onOutcome, onBug } = this.options
    const startMs = nowMs()
    const limit = new AbortController()
    const late = new CtdbtsError('MAX_RUNTIME', `the audit took longer than ${limitMs / 1000} s`)
    const timer = setTimeout(() => limit.abort(late), limitMs)
    const signal = AbortSignal.any([stop, limit.signal])
    const work = audit(signal)
    const keep = (report?: AuditReport) => {
      this.last = { report, startMs, tookSeconds: (nowMs() - startMs) / 1000 }
    }
    const succeed = (report: AuditReport) => {
      keep(report)
      onOutcome(undefined)
    }
    const fail = (error: unknown) => {
      if (stop.aborted) return
      if (!(error instanceof CtdbtsError)) return onBug(error)
      keep()
      onOutcome(error)
    }
    const done = orAborted(work, signal)
      .then(succeed, fail)
      .finally(() => clearTimeout(timer))
    // An audit that was given up may still wait for a node: the next one begins after it.
    void Promise.allSettled([work, done]).then(() => {
      this.running = undefined
    })
    return done
  }
}
