import type { ClusterAction, Model } from '../model/model.ts'
import { actionText } from './cluster-action.ts'
import { NOT_REQUESTED } from './plan-requests.ts'
import { result, type UpdateResult, withNotice, withoutOverlay } from './result.ts'

/** Why no action can be started at the moment; undefined when one can. */
export function whyNoAction({ readOnly, running }: Model): string | undefined {
  if (readOnly !== undefined) return readOnly
  return running ? `${running.text} is still running` : undefined
}

/** Asks the user to confirm an action. Its plan is requested afterwards (see plan-requests.ts). */
export const openConfirmation = (model: Model, action: ClusterAction): Model => ({
  ...model,
  overlay: { kind: 'confirm', action, top: 0, ...NOT_REQUESTED },
})

/** Starts the confirmed action, once its plan is ready or has failed. */
export function confirmAction(model: Model): UpdateResult {
  const { overlay } = model
  if (overlay?.kind !== 'confirm') return result(model)
  const why = whyNoAction(model)
  if (why !== undefined) return result(withNotice(withoutOverlay(model), why, 'error'))
  if (overlay.planned.state === 'working') return result(withNotice(model, 'Wait for the plan, then press y to confirm'))
  const { action } = overlay
  const running = { text: actionText(action), sinceMs: model.nowMs }
  return result({ ...withoutOverlay(model), running }, { kind: 'act', action })
}

/** Reports how the running action has ended. */
export function actionEnded({ running: _, ...model }: Model, text: string, failed: boolean): Model {
  return withNotice(model, text, failed ? 'error' : 'good')
}
