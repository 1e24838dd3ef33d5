import { setTimeout as sleep } from 'node:timers/promises'
import type { Acceptance } from '../../lib/audit/acceptance.ts'
import { withAcceptances } from '../../lib/audit/apply-acceptances.ts'
import { auditSamples } from '../../lib/audit/audit.ts'
import { changesBetween, type Outcome, rememberedOf } from '../../lib/audit/changes.ts'
import type { Severity } from '../../lib/audit/finding.ts'
import { NEEDING_PROBE } from '../../lib/audit/registry.ts'
import type { AuditReport } from '../../lib/audit/report.ts'
import { CtdbtsError } from '../../lib/errors.ts'
import { type AuditOptions, auditCluster } from '../../operations/audit/audit.ts'
import { Cluster } from '../../operations/reach/cluster.ts'
import type { HostAccess } from '../../transport/host-access.ts'
import { localHost } from '../../transport/local/host.ts'
import { changesJson, changesText, eventLine } from '../../ui/audit/changes.ts'
import { painter } from '../../ui/table.ts'
import { openWays, type Ways } from '../open-cluster.ts'
import { wantsColour } from '../output.ts'
import { type GlobalOptions, timeoutMsOf } from '../run-options.ts'
import { EXIT_STATUS_BY_SIGNAL } from '../signals.ts'
import type { SimOptions } from '../sim-flags.ts'
import { readSnapshot } from '../snapshot-file.ts'
import { withCluster } from '../with-cluster.ts'
import { acceptancesOf, today } from './acceptances.ts'
import { exitStatusOf } from './exit-status.ts'
import type { Format } from './formats.ts'

type Options = GlobalOptions & SimOptions & { readonly from?: string | undefined }

/**
 * Audits the cluster that the options name, or a snapshot of one, and applies the acceptances of the configuration.
 * @throws CtdbtsError BAD_CONFIG; when no node can be reached, or none says which nodes there are.
 */
export async function auditOnce(options: Options, choice: AuditOptions): Promise<AuditReport> {
  requireProbe(choice)
  const acceptances = acceptancesOf(options, process.env)
  const report =
    options.from === undefined
      ? await withCluster(options, (cluster) => auditCluster(cluster, { ...choice, here: lookoutOf(options) }))
      : auditSamples([await readSnapshot(options.from)], choice)
  return withAcceptances(report, acceptances, today())
}

/** Repeats the audit until Ctrl-C, and reports only changes after the first one. A cluster that becomes unreachable is such a change. */
export async function follow(
  options: Options,
  choice: AuditOptions,
  { format, seconds, failOn }: { format: Format; seconds: number; failOn: Severity },
): Promise<undefined> {
  requireLive(options, format)
  requireProbe(choice)
  const stop = new AbortController()
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stop.abort())
  const acceptances = acceptancesOf(options, process.env)
  const paint = painter(wantsColour(process.stdout, process.env))
  const ways = await openWays(options, timeoutMsOf(options))
  // What is being connected to would be waited for otherwise.
  stop.signal.addEventListener('abort', () => ways.close())
  // No audit has been completed yet.
  process.exitCode = EXIT_STATUS_BY_SIGNAL.SIGINT
  let before: Outcome | undefined
  try {
    while (!stop.signal.aborted) {
      const startMs = Date.now()
      const now = await auditThrough(ways, { ...choice, here: lookoutOf(options), signal: stop.signal }, acceptances).catch(
        asOutcome,
      )
      if (stop.signal.aborted) break
      const changes = changesBetween(before, now)
      if (before === undefined && format === 'text') process.stdout.write(firstLine(now, seconds))
      process.stdout.write(format === 'json' ? changesJson(changes, startMs) : changesText(changes, startMs, paint))
      before = rememberedOf(before, now, changes)
      process.exitCode = now instanceof CtdbtsError ? now.exitStatus : await exitStatusOf(now, format, failOn)
      await sleep(Math.max(0, startMs + seconds * 1000 - Date.now()), undefined, { signal: stop.signal })
    }
  } catch (error) {
    if (!stop.signal.aborted) throw error
  } finally {
    ways.close()
  }
  return undefined
}

/** This machine, where it reaches the nodes over SSH: it may be on their networks. Else it is a node, or has them in containers. */
const lookoutOf = ({ host = [] }: Options): HostAccess | undefined => (host.length > 0 ? localHost() : undefined)

/** @throws CtdbtsError USAGE for a check of what a probe finds, without a probe. */
function requireProbe({ only = [], probe }: AuditOptions): void {
  const needing = probe ? undefined : only.find((id) => NEEDING_PROBE.includes(id))
  if (needing !== undefined) throw new CtdbtsError('USAGE', `the check ${needing} needs --probe`, { hint: 'add --probe' })
}

function requireLive({ from }: Options, format: Format): void {
  if (from !== undefined || !['text', 'json'].includes(format)) {
    throw new CtdbtsError('USAGE', '--interval needs a live cluster, and text or JSON output', {
      hint: 'leave out --from and --format',
    })
  }
}

/** Shows that the audit is running even if it reports nothing. */
function firstLine(now: Outcome, seconds: number): string {
  const what = now instanceof CtdbtsError ? 'the cluster' : `${now.nodes.length} nodes with ${now.checks.length} checks`
  return eventLine(Date.now(), `auditing ${what} every ${seconds} s; reporting only changes`)
}

function asOutcome(error: unknown): CtdbtsError {
  if (error instanceof CtdbtsError) return error
  throw error
}

/** Connects to the nodes, audits them, and applies acceptances. @throws as {@link auditOnce}; the signal's reason. */
export async function auditThrough(
  { options }: Ways,
  choice: AuditOptions,
  acceptances: readonly Acceptance[],
): Promise<AuditReport> {
  using cluster = await Cluster.open(options)
  return withAcceptances(await auditCluster(cluster, choice), acceptances, today())
}
