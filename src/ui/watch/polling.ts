import type { Model } from './model.ts'
import { type Result, result, withNotice } from './result.ts'

const STEPS_MS = [500, 1_000, 2_000, 5_000, 10_000, 30_000, 60_000]

/** Looks less often (longer), or more often: by the next step from where it is. */
export function changeInterval(model: Model, way: 'longer' | 'shorter'): Result {
  const { intervalMs, isPaused } = model
  const next = way === 'longer' ? STEPS_MS.find((step) => step > intervalMs) : STEPS_MS.findLast((step) => step < intervalMs)
  if (next === undefined) return result(withNotice(model, `it cannot be ${way} than ${seconds(intervalMs)}`))
  const changed = withNotice({ ...model, intervalMs: next }, `a look every ${seconds(next)}`)
  return result(changed, { kind: 'poll', intervalMs: next, isPaused })
}

const seconds = (ms: number): string => `${ms / 1000} s`
