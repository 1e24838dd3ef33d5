import type { Effect, Model, Notice } from './model.ts'

/** What a message makes of the model, and what that wants of the world. */
export interface Result {
  readonly model: Model
  readonly effects: readonly Effect[]
}

/** A model, and effects if any. */
export const result = (model: Model, ...effects: readonly Effect[]): Result => ({ model, effects })

/** How long a notice stands unless a key is pressed. */
const NOTICE_MS = 6_000
/** What went wrong has to be read even by those who look away for a moment. */
const ERROR_NOTICE_MS = 30_000

/** The model with a line at its bottom. */
export const withNotice = (model: Model, text: string, tone: Notice['tone'] = 'plain'): Model => ({
  ...model,
  notice: { text, tone, untilMs: model.nowMs + (tone === 'error' ? ERROR_NOTICE_MS : NOTICE_MS) },
})

/** The model with nothing over its panes. */
export function withoutOverlay({ overlay: _, ...model }: Model): Model {
  return model
}
