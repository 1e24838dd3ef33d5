import { CtdbtsError } from '../errors.ts'
import { findingKey, type Unknown } from './finding.ts'
import { type AuditedFinding, type AuditReport, isAccepted } from './report.ts'

/** An audit, or the reason why it failed. */
export type Outcome = AuditReport | CtdbtsError

/** What changed from one audit to the next. */
export interface AuditChanges {
  /** Findings that are real now and were not before, and those whose acceptance has expired. */
  readonly appeared: readonly AuditedFinding[]
  /** Findings that were real and are gone. A finding is not gone if its check could not read everything. */
  readonly cleared: readonly AuditedFinding[]
  /** Transient findings that were not in the previous audit. */
  readonly passed: readonly AuditedFinding[]
  /** Facts that could be read before and cannot be read now; one for each node and fact. */
  readonly lost: readonly Unknown[]
  /** Facts that can be read again. */
  readonly found: readonly Unknown[]
  /** The audit failed, and the previous one did not, or failed for another reason. */
  readonly failed?: CtdbtsError
  /** The previous audit failed. */
  readonly recovered?: true
}

/**
 * Compares two audits.
 * @param before undefined for the first audit: then everything is new.
 */
export function changesBetween(before: Outcome | undefined, now: Outcome): AuditChanges {
  if (now instanceof CtdbtsError) {
    const isKnown = before instanceof CtdbtsError && before.message === now.message
    return { appeared: [], cleared: [], passed: [], lost: [], found: [], ...(!isKnown && { failed: now }) }
  }
  // After a failed audit all findings are reported again, because the reader has lost sight of them.
  const earlier = before instanceof CtdbtsError ? undefined : before
  const [realBefore, realNow] = [byKey(earlier, 'real'), byKey(now, 'real')]
  const [passingBefore, passingNow] = [byKey(earlier, 'transient'), byKey(now, 'transient')]
  const [blindBefore, blindNow] = [blindSpots(earlier), blindSpots(now)]
  const blindChecks = new Set(now.unknown.map(({ id, pnn }) => `${id} ${pnn}`))
  const isHidden = ({ id, nodes }: AuditedFinding) => nodes.some((pnn) => blindChecks.has(`${id} ${pnn}`))
  return {
    appeared: [...realNow].flatMap(([key, finding]) => {
      const same = realBefore.get(key)
      return !same || (isAccepted(same) && !isAccepted(finding)) ? [finding] : []
    }),
    // A finding that is transient now may have been fixed just now. The next audit will show it.
    cleared: without(realBefore, realNow).filter((finding) => !passingNow.has(findingKey(finding)) && !isHidden(finding)),
    passed: without(passingNow, passingBefore).filter((finding) => !realBefore.has(findingKey(finding))),
    lost: without(blindNow, blindBefore),
    found: without(blindBefore, blindNow),
    ...(before instanceof CtdbtsError && { recovered: true as const }),
  }
}

/**
 * What to compare the next audit with: this one, plus the earlier real findings that this one could not check. They were reported, so their
 * end must be reported too.
 * @param changes from `before` to `now`.
 */
export function rememberedOf(before: Outcome | undefined, now: Outcome, { cleared }: AuditChanges): Outcome {
  if (now instanceof CtdbtsError || before === undefined || before instanceof CtdbtsError) return now
  const realNow = byKey(now, 'real')
  const gone = new Set(cleared.map(findingKey))
  const kept = without(byKey(before, 'real'), realNow).filter((finding) => !gone.has(findingKey(finding)))
  const keptKeys = new Set(kept.map(findingKey))
  return { ...now, findings: [...now.findings.filter((finding) => !keptKeys.has(findingKey(finding))), ...kept] }
}

const byKey = (report: AuditReport | undefined, state: AuditedFinding['state']): Map<string, AuditedFinding> =>
  new Map(report?.findings.filter((finding) => finding.state === state).map((finding) => [findingKey(finding), finding] as const))

/** Each fact of a node once, however many checks need it. */
const blindSpots = (report: AuditReport | undefined): Map<string, Unknown> =>
  new Map(report?.unknown.map((unknown) => [`${unknown.pnn} ${unknown.fact}`, unknown] as const))

const without = <T>(these: ReadonlyMap<string, T>, those: ReadonlyMap<string, T>): T[] =>
  [...these].flatMap(([key, value]) => (those.has(key) ? [] : [value]))
