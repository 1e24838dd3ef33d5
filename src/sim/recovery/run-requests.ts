import type { ValueOf } from '../../lib/wire/codec.ts'
import { answerTo } from '../../lib/wire/messages.ts'
import type { takeoverRunRequest } from '../../lib/wire/structs.ts'
import type { SimDaemon } from '../daemon/daemon.ts'

export type RunRequest = ValueOf<typeof takeoverRunRequest>

/**
 * The queue of requests for a takeover run. The main loop serves it: a takeover run that started inside another one would undo it.
 */
export class RunRequests {
  private queue: RunRequest[] = []

  get isEmpty(): boolean {
    return this.queue.length === 0
  }

  /** A request that is repeated before it is served gets one answer. */
  add(request: RunRequest): void {
    const isSame = ({ pnn, replySrvid }: RunRequest) => pnn === request.pnn && replySrvid === request.replySrvid
    if (!this.queue.some(isSame)) this.queue.push(request)
  }

  /** The requests for the takeover run that starts now. Later ones wait for the next run. */
  take(): readonly RunRequest[] {
    const taken = this.queue
    this.queue = []
    return taken
  }
}

/** Answers a request, unless it wants no answer. */
export function answerRequest(daemon: SimDaemon, { pnn, replySrvid }: RunRequest, answer: number): void {
  if (replySrvid !== 0n) daemon.send(pnn, answerTo(replySrvid), answer)
}
