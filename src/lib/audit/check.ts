import type { Finding, Severity } from './finding.ts'
import type { View } from './view.ts'

/** How a check sees: a control, the kernel, a file, the event daemon, another command on the node, our planner. */
export const SIGHTS = {
  C: "CTDB's controls",
  K: "the node's kernel",
  F: 'a file on the node',
  E: 'the event daemon',
  X: 'a command on the node',
  planner: 'the plan of a takeover run',
} as const
type Sight = keyof typeof SIGHTS

/** One way in which a cluster can be wrong, and how that is seen. */
export interface Check {
  readonly id: string
  /** The worst that it gives. */
  readonly severity: Severity
  /** What is wrong then, in one line. */
  readonly title: string
  readonly seenBy: readonly Sight[]
  /** Whether it may be so for a moment while a takeover run or a recovery is under way, without anything being wrong. */
  readonly moves: boolean
  /** What it means and why it matters. Whole sentences, as the three that follow. */
  readonly meaning: string
  /** What CTDB itself does about it, unless a finding knows better. */
  readonly outlook: string
  /** What to do about it, unless a finding knows better. */
  readonly remedy: string
  /** When nothing is wrong although it is found. */
  readonly falseAlarm?: string
  find(view: View): Found[]
}

/** What a check has found; the rest of the finding is the same for all of the check. */
export interface Found extends Pick<Finding, 'subject' | 'message' | 'evidence' | 'since' | 'passing'> {
  /** That of the check unless given. */
  readonly severity?: Severity
  /** Nodes and addresses that have to do with it, besides those of the subject. */
  readonly nodes?: readonly number[]
  readonly addresses?: readonly string[]
  readonly outlook?: string
  readonly remedy?: string
}

/** The finding that a check makes of what it found. */
export function findingOf(check: Check, found: Found): Finding {
  const { subject, nodes = [], addresses = [], ...rest } = found
  return {
    id: check.id,
    severity: check.severity,
    outlook: check.outlook,
    remedy: check.remedy,
    ...rest,
    subject,
    nodes: [...new Set([...(subject.pnn === undefined ? [] : [subject.pnn]), ...nodes])].toSorted((a, b) => a - b),
    addresses: [...new Set([...(subject.address === undefined ? [] : [subject.address]), ...addresses])],
  }
}
