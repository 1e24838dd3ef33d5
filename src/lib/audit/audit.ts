import { onceFor } from '../once-for.ts'
import { isOlderFormat, type Snapshot } from '../snapshot/snapshot.ts'
import type { Check } from './check.ts'
import { type Finding, findingKey, type Unknown } from './finding.ts'
import { type Movement, movementBetween } from './movement.ts'
import { inOrder } from './order.ts'
import { CHECKS, chooseChecks } from './registry.ts'
import { type AuditedFinding, type AuditedNode, type AuditReport, countBySeverity, worstOf } from './report.ts'
import { auditSample } from './sample.ts'
import { unfinishedRecoveries } from './unfinished-recoveries.ts'

export interface AuditSamplesOptions {
  /** Ids of the checks to run; default: all. */
  readonly only?: readonly string[] | undefined
  /** Ids of the checks to skip. */
  readonly skip?: readonly string[] | undefined
  /** Messages about moving addresses, received between the last two samples. */
  readonly activity?: readonly Movement[] | undefined
}

/** Default of TakeoverTimeout: a takeover run in progress cannot explain a fault that lasts longer. */
const LASTING_MS = 9_000

/**
 * Audits successive samples of one cluster. A finding is real if the last two samples agree on it. Exception: a takeover run in progress can
 * cause it, and something moved in between; then it is transient. But if all samples agree on it for longer than TakeoverTimeout, it is real
 * whatever moves, because a cluster that repairs in vain never comes to rest. The same holds of recoveries of which several begin and none ends. With a single sample, all findings count as real unless
 * the sample itself shows that they may pass.
 * @param samples at least one.
 * @throws CtdbtsError NO_CHECK for an id that no check has.
 */
export function auditSamples(samples: readonly Snapshot[], { only, skip, activity = [] }: AuditSamplesOptions = {}): AuditReport {
  const last = samples.at(-1)
  if (!last) throw new RangeError('an audit takes at least one sample')
  const checks = chooseChecks(only, skip).filter(({ needsProbe }) => last.isProbed || !needsProbe)
  const before = samples.at(-2)
  const now = auditOnce(last, checks)
  const earlier = samples.slice(0, -1).map((sample) => auditOnce(sample, checks).findings)
  const spanMs = Date.parse(last.takenAt) - Date.parse(samples[0]?.takenAt ?? last.takenAt)
  const isLasting = (finding: Finding) =>
    spanMs >= LASTING_MS && earlier.every((list) => list.some((each) => isSame(each, finding) || isStillUnsteady(each, finding)))
  const moved = before && movementBetween(before, last, activity)
  const findings = inOrder(
    moved
      ? compared(now.findings, earlier.at(-1) ?? [], { moved, isLasting, unfinished: unfinishedRecoveries(samples) })
      : alone(now.findings),
  )
  return {
    findings,
    unknown: now.unknown,
    checks: checks.map(({ id }) => id),
    nodes: nodesOf(last, findings, now.unknown),
    samples: samples.length,
    firstTakenAt: samples[0]?.takenAt ?? last.takenAt,
    lastTakenAt: last.takenAt,
    worst: worstOf(findings),
    ...(isOlderFormat(last) && { olderFormat: last.formatVersion }),
  }
}

const auditsOf = onceFor((_: Snapshot) => new Map<string, ReturnType<typeof auditSample>>())

/** Cached: each new sample is audited together with earlier ones, so the same sample comes again and again. */
function auditOnce(sample: Snapshot, checks: readonly Check[]): ReturnType<typeof auditSample> {
  const audits = auditsOf(sample)
  const ids = checks.map(({ id }) => id).join()
  const audit = audits.get(ids) ?? auditSample(sample, checks)
  audits.set(ids, audit)
  return audit
}

const MOVING: ReadonlySet<string> = new Set(CHECKS.filter(({ moves }) => moves).map(({ id }) => id))

/** Whether another sample may help: there is a finding that may or may not last. */
export const needsAnotherSample = ({ findings }: AuditReport): boolean =>
  findings.some(({ state, isGone }) => state === 'transient' && !isGone)

/** Whether a takeover run in progress may explain any finding, even one that looks real. */
export const mayBeMoving = ({ findings }: AuditReport): boolean => findings.some(({ id, isGone }) => !isGone && MOVING.has(id))

const alone = (findings: readonly Finding[]): AuditedFinding[] => findings.map((finding) => judged(finding, finding.passing))

const judged = (finding: Finding, doubt: string | undefined): AuditedFinding =>
  doubt === undefined ? { ...finding, state: 'real' } : { ...finding, state: 'transient', doubt }

const isSame = (a: Finding, b: Finding): boolean =>
  findingKey(a) === findingKey(b) && a.evidence.join('\n') === b.evidence.join('\n')

const UNSTEADY: ReadonlySet<string> = new Set(CHECKS.filter(({ isUnsteady }) => isUnsteady).map(({ id }) => id))

const isStillUnsteady = (a: Finding, b: Finding): boolean => UNSTEADY.has(a.id) && findingKey(a) === findingKey(b)

/** The check whose findings recoveries that do not end prove. */
const STUCK = 'recovery-stuck'

/** What successive samples show together. */
interface Comparison {
  readonly moved: (addresses: readonly string[]) => string | undefined
  readonly isLasting: (finding: Finding) => boolean
  /** As `unfinishedRecoveries` finds it. */
  readonly unfinished: readonly string[]
}

function compared(
  now: readonly Finding[],
  earlier: readonly Finding[],
  { moved, isLasting, unfinished }: Comparison,
): AuditedFinding[] {
  const earlierByKey = new Map(earlier.map((finding) => [findingKey(finding), finding]))
  const keysNow = new Set(now.map(findingKey))
  const gone = earlier
    .filter((finding) => !keysNow.has(findingKey(finding)))
    .map((finding): AuditedFinding => ({ ...finding, state: 'transient', doubt: 'it is not in the last sample', isGone: true }))
  const doubtOf = (finding: Finding): string | undefined => {
    const same = earlierByKey.get(findingKey(finding))
    if (!same) return 'it was not in the previous sample'
    if (finding.passing !== undefined) return finding.passing
    if (!MOVING.has(finding.id) || isLasting(finding)) return undefined
    return isSame(same, finding) ? moved(finding.addresses) : 'it was different in the previous sample'
  }
  const judge = (finding: Finding): AuditedFinding =>
    finding.id === STUCK && unfinished.length > 0
      ? judged({ ...finding, evidence: [...finding.evidence, ...unfinished] }, undefined)
      : judged(finding, doubtOf(finding))
  return [...now.map(judge), ...gone]
}

function nodesOf(snapshot: Snapshot, findings: readonly AuditedFinding[], unknown: readonly Unknown[]): AuditedNode[] {
  return snapshot.nodes.flatMap((facts): AuditedNode[] => {
    const { pnn, host, missing } = facts
    const entry = snapshot.nodeMap.find((candidate) => candidate.pnn === pnn)
    if (!entry) return []
    return [
      {
        pnn,
        address: entry.address,
        flags: entry.flags,
        reachedBy: host?.reachedBy ?? null,
        daemonAnswers: host?.daemonAnswers !== false && !missing.some(({ fact }) => fact === 'everything'),
        counts: countBySeverity(findings.filter(({ nodes }) => nodes.includes(pnn))),
        unknownFacts: new Set(unknown.filter((each) => each.pnn === pnn).map(({ fact }) => fact)).size,
      },
    ]
  })
}
