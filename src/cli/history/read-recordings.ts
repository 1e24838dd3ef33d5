import { CtdbtsError } from '../../lib/errors.ts'
import { hasRecording, type RecordingCounts } from '../../lib/recording/reader.ts'
import { type Join, type RecordedHistory, RecordingStory } from '../../lib/recording/recording-story.ts'
import { nameOf, type OpenLog } from './read-logs.ts'
import { type RecordedRange, recordedLines } from './recorded-lines.ts'

/** What was read from recordings. */
export interface ReadRecordings {
  readonly history: RecordedHistory
  readonly counts: RecordingCounts
  /** Those that were read. */
  readonly names: readonly string[]
  readonly problems: readonly CtdbtsError[]
  /** What is to be known about what was read. */
  readonly notes: readonly string[]
}

/** Which files are recordings, and which are logs. Those that cannot be read are taken for logs. @throws CtdbtsError USAGE if a recording is said to be of a node. */
export function sorted(files: readonly OpenLog[]): {
  readonly recordings: readonly OpenLog[]
  readonly logs: readonly OpenLog[]
} {
  const isOne = ({ head }: OpenLog) => hasRecording(head)
  const recordings = files.filter(isOne)
  const named = recordings.find(({ node }) => node !== undefined)
  if (!named) return { recordings, logs: files.filter((file) => !isOne(file)) }
  throw new CtdbtsError('USAGE', `${named.file} is a recording, which has all nodes`, { hint: `leave out ${named.node}=` })
}

/**
 * Reads recordings, as far as they are of that time. What is wrong with one does not keep the others from being read.
 * @throws CtdbtsError USAGE if they are of different clusters; BAD_RECORDING if none can be read.
 */
export async function readRecordings(files: readonly OpenLog[], range: RecordedRange): Promise<ReadRecordings> {
  const story = new RecordingStory()
  const problems: CtdbtsError[] = []
  const names = new Set<string>()
  for await (const { file, lines } of recordedLines(files, { ...range, story, problems })) {
    names.add(nameOf(file.file))
    for (const { text } of lines) story.read(text)
  }
  const history = story.end()
  const steps = history.entries.filter(({ what }) => what === 'clock-set-back')
  const stepNotes = steps.map(({ text }) => `${text}: times before and after that overlap`)
  return {
    history,
    counts: story.reader.counts,
    names: [...names],
    problems,
    notes: [...story.joins.map(joinNote), ...stepNotes],
  }
}

/** What is to be known where two recordings follow each other. */
export function joinNote({ before, after, isSame }: Join): string {
  if (isSame === false) return `${after} has recordings of different clusters: numbers are of all of them together`
  const which = before === after ? before : `${before} and ${after}`
  return `the recordings in ${which} may be of different clusters: no daemon was seen in both`
}
