import { actionText } from './edits.ts'
import type { ClusterAction, Model } from './model.ts'
import { TO_ASK } from './questions.ts'
import { type Result, result, withNotice, withoutOverlay } from './result.ts'

/** Why nothing can be changed at the moment; undefined when it can. */
export function whyNoAction({ readOnly, underWay }: Model): string | undefined {
  if (readOnly !== undefined) return readOnly
  return underWay ? `${underWay.text} is still under way` : undefined
}

/** Asks the user whether he means it, and the planner what will follow. */
export const askForConsent = (model: Model, action: ClusterAction): Model => ({
  ...model,
  overlay: { kind: 'confirm', action, top: 0, ...TO_ASK },
})

/** Carries out what the question was about, once the planner has said what it will bring, or that it cannot tell. */
export function consent(model: Model): Result {
  const { overlay } = model
  if (overlay?.kind !== 'confirm') return result(model)
  const why = whyNoAction(model)
  if (why !== undefined) return result(withNotice(withoutOverlay(model), why, 'error'))
  if (overlay.planned.state === 'working') return result(withNotice(model, 'y once the plan is there: it is being worked out'))
  const { action } = overlay
  const underWay = { text: actionText(action), sinceMs: model.nowMs }
  return result({ ...withoutOverlay(model), underWay }, { kind: 'act', action })
}

/** Says how the action under way has ended. */
export function ended({ underWay: _, ...model }: Model, text: string, failed: boolean): Model {
  return withNotice(model, text, failed ? 'error' : 'good')
}
