import type { Outcome } from '../../lib/takeover/outcome.ts'
import type { Plan } from '../../lib/takeover/plan.ts'
import type { WhatIfPlan } from '../../lib/takeover/what-if-plan.ts'
import type { Versioned } from './common.ts'

/** A plan in a document. */
export type PlanDocumented<P extends Plan> = P & {
  /** Whether anything would move. */
  readonly changes: boolean
}

/** `takeover-run --dry-run`. */
export type PlanDocument = Versioned & PlanDocumented<WhatIfPlan>

/** `takeover-run`. */
export interface TakeoverRunDocument extends Versioned {
  readonly plan: PlanDocument
  /** Whether the run did what was planned. */
  readonly outcome: Outcome
}
