import { onceFor } from '../once-for.ts'
import type { Snapshot } from '../snapshot/snapshot.ts'
import type { Check } from './check.ts'
import { type Finding, findingKey, SEVERITIES, type Unknown } from './finding.ts'
import { type Movement, movementBetween } from './movement.ts'
import { compareAddresses } from './normal.ts'
import { CHECKS, chooseChecks } from './registry.ts'
import { type AuditedFinding, type AuditedNode, type AuditReport, countBySeverity } from './report.ts'
import { auditSample } from './sample.ts'

export interface AuditSamplesOptions {
  /** Ids of the checks to make; all unless given. */
  readonly only?: readonly string[] | undefined
  /** Ids of those to leave out. */
  readonly skip?: readonly string[] | undefined
  /** What was heard of addresses being moved between the last two samples. */
  readonly activity?: readonly Movement[] | undefined
}

/** TakeoverTimeout's default: a takeover run under way explains nothing that stays for longer. */
const LASTING_MS = 9_000

/**
 * Audits samples of one cluster, taken one after the other. What the last two agree on is real, unless it is of a kind that a takeover run
 * under way brings about, and something moved in between; all else is transient. But what all samples agree on, over more than
 * TakeoverTimeout, is real whatever moves: a cluster that repairs in vain never comes to rest. A single sample is taken at its word.
 * @param samples at least one.
 * @throws CtdbtsError NO_CHECK for an id that no check has.
 */
export function auditSamples(samples: readonly Snapshot[], { only, skip, activity = [] }: AuditSamplesOptions = {}): AuditReport {
  const checks = chooseChecks(only, skip)
  const last = samples.at(-1)
  if (!last) throw new RangeError('an audit takes at least one sample')
  const before = samples.at(-2)
  const now = auditOnce(last, checks)
  const earlier = samples.slice(0, -1).map((sample) => auditOnce(sample, checks).findings)
  const spanMs = Date.parse(last.takenAt) - Date.parse(samples[0]?.takenAt ?? last.takenAt)
  const isLasting = (finding: Finding) =>
    spanMs >= LASTING_MS && earlier.every((list) => list.some((each) => isSame(each, finding)))
  const moved = before && movementBetween(before, last, activity)
  const findings = sorted(moved ? compared(now.findings, earlier.at(-1) ?? [], moved, isLasting) : alone(now.findings))
  return {
    findings,
    unknown: now.unknown,
    checks: checks.map(({ id }) => id),
    nodes: nodesOf(last, findings, now.unknown),
    samples: samples.length,
    firstTakenAt: samples[0]?.takenAt ?? last.takenAt,
    lastTakenAt: last.takenAt,
    worst:
      SEVERITIES.find((severity) => findings.some((finding) => finding.state === 'real' && finding.severity === severity)) ??
      null,
  }
}

const auditsOf = onceFor((_: Snapshot) => new Map<string, ReturnType<typeof auditSample>>())

/** Who takes one sample after the other has each audited together with those before it, again and again. */
function auditOnce(sample: Snapshot, checks: readonly Check[]): ReturnType<typeof auditSample> {
  const audits = auditsOf(sample)
  const ids = checks.map(({ id }) => id).join()
  const audit = audits.get(ids) ?? auditSample(sample, checks)
  audits.set(ids, audit)
  return audit
}

const MOVING: ReadonlySet<string> = new Set(CHECKS.filter(({ moves }) => moves).map(({ id }) => id))

/** Whether another sample may tell what these could not: something is there of which they do not know whether it lasts. */
export const needsAnotherSample = ({ findings }: AuditReport): boolean =>
  findings.some(({ state, isGone }) => state === 'transient' && !isGone)

/** Whether there is anything at all that a takeover run under way can bring about, real as it may look. */
export const mayBeMoving = ({ findings }: AuditReport): boolean => findings.some(({ id, isGone }) => !isGone && MOVING.has(id))

const alone = (findings: readonly Finding[]): AuditedFinding[] => findings.map((finding) => judged(finding, finding.passing))

const judged = (finding: Finding, doubt: string | undefined): AuditedFinding =>
  doubt === undefined ? { ...finding, state: 'real' } : { ...finding, state: 'transient', doubt }

const isSame = (a: Finding, b: Finding): boolean =>
  findingKey(a) === findingKey(b) && a.evidence.join('\n') === b.evidence.join('\n')

function compared(
  now: readonly Finding[],
  earlier: readonly Finding[],
  moved: (addresses: readonly string[]) => string | undefined,
  isLasting: (finding: Finding) => boolean,
): AuditedFinding[] {
  const earlierByKey = new Map(earlier.map((finding) => [findingKey(finding), finding]))
  const keysNow = new Set(now.map(findingKey))
  const gone = earlier
    .filter((finding) => !keysNow.has(findingKey(finding)))
    .map((finding): AuditedFinding => ({ ...finding, state: 'transient', doubt: 'it is gone in the last sample', isGone: true }))
  const doubtOf = (finding: Finding): string | undefined => {
    const same = earlierByKey.get(findingKey(finding))
    if (!same) return 'it was not there in the sample before'
    if (finding.passing !== undefined) return finding.passing
    if (!MOVING.has(finding.id) || isLasting(finding)) return undefined
    return isSame(same, finding) ? moved(finding.addresses) : 'it looked different in the sample before'
  }
  return [...now.map((finding) => judged(finding, doubtOf(finding))), ...gone]
}

const CATALOGUE_ORDER: ReadonlyMap<string, number> = new Map(CHECKS.map(({ id }, index) => [id, index]))

/** The worst first; of the same severity causes before effects, then as the checks are listed, by address, by node. */
const sorted = (findings: readonly AuditedFinding[]): AuditedFinding[] =>
  findings.toSorted(
    (a, b) =>
      SEVERITIES.indexOf(a.severity) - SEVERITIES.indexOf(b.severity) ||
      Number(a.causedBy !== undefined) - Number(b.causedBy !== undefined) ||
      (CATALOGUE_ORDER.get(a.id) ?? 0) - (CATALOGUE_ORDER.get(b.id) ?? 0) ||
      compareAddresses(a.subject.address ?? '', b.subject.address ?? '') ||
      (a.subject.pnn ?? -1) - (b.subject.pnn ?? -1),
  )

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
