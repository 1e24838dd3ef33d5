import type { Pnn } from '../cluster/node.ts'

/** From worst to least. */
export const SEVERITIES = ['error', 'warning', 'info'] as const
export type Severity = (typeof SEVERITIES)[number]

/** What a finding is about: with the id of its check, the same fault has the same one in every sample. */
export interface Subject {
  /** The node on which it is; absent for what concerns the cluster as a whole. */
  readonly pnn?: Pnn
  readonly address?: string
  readonly interfaceName?: string
  /** A line of a file, a script, a tunable: what tells apart findings that agree in the rest. */
  readonly detail?: string
}

/** A fault, as it was seen in one sample of a cluster. Texts of nodes in it are raw: whoever shows them makes them harmless. */
export interface Finding {
  /** Id of the check: `ip-missing`. */
  readonly id: string
  readonly severity: Severity
  readonly subject: Subject
  /** All nodes that have to do with it, that of the subject among them. */
  readonly nodes: readonly Pnn[]
  /** All addresses that have to do with it, that of the subject among them. */
  readonly addresses: readonly string[]
  /** What and where, in one sentence without a full stop. */
  readonly message: string
  /** How it was seen: the facts that contradict each other, each with where it comes from. */
  readonly evidence: readonly string[]
  /** What CTDB itself will do about it, if anything. */
  readonly outlook: string
  /** What to do. */
  readonly remedy: string
  /** Since when, as far as the facts tell: seconds since 1970. */
  readonly since?: number
  /** Why it may pass by itself in a moment, where the facts of one sample say so. */
  readonly passing?: string
  /** Another finding that this one follows from: mend that, and this goes away. */
  readonly causedBy?: FindingKey
}

/** `id` and subject as one text. */
export type FindingKey = string

export const findingKey = ({
  id,
  subject: { pnn, address, interfaceName, detail },
}: Pick<Finding, 'id' | 'subject'>): FindingKey =>
  JSON.stringify([id, pnn ?? null, address ?? null, interfaceName ?? null, detail ?? null])

/** Something that a check would have had to know, and that could not be read: never a pass. */
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
