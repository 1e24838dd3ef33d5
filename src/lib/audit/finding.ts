import type { Pnn } from '../cluster/node.ts'
import type { Claim } from './outlook.ts'
import type { Action } from './remedy.ts'
import type { Subject } from './subject.ts'

/** How bad a finding is. */
export type Severity = 'error' | 'warning' | 'info'

/** From worst to least. */
export const SEVERITIES = ['error', 'warning', 'info'] as const satisfies readonly Severity[]

/** A fault seen in one sample of a cluster. It may contain raw texts from nodes; escape them before you print them. */
export interface Finding {
  /** Id of the check: `ip-missing`. */
  readonly id: string
  readonly severity: Severity
  readonly subject: Subject
  /** All nodes involved, including that of the subject. */
  readonly nodes: readonly Pnn[]
  /** All addresses involved, including that of the subject. */
  readonly addresses: readonly string[]
  /** What is wrong and where, in one sentence without a full stop. */
  readonly message: string
  /** The facts that contradict each other, each with its source. */
  readonly evidence: readonly string[]
  /** What CTDB itself will do about it, as predictions that can be compared with what happens. */
  readonly claims: readonly Claim[]
  /** The same in sentences. */
  readonly outlook: string
  /** What to do, step by step in this order. */
  readonly actions: readonly Action[]
  /** The same in sentences. */
  readonly remedy: string
  /** Since when, if the facts show it: seconds since 1970. */
  readonly since?: number
  /** Why it may soon pass by itself, if the facts of this one sample say so. */
  readonly passing?: string
  /** The finding that explains this one: fix that, and this one disappears. */
  readonly causedBy?: FindingKey
}

/** `id` and subject as one text. */
export type FindingKey = string

export const findingKey = ({
  id,
  subject: { pnn, address, interfaceName, detail },
}: Pick<Finding, 'id' | 'subject'>): FindingKey =>
  JSON.stringify([id, pnn ?? null, address ?? null, interfaceName ?? null, detail ?? null])

/** A fact that a check needs and that could not be read. The check then has no result: it has not passed. */
export interface Unknown {
  /** Id of the check. */
  readonly id: string
  readonly pnn: Pnn
  /** Which fact: `host.addresses`. */
  readonly fact: string
  readonly why: string
  /** What to do about it. */
  readonly hint?: string | undefined
}
