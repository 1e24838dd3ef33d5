import type { Pnn } from '../cluster/node.ts'
import type { Finding, Severity, Unknown } from './finding.ts'

/** A finding, and whether it lasts. */
export interface AuditedFinding extends Finding {
  /** Real when the last two samples agree on it and nothing moved in between; transient otherwise. */
  readonly state: 'real' | 'transient'
  /** Why it is taken for transient. */
  readonly doubt?: string
  /** It was in the sample before the last one, and is not in the last. */
  readonly isGone?: true
}

/** What there is of a node, and how much is wrong on it. */
export interface AuditedNode {
  readonly pnn: Pnn
  /** The private address. */
  readonly address: string
  readonly flags: number
  /** How its machine was reached; null when nobody looked at it. */
  readonly reachedBy: string | null
  /** Whether its daemon said anything, to whomever. */
  readonly daemonAnswers: boolean
  /** Real findings that have to do with it. */
  readonly counts: Readonly<Record<Severity, number>>
  /** Facts of it that could not be read, each counted once however many checks wanted it. */
  readonly unknownFacts: number
}

/** What an audit found. */
export interface AuditReport {
  /** The worst first; of the same severity those that cause others first, then as the checks are listed, by address, by node. */
  readonly findings: readonly AuditedFinding[]
  /** What could not be read in the last sample. */
  readonly unknown: readonly Unknown[]
  /** Ids of the checks made, in the order in which they are listed. */
  readonly checks: readonly string[]
  /** All nodes that are not deleted. */
  readonly nodes: readonly AuditedNode[]
  /** How many samples it rests on; with one, nothing could be found to be transient by comparison. */
  readonly samples: number
  /** ISO 8601, of the first and of the last sample. */
  readonly firstTakenAt: string
  readonly lastTakenAt: string
  /** The worst of the real findings. */
  readonly worst: Severity | null
}

/** How many real findings there are of each severity, those that follow from others among them. */
export function countBySeverity(findings: readonly AuditedFinding[]): Record<Severity, number> {
  const counts = { error: 0, warning: 0, info: 0 }
  for (const { severity, state } of findings) if (state === 'real') counts[severity] += 1
  return counts
}
