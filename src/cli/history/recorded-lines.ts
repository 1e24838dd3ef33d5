import { CtdbtsError } from '../../lib/errors.ts'
import { ByteLines, type PlacedLine } from '../../lib/recording/byte-lines.ts'
import type { Numbered, RecordingHeader } from '../../lib/recording/format.ts'
import { headerIn, isReadable, isRecording } from '../../lib/recording/reader.ts'
import type { Join, RecordingStory } from '../../lib/recording/recording-story.ts'
import { nameOf, type OpenLog } from './read-logs.ts'
import { problemOf } from './unpack.ts'

/** More than a whole sample of the largest cluster. */
const LONGEST_LINE = 64 << 20

/** Of which time something is asked; undefined for no limit. */
export interface RecordedRange {
  readonly sinceMs: number | undefined
  readonly untilMs: number | undefined
}

/** What reads the lines, before the next ones are asked for; and where what is wrong with a file is put. */
interface Reading extends RecordedRange {
  readonly story: RecordingStory
  readonly problems: CtdbtsError[]
}

/** Lines of a file. */
interface FileLines<F> {
  readonly file: F
  readonly lines: readonly PlacedLine[]
}

/**
 * The lines of recordings, piece by piece, in the order of time. What is wrong with one does not keep the others from being read.
 * @throws CtdbtsError USAGE if they are of different clusters; BAD_RECORDING if none can be read.
 */
export async function* recordedLines<F extends OpenLog>(files: readonly F[], reading: Reading): AsyncGenerator<FileLines<F>> {
  const { story, problems } = reading
  const done: Begun<F>[] = []
  for (const begun of inOrder(files, reading, problems)) {
    const { log: file, header } = begun
    if (header.id !== story.reader.id && header.atMs < story.lastMs) {
      problems.push(overlap(begun, done))
      continue
    }
    done.push(begun)
    story.file = nameOf(file.file)
    const lines = new ByteLines(LONGEST_LINE)
    try {
      for await (const chunk of file.content) yield { file, lines: lines.push(chunk) }
    } catch (error) {
      problems.push(problemOf(nameOf(file.file), error))
    }
    yield { file, lines: lines.end() }
    checkClusters(story.joins)
  }
}

/** What is wrong with a recording that begins before those end that were read: each event would be told twice. */
function overlap({ log, header }: Begun<OpenLog>, done: readonly Begun<OpenLog>[]): CtdbtsError {
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

interface Begun<F> {
  readonly log: F
  readonly header: RecordingHeader & Numbered
}

/** By the time at which they begin; files of one recording by their numbers, as a clock may have been set back. */
function inOrder<F extends OpenLog>(
  files: readonly F[],
  { sinceMs, untilMs }: RecordedRange,
  problems: CtdbtsError[],
): readonly Begun<F>[] {
  const begun = files.flatMap((log): readonly Begun<F>[] => {
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
  const beginOf = (own: readonly Begun<F>[]) => own[0]?.header.atMs ?? 0
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
