import { existsSync } from 'node:fs'
import { CtdbtsError } from '../../../lib/errors.ts'
import { FrameSplitter } from '../../../lib/wire/frames.ts'
import type { TdbFile, TdbFileOptions } from '../../tdb-file.ts'
import { type LocalCommand, startLocally } from '../start.ts'
import { TDB_SCRIPT } from './script.ts'

/** The system's own, which has ctypes; one from PATH may be a wrapper that starts slowly. */
const PYTHON = '/usr/bin/python3'
const HEAD_BYTES = 9
/** No record is larger than a TDB file can be, and that is 4 GiB; this is what we are ready to hold. */
const MAX_FRAME_BYTES = 1 << 30
const NO_BYTES = new Uint8Array()

interface Frame {
  readonly letter: string
  readonly key: Uint8Array
  readonly data: Uint8Array
}

/**
 * Opens a TDB file on this machine through its TDB library. A helper process does it, as Node can neither take the locks of a file nor the
 * mutexes in it; its locks end with it, however it or this process ends.
 * @throws CtdbtsError TDB_LIBRARY without Python or the library; TDB_OPEN; the signal's reason.
 */
export async function openTdb({ path, openFlags, daemonPid = 0, signal }: TdbFileOptions): Promise<TdbFile> {
  signal?.throwIfAborted()
  const python = existsSync(PYTHON) ? PYTHON : 'python3'
  const words = ['-I', '-S', '-c', TDB_SCRIPT, String(daemonPid), path, String(openFlags)]
  const helper = await startLocally([python, ...words]).catch((cause) => {
    throw noLibrary('Python 3 is missing', cause)
  })
  const file = new HelperFile(helper, path, signal)
  try {
    const { letter, data } = await file.next()
    if (letter === 'X') throw noLibrary('the TDB library is missing')
    if (letter !== 'O') throw new CtdbtsError('TDB_OPEN', `cannot open ${path}: ${textOf(data)}`)
    return file
  } catch (error) {
    file.close()
    throw error
  }
}

const noLibrary = (why: string, cause?: unknown): CtdbtsError =>
  new CtdbtsError('TDB_LIBRARY', `cannot open TDB files on this machine: ${why}`, {
    hint: 'install python3 and libtdb (libtdb1 on Debian)',
    cause,
  })

class HelperFile implements TdbFile {
  private readonly helper: LocalCommand
  private readonly path: string
  private readonly frames: AsyncIterator<Frame, void>
  private readonly signal: AbortSignal | undefined

  constructor(helper: LocalCommand, path: string, signal: AbortSignal | undefined) {
    this.helper = helper
    this.path = path
    this.signal = signal
    this.frames = framesOf(helper)
    // It writes only what a bug of ours is about.
    helper.stderr.resume()
    signal?.addEventListener('abort', this.close, { once: true })
  }

  readonly close = (): void => {
    this.signal?.removeEventListener('abort', this.close)
    this.helper.kill()
    // What waits for an answer must not wait for ever.
    this.helper.stream.destroy()
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
    let frame = await this.ask('T', NO_BYTES)
    while (frame.letter === 'R') {
      yield frame
      frame = this.checked(await this.next())
    }
  }

  async next(): Promise<Frame> {
    let cause: unknown
    try {
      const { value } = await this.frames.next()
      if (value) return value
    } catch (error) {
      if (error instanceof CtdbtsError) throw error
      cause = error
    }
    this.signal?.throwIfAborted()
    throw new CtdbtsError('TDB_FAILED', `the helper that works on ${this.path} has ended`, { cause })
  }

  private async ask(letter: string, key: Uint8Array, data: Uint8Array = NO_BYTES): Promise<Frame> {
    const head = Buffer.alloc(HEAD_BYTES)
    head.write(letter)
    head.writeUInt32LE(key.length, 1)
    head.writeUInt32LE(data.length, 5)
    this.helper.stream.write(Buffer.concat([head, key, data]))
    return this.checked(await this.next())
  }

  private checked(frame: Frame): Frame {
    if (frame.letter !== 'E') return frame
    throw new CtdbtsError('TDB_FAILED', `${this.path}: ${textOf(frame.data)}`)
  }
}

async function* framesOf({ stream }: LocalCommand): AsyncGenerator<Frame, void> {
  const splitter = new FrameSplitter(measure, MAX_FRAME_BYTES)
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    for (const frame of splitter.push(chunk)) {
      const keyEnd = HEAD_BYTES + Buffer.from(frame.buffer, frame.byteOffset).readUInt32LE(1)
      yield { letter: String.fromCharCode(frame[0] ?? 0), key: frame.subarray(HEAD_BYTES, keyEnd), data: frame.subarray(keyEnd) }
    }
  }
}

function measure(start: Uint8Array): number | undefined {
  if (start.length < HEAD_BYTES) return undefined
  const head = Buffer.from(start.buffer, start.byteOffset, HEAD_BYTES)
  return HEAD_BYTES + head.readUInt32LE(1) + head.readUInt32LE(5)
}

const textOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString()
