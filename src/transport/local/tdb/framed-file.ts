import type { Duplex } from 'node:stream'
import { type Damage, damagedFile } from '../../../lib/damaged-file.ts'
import { CtdbtsError } from '../../../lib/errors.ts'
import { decodeTdbFrame, encodeTdbFrame, type TdbFrame, tdbFrameSplitter } from '../../../lib/tdb/frames.ts'
import type { TdbFile } from '../../tdb-file.ts'

/** What something that works on files has besides the stream. */
interface FramedFileOptions {
  readonly signal: AbortSignal | undefined
  /** Ends what works on the file. */
  readonly end: () => void
  /** Looks for damage in a file, where that is possible. */
  readonly damage?: (path: string) => Damage | undefined
}

/** What works on files, and which of them the last request was for. */
interface FramedFiles extends FramedFileOptions {
  readonly stream: Duplex
  readonly frames: AsyncIterator<TdbFrame, void>
  readonly all: FramedFile[]
  current: FramedFile
}

/** A TDB file that something else works on, at the other end of a stream. */
export class FramedFile implements TdbFile {
  private readonly path: string
  private readonly files: FramedFiles

  /** @param files those that share the stream; by default this is the first of them. */
  constructor(stream: Duplex, path: string, options: FramedFileOptions, files?: FramedFiles) {
    this.path = path
    this.files = files ?? { ...options, stream, frames: framesOf(stream), all: [this], current: this }
    if (!files) options.signal?.addEventListener('abort', this.close, { once: true })
  }

  /**
   * Opens one more file, which is used in turn with this one.
   * @throws CtdbtsError TDB_OPEN, TDB_FAILED; the signal's reason.
   */
  async openBeside(path: string, openFlags: number): Promise<FramedFile> {
    const file = new FramedFile(this.files.stream, path, this.files, this.files)
    const flags = Buffer.alloc(4)
    flags.writeUInt32LE(openFlags)
    this.send('P', Buffer.from(path), flags)
    const answer = await this.next()
    if (answer.letter !== 'O') throw file.failure('TDB_OPEN', answer)
    this.files.all.push(file)
    this.files.current = file
    return file
  }

  readonly close = (): void => {
    const { all, signal, end, stream } = this.files
    if (all[0] !== this) return
    signal?.removeEventListener('abort', this.close)
    end()
    // What waits for an answer must not wait for ever.
    stream.destroy()
  }

  async lock(key: Uint8Array): Promise<void> {
    await this.ask('L', key)
  }

  async unlock(key: Uint8Array): Promise<void> {
    await this.ask('U', key)
  }

  async fetch(key: Uint8Array): Promise<Uint8Array | undefined> {
    const { letter, data } = await this.ask('F', key)
    return letter === 'N' ? undefined : data
  }

  async store(key: Uint8Array, data: Uint8Array): Promise<void> {
    await this.ask('S', key, data)
  }

  async *traverse(): AsyncGenerator<{ key: Uint8Array; data: Uint8Array }, void> {
    let frame = await this.ask('T')
    while (frame.letter === 'R') {
      yield frame
      frame = this.checked(await this.next())
    }
  }

  /** The next answer. @throws CtdbtsError TDB_FAILED at the end of the stream; the signal's reason. */
  async next(): Promise<TdbFrame> {
    let cause: unknown
    try {
      const { value } = await this.files.frames.next()
      if (value) return value
    } catch (error) {
      if (error instanceof CtdbtsError) throw error
      cause = error
    }
    this.files.signal?.throwIfAborted()
    throw new CtdbtsError('TDB_FAILED', `what works on ${this.path} has ended`, { cause })
  }

  /** Sends a request. */
  send(letter: string, key?: Uint8Array, data?: Uint8Array): void {
    this.files.stream.write(encodeTdbFrame(letter, key, data))
  }

  private async ask(letter: string, key?: Uint8Array, data?: Uint8Array): Promise<TdbFrame> {
    if (this.files.current !== this) this.select()
    this.send(letter, key, data)
    return this.checked(await this.next())
  }

  private select(): void {
    const { all } = this.files
    const number = Buffer.alloc(4)
    number.writeUInt32LE(all.indexOf(this))
    this.send('W', undefined, number)
    this.files.current = this
  }

  private checked(frame: TdbFrame): TdbFrame {
    if (frame.letter !== 'E') return frame
    throw this.failure('TDB_FAILED', frame)
  }

  /** Why something failed: for what ended in this answer. */
  failure(code: 'TDB_OPEN' | 'TDB_FAILED', { data }: TdbFrame): CtdbtsError {
    const damage = this.files.damage?.(this.path)
    if (damage) return damagedFile(code, this.path, damage)
    return new CtdbtsError(code, `${code === 'TDB_OPEN' ? 'cannot open ' : ''}${this.path}: ${Buffer.from(data).toString()}`)
  }
}

async function* framesOf(stream: Duplex): AsyncGenerator<TdbFrame, void> {
  const splitter = tdbFrameSplitter()
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    for (const frame of splitter.push(chunk)) yield decodeTdbFrame(frame)
  }
}
