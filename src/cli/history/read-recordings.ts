import { CtdbtsError } from '../../lib/errors.ts'
import type { History } from '../../lib/history/history.ts'
import { Lines } from '../../lib/history/lines.ts'
import type { Numbered, RecordingHeader } from '../../lib/recording/format.ts'
import { headerIn, isBeheaded, isReadable, isRecording, type RecordingCounts } from '../../lib/recording/reader.ts'
import { type Join, RecordingStory } from '../../lib/recording/recording-story.ts'
import { nameOf, type OpenLog } from './read-logs.ts'
import { problemOf } from './unpack.ts'

/** More than a whole sample of the largest cluster. */
const LONGEST_LINE = 64 << 20

/** What was read from recordings. */
export interface ReadRecordings {
  readonly history: History
  readonly counts: RecordingCounts
  readonly problems: readonly CtdbtsError[]
  /** What is to be known about what was read. */
  readonly notes: readonly string[]
}

/** Whether files are recordings, rather than logs. @throws CtdbtsError USAGE if some are, or if one is said to be of a node. */
export function areRecordings(files: readonly OpenLog[]): boolean {
  const isOne = ({ head }: OpenLog) => isRecording(head) || isBeheaded(head)
  const recordings = files.filter(isOne)
  const log = files.find((file) => !isOne(file))
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

/**
 * Reads recordings, as far as they are of that time. What is wrong with one does not keep the others from being read.
 * @throws CtdbtsError USAGE if they are of different clusters; BAD_RECORDING if none can be read.
 */
export async function readRecordings(files: readonly OpenLog[], range: Range): Promise<ReadRecordings> {
  const story = new RecordingStory()
  const problems: CtdbtsError[] = []
  const done: Begun[] = []
  for (const begun of inOrder(files, range, problems)) {
    const { file, content } = begun.log
    if (begun.header.id !== story.reader.id && begun.header.atMs < story.lastMs) {
      problems.push(overlap(begun, done))
      continue
    }
    done.push(begun)
    story.file = nameOf(file)
    const lines = new Lines(LONGEST_LINE)
    const decoder = new TextDecoder()
    const onLine = (line: string) => story.read(line)
    try {
      for await (const chunk of content) lines.push(decoder.decode(chunk, { stream: true }), onLine)
    } catch (error) {
      problems.push(problemOf(nameOf(file), error))
    }
    lines.end(onLine)
    checkClusters(story.joins)
  }
  const history = story.end()
  const steps = history.entries.filter(({ what }) => what === 'clock-set-back')
  const stepNotes = steps.map(({ text }) => `${text}: times before and after that overlap`)
  return { history, counts: story.reader.counts, problems, notes: [...story.joins.map(joinNote), ...stepNotes] }
}

/** What is wrong with a recording that begins before those end that were read: each event would be told twice. */
function overlap({ log, header }: Begun, done: readonly Begun[]): CtdbtsError {
  const other = done.findLast((each) => each.header.atMs <= header.atMs) ?? done.at(-1)
  const what = `${nameOf(log.file)} is another recording of the time that ${nameOf(other?.log.file ?? '')} has, and was left out`
  return new CtdbtsError('USAGE', `${what}; read one of them at a time`)
}

/** @throws CtdbtsError USAGE if files are of different clusters. */
function checkClusters(joins: readonly Join[]): void {
  const other = joins.find(({ isSame, before, after }) => isSame === false && before !== after)
  if (!other) return
  throw new CtdbtsError('USAGE', `${other.before} and ${other.after} are recordings of different clusters`, {
    hint: 'history reads recordings of one cluster at a time: run it for each',
  })
}

function joinNote({ before, after, isSame }: Join): string {
  if (isSame === false) return `${after} has recordings of different clusters: numbers are of all of them together`
  const which = before === after ? before : `${before} and ${after}`
  return `the recordings in ${which} may be of different clusters: no daemon was seen in both`
}

interface Begun {
  readonly log: OpenLog
  readonly header: RecordingHeader & Numbered
}

/** By the time at which they begin; files of one recording by their numbers, as a clock may have been set back. */
function inOrder(files: readonly OpenLog[], { sinceMs, untilMs }: Range, problems: CtdbtsError[]): readonly Begun[] {
  const begun = files.flatMap((log): readonly Begun[] => {
    const header = headerIn(log.head.split('\n', 1)[0] ?? '')
    if (header && isReadable(header)) return [{ log, header }]
    const damaged = isRecording(log.head) ? 'damaged' : 'missing'
    const why = header
      ? `its formatVersion is ${JSON.stringify(header.formatVersion.slice(0, 20))}`
      : `its first line is ${damaged}`
    problems.push(new CtdbtsError('BAD_RECORDING', `cannot read the recording ${nameOf(log.file)}: ${why}`))
    return []
  })
  const [problem] = problems
  if (problem && problems.length === files.length)
    throw problem.with({ message: problems.map(({ message }) => message).join('; ') })
  const recordings = [...Map.groupBy(begun, ({ header }) => header.id).values()].map((own) =>
    own.sort(({ header: a }, { header: b }) => a.n - b.n),
  )
  const beginOf = (own: readonly Begun[]) => own[0]?.header.atMs ?? 0
  return recordings
    .sort((a, b) => beginOf(a) - beginOf(b))
    .flatMap((own) =>
      own.filter(({ log, header: { n, atMs } }, index) => {
        const next = own[index + 1]?.header
        // A copy may be longer: its lines are only read as far as they are new.
        const isGivenTwice = own.findIndex((each) => each.log.file === log.file) < index
        // This file ends before the next one, unless the clock was set back.
        const isOver = sinceMs !== undefined && next !== undefined && next.n > n && next.atMs >= atMs && next.atMs <= sinceMs
        return !isGivenTwice && !isOver && (untilMs === undefined || atMs <= untilMs)
      }),
    )
}
