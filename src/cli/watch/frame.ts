import { stripVTControlCharacters } from 'node:util'
import { localTime } from '../../lib/local-time.ts'
import type { Story } from '../../lib/watch/story.ts'
import type { Model } from '../../ui/watch/model.ts'
import { intervalMsOf, titleOf, type WatchOptions } from './settings.ts'
import { themeOf } from './terminal-kind.ts'

const PIPED_COLUMNS = 80
/** Title, headings, a timeline that is empty, the line at the bottom. */
const ROWS_BESIDE = 12

/** One frame of the screen as text, of the terminal's size; where there is none, as high as all that there is to show wants it. */
export async function frameOf(options: WatchOptions, story: Story, { stdout, env }: NodeJS.Process): Promise<string> {
  const { beginModel, frameText, settleSize, update } = await import('../../ui/watch/terminal-ui.ts')
  const nowMs = Date.now()
  if (stdout.isTTY) settleSize(stdout, env)
  // The prompt comes below it.
  const size = stdout.isTTY ? { columns: stdout.columns, rows: stdout.rows - 1 } : pipedSize(story)
  const first = beginModel({
    title: titleOf(options),
    isSimulated: false,
    intervalMs: intervalMsOf(options),
    size,
    nowMs,
  })
  const { model } = update(first, { kind: 'observed', nowMs, story, entries: [] })
  // There are no keys of which the line at the bottom could tell.
  const notice = {
    text: `seen at ${localTime(new Date(story.seenAtMs ?? nowMs), new Date(nowMs))}`,
    tone: 'plain',
    untilMs: nowMs,
  } as const
  const shown: Model = { ...model, notice }
  const text = frameText(shown, themeOf(options, stdout, env))
  return stdout.isTTY ? `${text}\n` : plain(text)
}

/** Only what is written, without the rows that are left over. */
const plain = (text: string): string =>
  stripVTControlCharacters(text)
    .split('\n')
    .map((line) => `${line.trimEnd()}\n`)
    .filter((line) => line !== '\n')
    .join('')

const pipedSize = ({ nodes, addresses }: Story) => ({
  columns: PIPED_COLUMNS,
  rows: addresses.length + nodes.length + ROWS_BESIDE,
})
