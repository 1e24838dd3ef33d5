import { CtdbtsError } from '../../lib/errors.ts'
import { visible } from '../../ui/visible.ts'
import { whenOutputCloses } from '../output.ts'
import { reportProblems } from '../report-error.ts'
import { onTerminationSignal } from '../signals.ts'
import { sizeOf } from '../size-option.ts'
import { UncaughtErrors } from '../uncaught-errors.ts'
import { watch } from '../watch/cluster-watch.ts'
import { aboutWatch } from '../watch/recorded-watch.ts'
import { type PollOptions, watchTitle } from '../watch/settings.ts'
import { RecordingFolder } from './folder.ts'
import { lockFolder } from './folder-lock.ts'
import { withRecorder } from './with-recorder.ts'

/** The options of `record`. */
export interface RecordOptions extends PollOptions {
  readonly output: string
  readonly 'max-size': string
  readonly keep: number
}

/**
 * Records a cluster to a folder until a signal ends it.
 * @throws CtdbtsError CANNOT_RECORD if the folder cannot be used; when the cluster cannot be reached at the start. Later, both are reported and
 * tried again.
 */
export async function runRecord(options: RecordOptions): Promise<void> {
  const store = new RecordingFolder(options.output, { maxBytes: sizeOf('max-size', options['max-size']), keep: options.keep })
  await prepared(store)
  using _lock = await lockFolder(options.output)
  using uncaught = new UncaughtErrors()
  const ended = Promise.withResolvers<void>()
  const stopListening = onTerminationSignal(() => ended.resolve())
  whenOutputCloses('go on')
  const onProblem = (problem: CtdbtsError) => reportProblems([problem], 'own')
  const onResumed = (text: string) => void process.stderr.write(`ctdbts: ${visible(text)}\n`)
  try {
    await withRecorder({ store, about: aboutWatch(options), onProblem, onResumed }, async (onObservation, written) => {
      using watched = await watch(options, { onState: () => {}, onLog: () => {}, onProblem, onObservation })
      await uncaught.orFail(Promise.race([watched.follower.firstSample, ended.promise]))
      await Promise.race([written(), ended.promise])
      process.stdout.write(`recording ${visible(watchTitle(options))} to ${visible(options.output)}\n`)
      await uncaught.orFail(ended.promise)
    })
  } finally {
    stopListening()
  }
}

async function prepared(store: RecordingFolder): Promise<void> {
  try {
    await store.prepare()
  } catch (cause) {
    throw new CtdbtsError('CANNOT_RECORD', `cannot record to ${store.name}: ${(cause as Error).message}`, { cause })
  }
}
