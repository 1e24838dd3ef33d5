import type { Model } from '../model/model.ts'
import { layoutFor } from '../model/rows.ts'
import { result, type UpdateResult } from './result.ts'

/** The logs of nodes are read while they are shown, and not while the watch is paused. */
export function readLogs(model: Model): UpdateResult {
  if (!model.readsLogs) return result(model)
  const isOn = !model.isPaused && layoutFor(model).panes.some(({ pane }) => pane === 'log')
  return isOn === model.isReadingLogs ? result(model) : result({ ...model, isReadingLogs: isOn }, { kind: 'logs', isOn })
}
