import type { ClusterState } from '../../lib/watch/cluster-state.ts'
import { jsonLine } from '../../ui/json.ts'
import { stateJson } from '../../ui/watch/state-json.ts'
import { showProgress } from '../progress.ts'
import { limitRunTime } from '../run-options.ts'
import { UncaughtErrors } from '../uncaught-errors.ts'
import { watch } from './cluster-watch.ts'
import type { WatchOptions } from './settings.ts'

/**
 * Polls once, and shows one frame of the screen, or the JSON document.
 * @throws CtdbtsError when the cluster cannot be reached.
 */
export async function runOnce(options: WatchOptions): Promise<void> {
  using uncaught = new UncaughtErrors()
  const stopTimer = limitRunTime(options)
  const stopShowing = showProgress('Reading all nodes:')
  try {
    using watched = await watch(options, { onState: () => {}, onLog: () => {}, onProblem: () => {} })
    await uncaught.orFail(watched.follower.firstSample)
    stopShowing()
    process.stdout.write(options.json ? `${jsonLine(stateJson(watched.state))}\n` : await frame(options, watched.state))
  } finally {
    stopShowing()
    stopTimer()
  }
}

/** Loaded only when needed, as it takes longer than writing the document. */
async function frame(options: WatchOptions, state: ClusterState): Promise<string> {
  const { frameOf } = await import('./single-frame.ts')
  return await frameOf(options, state, process)
}
