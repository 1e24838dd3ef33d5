import type { Model } from '../model/model.ts'
import { result, type UpdateResult, withNotice } from './result.ts'

const STEPS_MS = [500, 1_000, 2_000, 5_000, 10_000, 30_000, 60_000]

/** Changes the poll interval, or the speed of a recording, to the next step. */
export function changeInterval(model: Model, way: 'longer' | 'shorter'): UpdateResult {
  const { intervalMs, isPaused, replay } = model
  if (replay) return result(model, { kind: 'replay', move: { kind: 'speed', by: way === 'longer' ? 1 : -1 } })
  const next = way === 'longer' ? STEPS_MS.find((step) => step > intervalMs) : STEPS_MS.findLast((step) => step < intervalMs)
  if (next === undefined) return result(withNotice(model, `The interval cannot be ${way} than ${seconds(intervalMs)}`))
  const changed = withNotice({ ...model, intervalMs: next }, `Polling every ${seconds(next)}`)
  return result(changed, { kind: 'poll', intervalMs: next, isPaused })
}

const seconds = (ms: number): string => `${ms / 1000} s`
