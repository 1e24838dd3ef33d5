import type { Message, Model } from '../model/model.ts'
import { addLogLines, observe } from './backlog.ts'
import { actionEnded } from './confirmation.ts'
import { clampCursors } from './cursors.ts'
import { typeText } from './input-line.ts'
import { contextOf } from './key-binding.ts'
import { bindingFor } from './keys.ts'
import { clampOverlay, type OverlayExtent } from './overlay.ts'
import { receivePlan, requestPlans } from './plan-requests.ts'
import { readLogs } from './read-logs.ts'
import { result, type UpdateResult, withNotice } from './result.ts'

/**
 * Returns the reducer: it takes a message in any state, and returns the next model and the effects to carry out. An effect that changes the
 * cluster comes only after the user has confirmed that very change, and never where the model is read-only.
 * @param overlayExtent measures the overlay of a model as it is drawn; undefined for an overlay that does not scroll.
 */
export const updateWith =
  (overlayExtent: (model: Model) => OverlayExtent | undefined) =>
  (model: Model, message: Message): UpdateResult => {
    const { model: changed, effects } = react(model, message)
    const { model: planned, effects: requests } = requestPlans(changed)
    const { model: reading, effects: reads } = readLogs(clampCursors(model, planned))
    return result(clampOverlay(reading, overlayExtent), ...effects, ...requests, ...reads)
  }

function react(model: Model, message: Message): UpdateResult {
  switch (message.kind) {
    case 'key':
      return press(withoutNotice(model), message.key)
    case 'typed':
      return result(typeText(withoutNotice(model), message.text))
    case 'resized':
      return result({ ...model, size: { columns: atLeastOne(message.columns), rows: atLeastOne(message.rows) } })
    case 'ticked':
      return result(at(model, message.nowMs))
    case 'observed':
      return result(observe(at(model, message.nowMs), message.cluster, message.entries))
    case 'replayed':
      return result(showMoment(model, message))
    case 'logged':
      return result(addLogLines(model, message.lines))
    case 'planned':
      return result(receivePlan(model, message.request, message.planned))
    case 'action-ended':
      return result(actionEnded(at(model, message.nowMs), message.text, message.failed))
    case 'reported':
      return result(withNotice(at(model, message.nowMs), message.text, message.failed ? 'error' : 'good'))
  }
}

/** A moment of a recording, in place of the one before. */
function showMoment(model: Model, { kind: _, notice, ...moment }: Extract<Message, { kind: 'replayed' }>): Model {
  const shown = { ...model, ...moment }
  return notice === undefined ? shown : withNotice(shown, notice)
}

/** In an input line, a key that is not bound is typed. */
function press(model: Model, key: string): UpdateResult {
  const binding = bindingFor(model, key)
  if (binding) return binding.run(model)
  return result(contextOf(model) === 'input' && isCharacter(key) ? typeText(model, key) : model)
}

const isCharacter = (key: string): boolean => !/\p{Cc}/u.test(key) && [...new Intl.Segmenter().segment(key)].length === 1

/** Any key removes the notice. */
function withoutNotice({ notice: _, ...model }: Model): Model {
  return model
}

/** Sets the clock, and removes a notice that has expired. */
function at(model: Model, nowMs: number): Model {
  const timed = { ...model, clockMs: nowMs, ...(!model.replay && { nowMs }) }
  return model.notice && model.notice.untilMs <= nowMs ? withoutNotice(timed) : timed
}

const atLeastOne = (value: number): number => Math.max(1, Math.floor(value) || 1)
