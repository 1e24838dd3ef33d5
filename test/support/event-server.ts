import type { Socket } from 'node:net'
import {
  decodeEventStatusRequest,
  type EventStatus,
  type EventStatusRequest,
  encodeEventStatus,
  measureEventFrame,
} from '../../src/lib/wire/eventd.ts'
import { FrameServer } from './frame-server.ts'

/** An event daemon that only answers STATUS, with what it is told to. */
export class EventServer extends FrameServer {
  private readonly answer: (request: EventStatusRequest) => EventStatus

  constructor(answer: (request: EventStatusRequest) => EventStatus) {
    super(measureEventFrame)
    this.answer = answer
  }

  protected answerFrame(frame: Uint8Array, socket: Socket): void {
    const { requestId, ...request } = decodeEventStatusRequest(frame)
    socket.write(encodeEventStatus(requestId, this.answer(request)))
  }
}
