import { EXIT_STATUS } from '../../lib/errors.ts'
import type { Observation } from '../../lib/watch/observation.ts'
import type { RecorderOptions } from '../recording/recorder.ts'
import { wantsSim } from '../sim-flags.ts'
import { intervalMsOf, type PollOptions, type WatchOptions, watchTitle } from './settings.ts'

/** What a recording says about itself. */
export const aboutWatch = (options: PollOptions): RecorderOptions['about'] => ({
  title: watchTitle(options),
  isSimulated: wantsSim(options),
  intervalMs: intervalMsOf(options),
})

/**
 * Runs a watch, and records it if the options want that. That it cannot be recorded does not end it; the program fails in the end.
 * @throws CtdbtsError NO_FILE if the file is something else than a recording; what `use` throws.
 */
export async function recordedWatch(
  options: WatchOptions,
  listeners: Pick<RecorderOptions, 'onProblem' | 'onResumed'>,
  use: (observe: ((observation: Observation) => void) | undefined) => Promise<void>,
): Promise<void> {
  if (options.record === undefined) return await use(undefined)
  // Loaded here, as most watches are not recorded.
  const { recordingFile, withRecorder } = await import('../recording/with-recorder.ts')
  const store = await recordingFile(options.record)
  const isWhole = await withRecorder({ store, about: aboutWatch(options), ...listeners }, use)
  if (!isWhole) process.exitCode ||= EXIT_STATUS.failure
}
