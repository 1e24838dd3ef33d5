import type { Cause } from './cause.ts'
import type { Finding, Severity } from './finding.ts'
import { type Claim, outlookText } from './outlook.ts'
import { type Action, remedyText } from './remedy.ts'
import type { View } from './view.ts'

/** Where a check gets its facts: a control, the kernel, a file, the event daemon, another command on the node, the planner. */
export const SIGHTS = {
  C: "CTDB's controls",
  K: "the node's kernel",
  F: 'a file on the node',
  E: 'the event daemon',
  X: 'a command on the node',
  N: 'questions to the network (`--probe`)',
  H: 'the machine that ctdbts runs on',
  planner: 'the plan of a takeover run',
} as const

/** One kind of fault that a cluster can have, as docs/checks.md describes it. */
export interface CheckDescription {
  readonly id: string
  /** The worst severity that its findings have. */
  readonly severity: Severity
  /** The fault, in one line without a full stop. */
  readonly title: string
  /**
   * Where its facts come from: CTDB's controls (C), the node's kernel (K), a file on the node (F), the event daemon (E), a command on the
   * node (X), questions to the network (N), the machine that ctdbts runs on (H), the plan of a takeover run.
   */
  readonly seenBy: readonly (keyof typeof SIGHTS)[]
  /** Whether a takeover run or a recovery in progress can cause it for a moment although nothing is wrong. */
  readonly moves: boolean
  /** Whether the fault looks different from moment to moment while it lasts, as when several nodes lead in turn. */
  readonly isUnsteady?: boolean
  /** Whether it is only made where the network was asked about the public addresses: `verify --probe`. */
  readonly needsProbe?: boolean
  /** What the fault means and why it matters, in whole sentences. So are the next three. */
  readonly meaning: string
  /** What CTDB itself does about it in general. Each finding says it for its own situation. */
  readonly outlook: string
  /** What to do about it in general. Each finding says it for its own situation. */
  readonly remedy: string
  /** When the check reports it although nothing is wrong. */
  readonly falseAlarm?: string
}

/**
 * A check: the fault, and how to find it. Each check is a file in `checks`, named after its id; `npm run generated` adds it to the list of
 * checks and to the documentation.
 */
export interface Check extends CheckDescription {
  /** Position in lists, and among findings of the same severity: lower comes first. */
  readonly order: number
  /** The checks whose findings can explain those of this one, the likeliest first. They must not lead back to this check. */
  readonly causes?: readonly Cause[]
  find(view: View): Found[]
}

/** What a check found. The check supplies the rest of the finding. */
export interface Found extends Pick<Finding, 'subject' | 'message' | 'evidence' | 'since' | 'passing'> {
  /** Default: that of the check. */
  readonly severity?: Severity
  /** Nodes and addresses involved, besides those of the subject. */
  readonly nodes?: readonly number[]
  readonly addresses?: readonly string[]
  /** What CTDB itself will do about it. */
  readonly claims: readonly Claim[]
  /** What to do, in this order. */
  readonly actions: readonly Action[]
}

/** Makes the finding of a check from what it found. */
export function findingOf(check: Check, found: Found): Finding {
  const { subject, nodes = [], addresses = [], ...rest } = found
  return {
    id: check.id,
    severity: check.severity,
    ...rest,
    outlook: outlookText(rest.claims, subject),
    remedy: remedyText(rest.actions, subject),
    subject,
    nodes: [...new Set([...(subject.pnn === undefined ? [] : [subject.pnn]), ...nodes])].toSorted((a, b) => a - b),
    addresses: [...new Set([...(subject.address === undefined ? [] : [subject.address]), ...addresses])],
  }
}
