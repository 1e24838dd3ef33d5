import type { ChildProcessByStdio } from 'node:child_process'
import { Duplex, type Readable, type Writable } from 'node:stream'
import { joinedChunks } from '../joined-chunks.ts'

/** A child process whose standard streams are pipes. */
export type PipedProcess = ChildProcessByStdio<Writable, Readable, Readable>

type Done = (error?: Error | null) => void

/**
 * The standard input and output of a process as one stream. What it printed before it ended can be read to the end; what is written to it
 * after that is dropped, and the reader sees the end.
 */
export class ProcessStream extends Duplex {
  private readonly child: PipedProcess

  constructor(child: PipedProcess) {
    super({ allowHalfOpen: true })
    this.child = child
    const { stdin, stdout } = child
    // EPIPE, when the process does not read; its end says more.
    stdin.on('error', () => {})
    stdout.on('error', (error) => this.destroy(error))
    stdout.on('data', (chunk: Buffer) => {
      if (!this.push(chunk)) stdout.pause()
    })
    stdout.once('end', () => this.push(null))
    // Otherwise the stream of a process that has ended would stay open for writing.
    this.once('end', () => this.destroy())
  }

  override _read(): void {
    this.child.stdout.resume()
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: Done): void {
    this.child.stdin.write(chunk, () => done())
  }

  /** One system call for what is written at once. */
  override _writev(chunks: { chunk: Buffer; encoding: BufferEncoding }[], done: Done): void {
    this._write(joinedChunks(chunks), 'binary', done)
  }

  override _final(done: Done): void {
    this.child.stdin.end(() => done())
  }

  override _destroy(error: Error | null, done: Done): void {
    this.child.stdin.destroy()
    this.child.stdout.destroy()
    done(error)
  }
}
