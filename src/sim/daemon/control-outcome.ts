import { ControlFailure } from './control-failure.ts'
import type { ControlOutcome } from './daemon-network.ts'

/** What a daemon answers when the process that handles a control has ended. @throws any error but a ControlFailure, as it is a bug. */
export function controlOutcome(outcome: { ok: true; value: unknown } | { ok: false; error: unknown }): ControlOutcome {
  if (outcome.ok) return outcome
  const { error } = outcome
  if (error instanceof ControlFailure) return { ok: false, status: error.status, text: error.message }
  throw error
}
