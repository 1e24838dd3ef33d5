import type { Effect, Model, Notice } from '../model/model.ts'

/** What the reducer returns. */
export interface UpdateResult {
  readonly model: Model
  readonly effects: readonly Effect[]
}

/** Makes a result. */
export const result = (model: Model, ...effects: readonly Effect[]): UpdateResult => ({ model, effects })

/** How long a notice is shown unless a key is pressed. */
const NOTICE_MS = 6_000
/** Errors are shown longer, for users who look away for a moment. */
const ERROR_NOTICE_MS = 30_000

/** Shows a notice in the bottom line. */
export const withNotice = (model: Model, text: string, tone: Notice['tone'] = 'plain'): Model => ({
  ...model,
  notice: { text, tone, untilMs: model.clockMs + (tone === 'error' ? ERROR_NOTICE_MS : NOTICE_MS) },
})

/** Closes the overlay. */
export function withoutOverlay({ overlay: _, ...model }: Model): Model {
  return model
}
