import { setTimeout as sleep } from 'node:timers/promises'
import { auditSamples, mayBeMoving, needsAnotherSample } from '../../lib/audit/audit.ts'
import type { AuditReport } from '../../lib/audit/report.ts'
import type { Snapshot } from '../../lib/snapshot/snapshot.ts'
import type { Cluster } from './cluster.ts'

/** Between two looks at what may be a takeover run under way: longer than a recovery daemon takes to notice something and to ask. */
const GAP_MS = 2_500
/** After so long, what still changes is called transient. A takeover run may take 9 s (TakeoverTimeout) for one of its steps. */
const LIMIT_MS = 12_000

export interface AuditOptions {
  /** Ids of the checks to make; all unless given. */
  readonly only?: readonly string[] | undefined
  /** Ids of those to leave out. */
  readonly skip?: readonly string[] | undefined
  readonly signal?: AbortSignal | undefined
}

/**
 * Audits a cluster: looks at it twice, and, where it looks as if something moves, again until it does not.
 * @throws what ends the looking: see `Cluster.sample`; the signal's reason.
 */
export async function auditCluster(cluster: Cluster, { only, skip, signal }: AuditOptions = {}): Promise<AuditReport> {
  const startMs = Date.now()
  const samples: Snapshot[] = []
  const times: number[] = []
  const look = () => {
    signal?.throwIfAborted()
    times.push(Date.now())
    const seen = Promise.withResolvers<void>()
    const snapshot = orAborted(cluster.sample({ onSeen: seen.resolve }), signal)
    // Also when nothing can be seen, which `snapshot` tells.
    snapshot.then(
      () => seen.resolve(),
      () => seen.resolve(),
    )
    return { seen: seen.promise, snapshot }
  }
  const audit = () => auditSamples(samples, { only, skip, activity: cluster.activitySince(times.at(-2) ?? startMs) })
  const first = look()
  // While the first still waits to hear of the leader, the second can look at the nodes.
  await first.seen
  const second = look()
  samples.push(...(await Promise.all([first.snapshot, second.snapshot])))
  let report = audit()
  // Two looks right after each other may both have met the same moment of the same takeover run.
  let isSure = !mayBeMoving(report) && !needsAnotherSample(report)
  while (!isSure) {
    await sleep(GAP_MS, undefined, { signal })
    samples.push(await look().snapshot)
    report = audit()
    isSure = !needsAnotherSample(report) || Date.now() - startMs > LIMIT_MS
  }
  return report
}

/** What comes of a promise. @throws the signal's reason, as soon as it aborts. */
async function orAborted<T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  const { promise: aborted, reject } = Promise.withResolvers<never>()
  const abort = () => reject(signal?.reason)
  signal?.addEventListener('abort', abort, { once: true })
  try {
    return await Promise.race([promise, aborted])
  } finally {
    signal?.removeEventListener('abort', abort)
  }
}
