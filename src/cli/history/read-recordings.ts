import { CtdbtsError } from '../../lib/errors.ts'
import type { History } from '../../lib/history/history.ts'
import { Lines } from '../../lib/history/lines.ts'
import { headerIn, isReadable, isRecording, type RecordingCounts } from '../../lib/recording/reader.ts'
import { RecordingStory } from '../../lib/recording/recording-story.ts'
import { nameOf, type OpenLog } from './read-logs.ts'
import { problemOf } from './unpack.ts'

/** More than a whole sample of the largest cluster. */
const LONGEST_LINE = 64 << 20

/** What was read from recordings. */
export interface ReadRecordings {
  readonly history: History
  readonly counts: RecordingCounts
  readonly problems: readonly CtdbtsError[]
}

/** Whether files are recordings, rather than logs. @throws CtdbtsError USAGE if some are, or if one is said to be of a node. */
export function areRecordings(files: readonly OpenLog[]): boolean {
  const recordings = files.filter(({ head }) => isRecording(head))
  const log = files.find(({ head }) => !isRecording(head))
  const [first] = recordings
  if (!first) return false
  if (log) {
    throw new CtdbtsError('USAGE', `${nameOf(first.file)} is a recording, and ${nameOf(log.file)} is not`, {
      hint: 'history reads either recordings or logs: run it twice',
    })
  }
  const named = recordings.find(({ node }) => node !== undefined)
  if (!named) return true
  throw new CtdbtsError('USAGE', `${named.file} is a recording, which has all nodes`, { hint: `leave out ${named.node}=` })
}

/** Of which time something is asked; undefined for no limit. */
interface Range {
  readonly sinceMs: number | undefined
  readonly untilMs: number | undefined
}

/** Reads recordings, as far as they are of that time. What is wrong with one does not keep the others from being read. */
export async function readRecordings(files: readonly OpenLog[], range: Range): Promise<ReadRecordings> {
  const story = new RecordingStory()
  const problems: CtdbtsError[] = []
  for (const { file, content } of inOrder(files, range, problems)) {
    const lines = new Lines(LONGEST_LINE)
    const decoder = new TextDecoder()
    const onLine = (line: string) => story.read(line)
    try {
      for await (const chunk of content) lines.push(decoder.decode(chunk, { stream: true }), onLine)
    } catch (error) {
      problems.push(problemOf(nameOf(file), error))
    }
    lines.end(onLine)
  }
  return { history: story.end(), counts: story.reader.counts, problems }
}

/** By the time at which they begin; files of one recording by their numbers, as a clock may have been set back. */
function inOrder(files: readonly OpenLog[], { sinceMs, untilMs }: Range, problems: CtdbtsError[]): readonly OpenLog[] {
  const begun = files.flatMap((file) => {
    const header = headerIn(file.head.split('\n', 1)[0] ?? '')
    if (header && isReadable(header)) return [{ file, header }]
    const version = header
      ? `its formatVersion is ${JSON.stringify(header.formatVersion.slice(0, 20))}`
      : 'its first line is damaged'
    problems.push(new CtdbtsError('BAD_RECORDING', `cannot read the recording ${nameOf(file.file)}: ${version}`))
    return []
  })
  return begun
    .sort(({ header: a }, { header: b }) => (a.id === b.id ? a.n - b.n : a.atMs - b.atMs))
    .filter(({ header: { id, n, atMs } }, index, all) => {
      const [before, next] = [all[index - 1]?.header, all[index + 1]?.header]
      const isGivenTwice = before?.id === id && before.n === n
      // Where the next file is of the same recording, this one ends before it.
      const isOver = sinceMs !== undefined && next?.id === id && next.n > n && next.atMs <= sinceMs
      return !isGivenTwice && !isOver && (untilMs === undefined || atMs <= untilMs)
    })
    .map(({ file }) => file)
}
