import type { Severity } from './finding.ts'

/** What the user has decided about the findings of a check, for how long, and why. What it leaves out, it does not restrict. */
export interface Acceptance {
  /** Id of the check. */
  readonly check: string
  /** The node that the finding is about: its PNN, or its private address. */
  readonly node?: number | string | undefined
  /** The public address that the finding is about. */
  readonly address?: string | undefined
  /** The interface that the finding is about. */
  readonly interface?: string | undefined
  /** The `detail` of the finding's subject. */
  readonly detail?: string | undefined
  /** The severity that such findings have instead of their own; absent: they do not count. */
  readonly severity?: Severity | undefined
  readonly reason: string
  /** The last day on which it counts, in UTC: `2027-01-31`. */
  readonly until: string
}

/** An acceptance, and what it does in a report. */
export interface AppliedAcceptance extends Acceptance {
  readonly isExpired: boolean
  /** How many findings it concerns, including those of which another one decides. */
  readonly findings: number
}

/** What an acceptance says about a finding. */
export type FindingAcceptance = {
  readonly reason: string
  /** The last day on which it counts, in UTC: `2027-01-31`. */
  readonly until: string
} & (
  | {
      /** `accepted`: the finding does not count. `expired`: the acceptance does not. */
      readonly kind: 'accepted' | 'expired'
    }
  | {
      /** The finding has another severity than its own. */
      readonly kind: 'severity'
      /** Its own. */
      readonly original: Severity
    }
)
