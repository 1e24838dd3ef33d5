import type { Pnn } from '../cluster/node.ts'
import type { AppliedAcceptance, FindingAcceptance } from './acceptance.ts'
import { type Finding, SEVERITIES, type Severity, type Unknown } from './finding.ts'

/** A finding, and whether it lasts. */
export interface AuditedFinding extends Finding {
  /** Real if the last two samples agree on it and nothing moved in between; otherwise transient. */
  readonly state: 'real' | 'transient'
  /** Why it is transient. */
  readonly doubt?: string
  /** It was in the previous sample and is not in the last one. */
  readonly isGone?: true
  /** What the user has decided about it. */
  readonly acceptance?: FindingAcceptance
}

/** A node, and how many findings concern it. */
export interface AuditedNode {
  readonly pnn: Pnn
  /** The private address. */
  readonly address: string
  readonly flags: number
  /** How its machine was reached; null if it was not. */
  readonly reachedBy: string | null
  /** Whether its daemon reported anything, directly or through another node. */
  readonly daemonAnswers: boolean
  /** Real findings that concern it, without accepted ones. */
  readonly counts: Readonly<Record<Severity, number>>
  /** Facts of it that could not be read, each counted once. */
  readonly unknownFacts: number
}

/** The result of an audit. */
export interface AuditReport {
  /**
   * By severity, the worst first; then causes before effects, then in the order of the checks, by address, by node. Accepted ones come after
   * all others.
   */
  readonly findings: readonly AuditedFinding[]
  /** Facts that could not be read in the last sample. */
  readonly unknown: readonly Unknown[]
  /** Ids of the checks that were run, in their order. */
  readonly checks: readonly string[]
  /** All nodes that are not deleted. */
  readonly nodes: readonly AuditedNode[]
  /** How many samples it compares. With one, no finding can be transient by comparison. */
  readonly samples: number
  /** ISO 8601, of the first and of the last sample. */
  readonly firstTakenAt: string
  readonly lastTakenAt: string
  /** The worst severity among the findings that count; null if there is none. */
  readonly worst: Severity | null
  /** The format of the last sample, if an older version of ctdbts wrote it: checks of what that did not collect, if there are any among them, find nothing. */
  readonly olderFormat?: string
  /** The acceptances that were applied, if any. */
  readonly acceptances?: readonly AppliedAcceptance[]
}

/** Whether the user has decided that a finding does not count, and that still holds. */
export const isAccepted = ({ acceptance }: AuditedFinding): boolean => acceptance?.kind === 'accepted'

/** Whether a finding counts as a fault: it is real, and not accepted. */
export const counts = (finding: AuditedFinding): boolean => finding.state === 'real' && !isAccepted(finding)

/** The worst severity among the findings that count; null if there is none. */
export const worstOf = (findings: readonly AuditedFinding[]): Severity | null =>
  SEVERITIES.find((severity) => findings.some((finding) => counts(finding) && finding.severity === severity)) ?? null

/** The number of findings of each severity that count, including those that others explain. */
export function countBySeverity(findings: readonly AuditedFinding[]): Record<Severity, number> {
  const numbers = { error: 0, warning: 0, info: 0 }
  for (const finding of findings) if (counts(finding)) numbers[finding.severity] += 1
  return numbers
}
