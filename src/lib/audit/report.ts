import type { Pnn } from '../cluster/node.ts'
import type { Finding, Severity, Unknown } from './finding.ts'

/** A finding, and whether it lasts. */
export interface AuditedFinding extends Finding {
  /** Real if the last two samples agree on it and nothing moved in between; otherwise transient. */
  readonly state: 'real' | 'transient'
  /** Why it is transient. */
  readonly doubt?: string
  /** It was in the previous sample and is not in the last one. */
  readonly isGone?: true
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
  /** Real findings that concern it. */
  readonly counts: Readonly<Record<Severity, number>>
  /** Facts of it that could not be read, each counted once. */
  readonly unknownFacts: number
}

/** The result of an audit. */
export interface AuditReport {
  /** By severity, the worst first; then causes before effects, then in the order of the checks, by address, by node. */
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
  /** The worst severity among real findings; null if there is none. */
  readonly worst: Severity | null
}

/** The number of real findings of each severity, including those that others explain. */
export function countBySeverity(findings: readonly AuditedFinding[]): Record<Severity, number> {
  const counts = { error: 0, warning: 0, info: 0 }
  for (const { severity, state } of findings) if (state === 'real') counts[severity] += 1
  return counts
}
