import { stateJson } from '../../ui/watch/state-json.ts'
import { limitRunTime } from '../base-command.ts'
import { showProgress } from '../confirm.ts'
import type { WatchOptions } from './settings.ts'
import { watch } from './watched.ts'

/**
 * Looks once: shows what the screen would, or returns the document.
 * @throws CtdbtsError when the cluster cannot be reached.
 */
export async function runOnce(options: WatchOptions): Promise<unknown> {
  const stopTimer = limitRunTime(options)
  const stopShowing = showProgress('Looking at all nodes:')
  try {
    using watched = await watch(options, { onStory: () => {}, onLog: () => {}, onProblem: () => {} })
    await watched.follower.firstLook
    stopShowing()
    if (options.json) return stateJson(watched.story)
    const { frameOf } = await import('./frame.ts')
    process.stdout.write(await frameOf(options, watched.story, process))
    return undefined
  } finally {
    stopShowing()
    stopTimer()
  }
}
