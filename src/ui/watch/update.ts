import { ended } from './confirmation.ts'
import { type } from './input-line.ts'
import { bindingFor, placeOf } from './keys.ts'
import type { Message, Model } from './model.ts'
import { settleOverlay } from './overlay-extent.ts'
import { settle } from './panes.ts'
import { answered, askWhatIsDue } from './questions.ts'
import { type Result, result, withNotice } from './result.ts'
import { addLines, observe } from './taking-in.ts'

/**
 * What a message makes of the model, and what that wants of the world. It takes any message in any state; nothing that changes a cluster is
 * wanted without the user's consent to the very thing, nor ever where the model is read-only.
 */
export function update(model: Model, message: Message): Result {
  const { model: changed, effects } = react(model, message)
  const { model: asked, effects: questions } = askWhatIsDue(changed)
  return result(settleOverlay(settle(model, asked)), ...effects, ...questions)
}

function react(model: Model, message: Message): Result {
  switch (message.kind) {
    case 'key':
      return press(withoutNotice(model), message.key)
    case 'typed':
      return result(type(withoutNotice(model), message.text))
    case 'resized':
      return result({ ...model, size: { columns: atLeastOne(message.columns), rows: atLeastOne(message.rows) } })
    case 'ticked':
      return result(at(model, message.nowMs))
    case 'observed':
      return result(observe(at(model, message.nowMs), message.story, message.entries))
    case 'logged':
      return result(addLines(model, message.lines))
    case 'planned':
      return result(answered(model, message.question, message.planned))
    case 'ended':
      return result(ended(at(model, message.nowMs), message.text, message.failed))
    case 'told':
      return result(withNotice(at(model, message.nowMs), message.text, message.failed ? 'error' : 'good'))
  }
}

/** In a line of input, a key that does nothing else is a character of it. */
function press(model: Model, key: string): Result {
  const binding = bindingFor(model, key)
  if (binding) return binding.does(model)
  return result(placeOf(model) === 'line' && isCharacter(key) ? type(model, key) : model)
}

const isCharacter = (key: string): boolean => !/\p{Cc}/u.test(key) && [...new Intl.Segmenter().segment(key)].length === 1

/** A key takes the notice away, as it was there to be read until then. */
function withoutNotice({ notice: _, ...model }: Model): Model {
  return model
}

/** The model at a time; a notice whose time is over is gone. */
function at(model: Model, nowMs: number): Model {
  const timed = { ...model, nowMs }
  return model.notice && model.notice.untilMs <= nowMs ? withoutNotice(timed) : timed
}

const atLeastOne = (value: number): number => Math.max(1, Math.floor(value) || 1)
