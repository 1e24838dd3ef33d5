import { createServer, type Socket } from 'node:net'
import { FrameSplitter, type MeasureFrame } from '../../src/lib/wire/frames.ts'

const MAX_FRAME_BYTES = 1 << 20

/** A server on a Unix socket for daemons of tests: it takes what clients send apart into frames, and is disposed of with its connections. */
export abstract class FrameServer {
  private readonly sockets = new Set<Socket>()
  private readonly server = createServer((socket) => this.serve(socket))
  private readonly measure: MeasureFrame

  protected constructor(measure: MeasureFrame) {
    this.measure = measure
  }

  /** Listens on a Unix socket until it is disposed of. */
  async listen(path: string): Promise<this> {
    await new Promise<void>((resolve, reject) => this.server.once('error', reject).listen(path, resolve))
    return this
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.sockets) socket.destroy()
    await new Promise((resolve) => this.server.close(resolve))
  }

  /** Answers one frame, or not. */
  protected abstract answerFrame(frame: Uint8Array, socket: Socket): void

  private serve(socket: Socket): void {
    const frames = new FrameSplitter(this.measure, MAX_FRAME_BYTES)
    this.sockets.add(socket)
    socket.on('close', () => this.sockets.delete(socket))
    socket.on('error', () => socket.destroy())
    socket.on('data', (chunk) => {
      socket.cork()
      for (const frame of frames.push(chunk)) this.answerFrame(frame, socket)
      socket.uncork()
    })
  }
}
