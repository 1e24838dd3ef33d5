import { createServer, type Server, type Socket } from 'node:net'
import {
  decodeEventStatusRequest,
  type EventStatus,
  type EventStatusRequest,
  encodeEventStatus,
  measureEventFrame,
} from '../../src/transport/wire/eventd.ts'
import { FrameSplitter } from '../../src/transport/wire/frames.ts'

/** An event daemon that only answers STATUS, with what it is told to. */
export class EventServer {
  private readonly sockets = new Set<Socket>()
  private readonly server: Server

  constructor(answer: (request: EventStatusRequest) => EventStatus) {
    this.server = createServer((socket) => {
      const frames = new FrameSplitter(measureEventFrame, 1 << 20)
      this.sockets.add(socket)
      socket.on('close', () => this.sockets.delete(socket))
      socket.on('error', () => socket.destroy())
      socket.on('data', (chunk) => {
        for (const frame of frames.push(chunk)) {
          const { requestId, ...request } = decodeEventStatusRequest(frame)
          socket.write(encodeEventStatus(requestId, answer(request)))
        }
      })
    })
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
}
