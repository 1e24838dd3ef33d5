import { chooseChecks } from '../../lib/audit/registry.ts'
import type { CtdbtsError } from '../../lib/errors.ts'
import type { AuditOptions } from '../../operations/audit/audit.ts'
import { scrapeText, scrapeType } from '../../ui/audit/scrape.ts'
import { cannotAudit } from '../../ui/audit/words.ts'
import { openWays } from '../open-cluster.ts'
import { whenOutputCloses } from '../output.ts'
import { type GlobalOptions, timeoutMsOf } from '../run-options.ts'
import { onTerminationSignal } from '../signals.ts'
import type { SimOptions } from '../sim-flags.ts'
import { acceptancesOf } from '../verify/acceptances.ts'
import { auditThrough } from '../verify/run.ts'
import { AuditCache } from './audit-cache.ts'
import { type ListenAddress, serveMetrics } from './server.ts'

/** Limit of an audit, unless -T says. */
const LIMIT_SECONDS = 60

export interface ExporterOptions {
  readonly listen: ListenAddress
  /** How long an audit is served, in seconds. */
  readonly interval: number
}

/**
 * Serves the metrics of audits until SIGTERM or Ctrl-C. A cluster that cannot be audited is a metric and a line on standard error.
 * @throws CtdbtsError for invalid options, PORT_IN_USE, CANNOT_LISTEN.
 */
export async function runExporter(
  options: GlobalOptions & SimOptions,
  choice: Pick<AuditOptions, 'only' | 'skip'>,
  { listen, interval }: ExporterOptions,
): Promise<void> {
  const acceptances = acceptancesOf(options, process.env)
  chooseChecks(choice.only, choice.skip)
  const stop = new AbortController()
  const ended = Promise.withResolvers<void>()
  stop.signal.addEventListener('abort', () => ended.resolve())
  const stopListening = onTerminationSignal(() => stop.abort())
  whenOutputCloses('go on')
  const ways = await openWays(options, timeoutMsOf(options))
  const cache = new AuditCache({
    audit: (signal) => auditThrough(ways, { ...choice, signal }, acceptances),
    keepMs: interval * 1000,
    limitMs: 1000 * (options.maxruntime && options.maxruntime > 0 ? options.maxruntime : LIMIT_SECONDS),
    stop: stop.signal,
    onOutcome: outcomeLog(),
    onBug: ended.reject,
    nowMs: () => performance.now(),
  })
  try {
    await using server = await serveMetrics(listen, async ({ isOpenMetrics, patienceMs }) => {
      const audit = await cache.get(patienceMs)
      return audit && { type: scrapeType(isOpenMetrics), text: await scrapeText(audit, isOpenMetrics) }
    })
    process.stdout.write(`listening on ${server.url}\n`)
    await ended.promise
  } finally {
    stop.abort()
    ways.close()
    stopListening()
  }
}

/** Reports on standard error when audits begin to fail, fail for another reason, or succeed again. */
function outcomeLog(): (problem: CtdbtsError | undefined) => void {
  let known: string | undefined
  return (problem) => {
    if (problem?.message === known) return
    known = problem?.message
    process.stderr.write(problem ? `ctdbts: ${cannotAudit(problem)}\n` : 'ctdbts: can audit again\n')
  }
}
