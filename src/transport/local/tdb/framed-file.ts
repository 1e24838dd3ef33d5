import type { Duplex } from 'node:stream'
import { type Damage, damagedFile } from '../../../lib/damaged-file.ts'
import { CtdbtsError } from '../../../lib/errors.ts'
import { decodeTdbFrame, encodeTdbFrame, type TdbFrame, tdbFrameSplitter } from '../../../lib/tdb/frames.ts'
import type { TdbFile } from '../../tdb-file.ts'

/** What a file that something else works on has besides the stream. */
interface FramedFileOptions {
  readonly signal: AbortSignal | undefined
  /** Ends what works on the file. */
  readonly end: () => void
  /** Looks for damage in the file, where that is possible. */
  readonly damage?: () => Damage | undefined
}

/** A TDB file that something else works on, at the other end of a stream. */
export class FramedFile implements TdbFile {
  private readonly stream: Duplex
  private readonly path: string
  private readonly frames: AsyncIterator<TdbFrame, void>
  private readonly signal: AbortSignal | undefined
  private readonly end: () => void
  private readonly damage: (() => Damage | undefined) | undefined

  constructor(stream: Duplex, path: string, { signal, end, damage }: FramedFileOptions) {
    this.stream = stream
    this.path = path
    this.signal = signal
    this.end = end
    this.damage = damage
    this.frames = framesOf(stream)
    signal?.addEventListener('abort', this.close, { once: true })
  }

  readonly close = (): void => {
    this.signal?.removeEventListener('abort', this.close)
    this.end()
    // What waits for an answer must not wait for ever.
    this.stream.destroy()
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
      const { value } = await this.frames.next()
      if (value) return value
    } catch (error) {
      if (error instanceof CtdbtsError) throw error
      cause = error
    }
    this.signal?.throwIfAborted()
    throw new CtdbtsError('TDB_FAILED', `what works on ${this.path} has ended`, { cause })
  }

  /** Sends a request. */
  send(letter: string, key?: Uint8Array, data?: Uint8Array): void {
    this.stream.write(encodeTdbFrame(letter, key, data))
  }

  private async ask(letter: string, key?: Uint8Array, data?: Uint8Array): Promise<TdbFrame> {
    this.send(letter, key, data)
    return this.checked(await this.next())
  }

  private checked(frame: TdbFrame): TdbFrame {
    if (frame.letter !== 'E') return frame
    throw this.failure('TDB_FAILED', frame)
  }

  /** Why something failed: for what ended in this answer. */
  failure(code: 'TDB_OPEN' | 'TDB_FAILED', { data }: TdbFrame): CtdbtsError {
    const damage = this.damage?.()
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
