import { setTimeout as sleep } from 'node:timers/promises'
import { CtdbtsError } from '../../lib/errors.ts'
import { counted, oneOr } from '../../lib/plural.ts'
import type { Observation } from '../../lib/watch/observation.ts'
import { visible } from '../../ui/visible.ts'
import { Recorder, type RecorderOptions } from './recorder.ts'
import { openRecording, SingleFile } from './single-file.ts'

/** A disk that hangs does not keep the program from ending for longer than this. */
const LAST_WRITE_MS = 5_000

/**
 * Records what `use` observes; `written` waits until that is written. What could not be recorded is reported on standard error in the end.
 * @returns whether all of it was recorded.
 */
export async function withRecorder(
  options: RecorderOptions,
  use: (observe: (observation: Observation) => void, written: () => Promise<void>) => Promise<void>,
): Promise<boolean> {
  const recorder = new Recorder(options)
  try {
    await use(
      (observation) => recorder.observe(observation),
      () => recorder.written(),
    )
  } finally {
    const late = new AbortController()
    await Promise.race([recorder.end(), sleep(LAST_WRITE_MS, undefined, { signal: late.signal }).catch(() => {})])
    late.abort()
  }
  const { missingLines } = recorder
  if (missingLines > 0) {
    const what = `${counted(missingLines, 'line', 'lines')} ${oneOr(missingLines, 'is', 'are')} missing in the recording`
    process.stderr.write(`ctdbts: ${what} ${visible(options.store.name)}\n`)
  }
  return missingLines === 0
}

/**
 * A file to record to. That it cannot be written to is no reason to end a watch, and is reported once it is tried.
 * @throws CtdbtsError NO_FILE if it is something else than a recording.
 */
export async function recordingFile(path: string): Promise<SingleFile> {
  try {
    const file = await openRecording(path)
    await file.close()
  } catch (error) {
    if (error instanceof CtdbtsError) throw error
  }
  return new SingleFile(path)
}
