import { setTimeout as sleep } from 'node:timers/promises'
import { auditSamples, mayBeMoving, needsAnotherSample } from '../../lib/audit/audit.ts'
import type { AuditReport } from '../../lib/audit/report.ts'
import type { Snapshot } from '../../lib/snapshot/snapshot.ts'
import type { HostAccess } from '../../transport/host-access.ts'
import { orAborted } from '../../transport/or-aborted.ts'
import type { Cluster } from '../reach/cluster.ts'
import { OutsideMachine } from './outside.ts'
import { type ProbedCluster, probedSamples } from './probe.ts'

/** Delay between samples while a takeover run may be in progress: longer than a recovery daemon takes to notice something and request one. */
const GAP_MS = 2_500
/** After this time, findings that still change are reported as transient. One step of a takeover run may take 9 s (TakeoverTimeout). */
const LIMIT_MS = 12_000

/** Which checks an audit makes. */
export interface AuditOptions {
  /** Ids of the checks to make; all by default. */
  readonly only?: readonly string[] | undefined
  /** Ids of the checks to skip. */
  readonly skip?: readonly string[] | undefined
  /** Whether to ask the networks, too, who answers for each public address. Takes a few seconds more. */
  readonly probe?: boolean | undefined
  /** The machine that ctdbts runs on, to look from there, too, if it is no node and on the networks of public addresses. */
  readonly here?: HostAccess | undefined
  readonly signal?: AbortSignal | undefined
}

/**
 * Audits a cluster: takes two samples, and, while something seems to move, more until nothing does (at most 12 s).
 * @throws as `Cluster.sample`; the signal's reason.
 */
export async function auditCluster(
  cluster: Cluster,
  { only, skip, probe, here, signal }: AuditOptions = {},
): Promise<AuditReport> {
  const startMs = Date.now()
  const samples: Snapshot[] = []
  const times: number[] = []
  const outside = here && new OutsideMachine(here, { timeoutMs: cluster.timeoutMs, signal })
  const takeSample = () => {
    signal?.throwIfAborted()
    times.push(Date.now())
    const nodesSampled = Promise.withResolvers<void>()
    const nodes = orAborted(cluster.sample({ onNodesSampled: nodesSampled.resolve }), signal)
    const snapshot = outside ? outside.addTo(nodes) : nodes
    // Also after a failure, which `snapshot` reports.
    snapshot.catch(() => {}).finally(nodesSampled.resolve)
    return { nodesSampled: nodesSampled.promise, snapshot }
  }
  const audit = () => auditSamples(samples, { only, skip, activity: cluster.activitySince(times.at(-2) ?? startMs) })
  const first = takeSample()
  // The second sample can ask the nodes while the first still waits for a leader broadcast.
  await first.nodesSampled
  const second = takeSample()
  samples.push(...(await Promise.all([first.snapshot, second.snapshot])))
  let report = audit()
  // Two samples in quick succession may both show the same moment of the same takeover run.
  let isSure = !mayBeMoving(report) && !needsAnotherSample(report)
  while (!isSure) {
    await sleep(GAP_MS, undefined, { signal })
    samples.push(await takeSample().snapshot)
    report = audit()
    isSure = !needsAnotherSample(report) || Date.now() - startMs > LIMIT_MS
  }
  const last = samples.pop()
  if (!probe || !last) return report
  const probed: ProbedCluster = {
    accessTo: (pnn) => cluster.accessTo(pnn),
    sample: () => takeSample().snapshot,
    pause: (ms) => sleep(ms, undefined, { signal }),
    outside,
    timeoutMs: cluster.timeoutMs,
    signal,
  }
  samples.push(...(await probedSamples(probed, last)))
  return audit()
}
