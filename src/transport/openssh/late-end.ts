import { Duplex } from 'node:stream'
import { joinedChunks } from '../joined-chunks.ts'

type Done = (error?: Error | null) => void

/**
 * The same stream, which ends or fails only when `beforeEnd` is done. What an ssh forwards ends a moment before that ssh itself does; a reader would
 * take it for the end of the other side.
 */
export class LateEnd extends Duplex {
  private readonly stream: Duplex

  constructor(stream: Duplex, beforeEnd: () => Promise<unknown>) {
    super({ allowHalfOpen: true })
    this.stream = stream
    stream.on('data', (chunk: Buffer) => {
      if (!this.push(chunk)) stream.pause()
    })
    const then = (action: () => void) => void beforeEnd().then(action, action)
    stream.once('end', () => then(() => this.push(null)))
    stream.once('error', (error) => then(() => this.destroy(error)))
    stream.once('close', () =>
      then(() => {
        this.push(null)
        if (this.readableEnded) this.destroy()
        else this.once('end', () => this.destroy())
      }),
    )
  }

  override _read(): void {
    this.stream.resume()
  }

  override _write(chunk: Buffer, encoding: BufferEncoding, done: Done): void {
    // What is written too late is lost; the end says more.
    if (this.stream.writable) this.stream.write(chunk, encoding, () => done())
    else done()
  }

  override _writev(chunks: { chunk: Buffer; encoding: BufferEncoding }[], done: Done): void {
    this._write(joinedChunks(chunks), 'binary', done)
  }

  override _final(done: Done): void {
    if (this.stream.writable) this.stream.end()
    done()
  }

  override _destroy(error: Error | null, done: Done): void {
    this.stream.destroy()
    done(error)
  }
}
