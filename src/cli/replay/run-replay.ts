import { EXIT_STATUS } from '../../lib/errors.ts'
import { reportProblems } from '../report-error.ts'
import { type ReplayOptions, watchOutputOf } from '../watch/settings.ts'
import { RecordingReplay } from './recording-replay.ts'

/**
 * Shows a recording: on the whole terminal, until the user quits; or as lines, to its end.
 * @throws CtdbtsError NO_FILE, BAD_RECORDING; USAGE if it is of different clusters.
 */
export async function runReplay(options: ReplayOptions): Promise<void> {
  await using replay = await RecordingReplay.open(options.replay)
  if (watchOutputOf(options, process) === 'screen') {
    const { showReplay } = await import('./replay-screen.ts')
    await showReplay(replay, options)
  } else {
    const { printReplay } = await import('./replay-lines.ts')
    await printReplay(replay, options)
  }
  const { problems } = replay
  reportProblems(problems, options.json ? 'json' : 'own')
  if (problems.length > 0) process.exitCode ||= EXIT_STATUS.failure
}
