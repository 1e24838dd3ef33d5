import { CtdbtsError } from '../errors.ts'
import { findingKey, type Unknown } from './finding.ts'
import type { AuditedFinding, AuditReport } from './report.ts'

/** An audit, or why there could be none. */
export type Outcome = AuditReport | CtdbtsError

/** What has changed from one audit to the next. */
export interface AuditChanges {
  /** Findings that are real, and were not before. */
  readonly appeared: readonly AuditedFinding[]
  /** Findings that were real, and are not any more: gone, as far as all could be seen that their check reads. */
  readonly cleared: readonly AuditedFinding[]
  /** Findings that came and went, and were not told of the time before. */
  readonly passed: readonly AuditedFinding[]
  /** What cannot be seen any more, and could before; one for each node and fact. */
  readonly lost: readonly Unknown[]
  /** What can be seen again. */
  readonly found: readonly Unknown[]
  /** That no audit could be made, where one could before, or for another reason. */
  readonly failed?: CtdbtsError
  /** That audits can be made again. */
  readonly recovered?: true
}

/**
 * Compares two audits.
 * @param before undefined the first time: all is new then.
 */
export function changesBetween(before: Outcome | undefined, now: Outcome): AuditChanges {
  if (now instanceof CtdbtsError) {
    const isTold = before instanceof CtdbtsError && before.message === now.message
    return { appeared: [], cleared: [], passed: [], lost: [], found: [], ...(!isTold && { failed: now }) }
  }
  // What was found before nothing could be seen at all is told again: who reads this has lost sight of it.
  const earlier = before instanceof CtdbtsError ? undefined : before
  const [realBefore, realNow] = [byKey(earlier, 'real'), byKey(now, 'real')]
  const [passingBefore, passingNow] = [byKey(earlier, 'transient'), byKey(now, 'transient')]
  const [blindBefore, blindNow] = [blindSpots(earlier), blindSpots(now)]
  const blindChecks = new Set(now.unknown.map(({ id, pnn }) => `${id} ${pnn}`))
  const isHidden = ({ id, nodes }: AuditedFinding) => nodes.some((pnn) => blindChecks.has(`${id} ${pnn}`))
  return {
    appeared: without(realNow, realBefore),
    // One that is in doubt only now may be mended just now, which the next audit will tell.
    cleared: without(realBefore, realNow).filter((finding) => !passingNow.has(findingKey(finding)) && !isHidden(finding)),
    passed: without(passingNow, passingBefore).filter((finding) => !realBefore.has(findingKey(finding))),
    lost: without(blindNow, blindBefore),
    found: without(blindBefore, blindNow),
    ...(before instanceof CtdbtsError && { recovered: true as const }),
  }
}

/**
 * What to compare the next audit with: this one, and those findings that were real before and of which this one does not know: they were
 * told, and it will have to be told when they are gone.
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

/** Each fact of a node once, however many checks wanted it. */
const blindSpots = (report: AuditReport | undefined): Map<string, Unknown> =>
  new Map(report?.unknown.map((unknown) => [`${unknown.pnn} ${unknown.fact}`, unknown] as const))

const without = <T>(these: ReadonlyMap<string, T>, those: ReadonlyMap<string, T>): T[] =>
  [...these].flatMap(([key, value]) => (those.has(key) ? [] : [value]))
