import { jsonLine } from '../../ui/json.ts'
import { visible } from '../../ui/visible.ts'
import { stateJson } from '../../ui/watch/state-json.ts'
import { nameOf } from '../history/read-logs.ts'
import { showProgress } from '../progress.ts'
import { SteadyOutput } from '../steady-output.ts'
import { entryFormat } from '../watch/entry-format.ts'
import type { ReplayOptions } from '../watch/settings.ts'
import type { RecordingReplay } from './recording-replay.ts'

/** Writes what happened in a recording, one line each, as a watch without a screen wrote it then; and what of the recording is of no use. */
export async function printReplay(replay: RecordingReplay, options: ReplayOptions): Promise<void> {
  const { entries } = replay.index.story
  const output = new SteadyOutput()
  const format = entryFormat(options)
  let written = 0
  const stopShowing = process.stdout.isTTY ? () => {} : showProgress('Reading the recording:')
  const onProgress = async () => {
    if (written === 0) await output.write(`${await beginning(replay, options)}\n`)
    for (; written < entries.length; written++) {
      const entry = entries[written]
      if (entry) await output.write(`${format(entry)}\n`)
    }
    await output.flush()
  }
  try {
    await replay.read(onProgress)
  } finally {
    stopShowing()
  }
  for (const note of replay.notes) process.stderr.write(`ctdbts: ${visible(note)}\n`)
}

async function beginning(replay: RecordingReplay, { json, replay: path }: ReplayOptions): Promise<string> {
  if (json) return jsonLine(stateJson((await replay.stateAt(0)).state))
  const { title = '', intervalMs = 0 } = replay.index.story.header ?? {}
  return `Replaying ${visible(nameOf(path))}, a recording of ${visible(title)}, polled every ${intervalMs / 1000} s`
}
