import { setImmediate } from 'node:timers/promises'
import { CtdbtsError } from '../../lib/errors.ts'
import type { Sight } from '../../lib/recording/format.ts'
import { type LinePlace, ReplayIndex } from '../../lib/recording/replay-index.ts'
import { SampleLines } from '../../lib/recording/sample-lines.ts'
import type { ClusterState } from '../../lib/watch/cluster-state.ts'
import { recordingFlaws } from '../../ui/history/text.ts'
import { joinNote } from '../history/read-recordings.ts'
import { recordedLines } from '../history/recorded-lines.ts'
import { ReplayFile, replayPaths } from './replay-file.ts'

/** The keyboard is not held up for longer than this. */
const SLICE_MS = 10
/** Progress is reported this often. */
const PROGRESS_MS = 250

/** A recording of which any moment can be shown. It is read once, for its index; the samples stay in its files. */
export class RecordingReplay implements AsyncDisposable {
  readonly index = new ReplayIndex()
  readonly problems: CtdbtsError[] = []
  private readonly files: ReplayFile[] = []
  private bytesRead = 0
  private isWhole = false
  private isClosed = false
  private samples = new SampleLines()
  private last: { readonly sample: number; readonly sight: Sight } | undefined

  /** Opens a file, or all of a folder. @throws CtdbtsError NO_FILE, BAD_RECORDING if none can be read. */
  static async open(path: string): Promise<RecordingReplay> {
    const replay = new RecordingReplay()
    for (const each of await replayPaths(path)) {
      try {
        replay.files.push(await ReplayFile.open(each, replay.problems))
      } catch (error) {
        replay.problems.push(error as CtdbtsError)
      }
    }
    const [first] = replay.problems
    if (replay.files.length === 0 && first) throw first.with({ message: messagesOf(replay.problems) })
    return replay
  }

  /** The share of it that was read, 1 for all. */
  get readShare(): number {
    if (this.isWhole) return 1
    return Math.min(0.99, this.bytesRead / this.files.reduce((sum, { size }) => sum + size, 1))
  }

  /** What is to be known about what was read. */
  get notes(): readonly string[] {
    const { story } = this.index
    return [...story.joins.map(joinNote), ...recordingFlaws(story.reader.counts)]
  }

  /**
   * Reads all of it.
   * @param onProgress called when the first moment can be shown, and now and then; may return something to wait for.
   * @throws CtdbtsError USAGE if it is of different clusters; BAD_RECORDING if there is no sample in it.
   */
  async read(onProgress: () => unknown): Promise<void> {
    const { index, files, problems } = this
    let sliceMs = performance.now()
    let progressMs = Number.NEGATIVE_INFINITY
    const all = { sinceMs: undefined, untilMs: undefined }
    for await (const { file, lines } of recordedLines(files, { ...all, story: index.story, problems })) {
      const number = files.indexOf(file)
      for (const { text, offset, length } of lines) {
        index.read(text, { file: number, offset, length })
        this.bytesRead += length + 1
        if (performance.now() - sliceMs < SLICE_MS) continue
        await setImmediate()
        if (this.isClosed) return
        sliceMs = performance.now()
        if (index.count === 0 || sliceMs - progressMs < PROGRESS_MS) continue
        progressMs = sliceMs
        await onProgress()
      }
    }
    index.story.end()
    if (index.count === 0) {
      const why = [new CtdbtsError('BAD_RECORDING', 'no sample of a cluster in the recording'), ...problems]
      throw new CtdbtsError('BAD_RECORDING', messagesOf(why))
    }
    this.isWhole = true
    await onProgress()
  }

  /** The state of the cluster at a moment, and the interval of the samples then. One at a time. @throws CtdbtsError NO_FILE. */
  async stateAt(moment: number): Promise<{ readonly state: ClusterState; readonly everyMs: number | undefined }> {
    const sight = await this.sightOf(this.index.sampleAt(moment))
    return { state: this.index.stateAt(moment, sight), everyMs: sight.everyMs }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.isClosed = true
    for (const file of this.files) await file[Symbol.asyncDispose]()
  }

  /** Goes on from the sample that was shown last, if that is on the way. */
  private async sightOf(sample: number): Promise<Sight> {
    const { last, index } = this
    if (last?.sample === sample) return last.sight
    const whole = index.wholeBefore(sample)
    const isOnTheWay = last !== undefined && last.sample >= whole && last.sample < sample
    if (!isOnTheWay) this.samples = new SampleLines()
    this.last = undefined
    let sight: Sight | undefined
    for (const text of await this.texts(index.placesOf(isOnTheWay ? last.sample + 1 : whole, sample))) {
      sight = this.samples.read(text)
    }
    if (!sight) throw new CtdbtsError('BAD_RECORDING', 'the recording is not what it was when it was opened')
    this.last = { sample, sight }
    return sight
  }

  /** The lines at these places, each file read at once. */
  private async texts(places: readonly LinePlace[]): Promise<readonly string[]> {
    const texts: string[] = []
    for (const [number, own] of Map.groupBy(places, ({ file }) => file)) {
      const from = own[0]?.offset ?? 0
      const last = own.at(-1)
      const bytes = await this.files[number]?.read(from, last ? last.offset + last.length - from : 0)
      for (const { offset, length } of own) texts.push(bytes?.toString('utf8', offset - from, offset - from + length) ?? '')
    }
    return texts
  }
}

const messagesOf = (problems: readonly CtdbtsError[]): string => problems.map(({ message }) => message).join('; ')
