import type { Story } from '../../lib/watch/story.ts'
import { jsonLine } from '../../ui/json.ts'
import { stateJson } from '../../ui/watch/state-json.ts'
import { limitRunTime } from '../base-command.ts'
import { Bugs } from '../bugs.ts'
import { showProgress } from '../confirm.ts'
import type { WatchOptions } from './settings.ts'
import { watch } from './watched.ts'

/**
 * Looks once: shows what the screen would, or the document.
 * @throws CtdbtsError when the cluster cannot be reached.
 */
export async function runOnce(options: WatchOptions): Promise<void> {
  using bugs = new Bugs()
  const stopTimer = limitRunTime(options)
  const stopShowing = showProgress('Looking at all nodes:')
  try {
    using watched = await watch(options, { onStory: () => {}, onLog: () => {}, onProblem: () => {} })
    await bugs.orFail(watched.follower.firstLook)
    stopShowing()
    process.stdout.write(options.json ? `${jsonLine(stateJson(watched.story))}\n` : await frame(options, watched.story))
  } finally {
    stopShowing()
    stopTimer()
  }
}

/** Loaded where it is needed only: it takes longer than the document. */
async function frame(options: WatchOptions, story: Story): Promise<string> {
  const { frameOf } = await import('./frame.ts')
  return await frameOf(options, story, process)
}
