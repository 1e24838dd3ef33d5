import { randomUUID } from 'node:crypto'
import { CtdbtsError } from '../../lib/errors.ts'
import type { RecordingHeader } from '../../lib/recording/format.ts'
import { RecordingWriter } from '../../lib/recording/writer.ts'
import type { Observation } from '../../lib/watch/observation.ts'

/** Where a recording is written to. Its methods are called one at a time, and throw the system's errors. */
export interface RecordingStore {
  /** For messages. */
  readonly name: string
  /** Whether another file is due, with so much that waits to be written. */
  isFull(waiting: number, nowMs: number): boolean
  /** Begins with a header: in a new file, or behind what is there. Also after a failure. */
  begin(text: string, nowMs: number): Promise<void>
  append(text: string): Promise<void>
  close(): Promise<void>
}

export interface RecorderOptions {
  readonly store: RecordingStore
  readonly about: Omit<RecordingHeader, 'kind' | 'formatVersion' | 'id' | 'atMs'>
  /** Called when recording fails, and when it works again. It goes on meanwhile. */
  readonly onProblem: (problem: CtdbtsError) => void
  readonly onResumed: (text: string) => void
}

/** After a failure, this long until the next attempt. */
const RETRY_MS = 5_000
/** So much may wait for a slow disk. */
const MOST_WAITING = 16 << 20

interface Piece {
  readonly text: string
  /** Set for the first line of a file. */
  readonly beginsMs?: number
}

/** Records observations. It never holds up whoever observes: what cannot be written is left out, and the recording goes on when it can. */
export class Recorder {
  private readonly options: RecorderOptions
  private readonly writer: RecordingWriter
  private waiting: Piece[] = []
  private waitingLength = 0
  private writing: Promise<void> | undefined
  /** Nothing can be written until then; of `performance.now()`. */
  private retryMs: number | undefined
  private hasBegun = false
  private missing = 0
  private missingNow = 0

  constructor(options: RecorderOptions) {
    this.options = options
    this.writer = new RecordingWriter({ ...options.about, id: randomUUID() })
  }

  /** How many lines have not been written, for whatever reason. */
  get missingLines(): number {
    return this.missing + this.waiting.length
  }

  observe(observation: Observation): void {
    const { kind, atMs } = observation
    if (this.retryMs !== undefined) {
      // A sample, as whatever comes first must not depend on what is missing.
      if (kind !== 'seen' || performance.now() < this.retryMs) {
        this.leaveOut()
        return
      }
      this.retryMs = undefined
    }
    if (!this.hasBegun || (kind === 'seen' && this.options.store.isFull(this.waitingLength, atMs))) {
      this.hasBegun = true
      this.put({ text: this.writer.header(atMs), beginsMs: atMs })
    }
    this.put({ text: this.writer.line(observation) })
  }

  /** Waits until everything is written that was observed so far. */
  async written(): Promise<void> {
    await this.writing
  }

  /** Writes what is left, and closes the store. Nothing may be observed afterwards. */
  async end(): Promise<void> {
    await this.written()
    try {
      await this.options.store.close()
    } catch (error) {
      this.failed(error as Error, 0)
    }
  }

  private put(piece: Piece): void {
    this.waiting.push(piece)
    this.waitingLength += piece.text.length
    if (this.waitingLength > MOST_WAITING) this.failed(new Error('the disk is too slow'), 0)
    else this.writing ??= this.write()
  }

  private async write(): Promise<void> {
    // What is observed at the same moment is written at once.
    await Promise.resolve()
    while (this.waiting.length > 0) {
      const pieces = this.nextPieces()
      const [first] = pieces
      const text = pieces.map((piece) => piece.text).join('')
      this.waitingLength -= text.length
      try {
        if (first?.beginsMs === undefined) await this.options.store.append(text)
        else await this.options.store.begin(text, first.beginsMs)
        this.succeeded()
      } catch (error) {
        this.failed(error as Error, pieces.length)
      }
    }
    this.writing = undefined
  }

  /** All that belongs into the same file. */
  private nextPieces(): readonly Piece[] {
    const next = this.waiting.findIndex(({ beginsMs }, index) => index > 0 && beginsMs !== undefined)
    return this.waiting.splice(0, next === -1 ? this.waiting.length : next)
  }

  private leaveOut(): void {
    this.writer.skip()
    this.missing += 1
    this.missingNow += 1
  }

  private failed({ message }: Error, lost: number): void {
    const isFirst = this.missingNow === 0
    const lines = lost + this.waiting.length
    this.missing += lines
    this.missingNow += Math.max(1, lines)
    this.hasBegun = false
    this.waiting = []
    this.waitingLength = 0
    this.writer.startOver()
    this.retryMs = performance.now() + RETRY_MS
    if (!isFirst) return
    const { store, onProblem } = this.options
    onProblem(
      new CtdbtsError('CANNOT_RECORD', `cannot record to ${store.name}: ${message}`, {
        hint: 'recording goes on as soon as it can',
      }),
    )
  }

  private succeeded(): void {
    if (this.missingNow === 0 || this.retryMs !== undefined) return
    this.options.onResumed(`recording to ${this.options.store.name} again; ${this.missingNow} lines are missing`)
    this.missingNow = 0
  }
}
