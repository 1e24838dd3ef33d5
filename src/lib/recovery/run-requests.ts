import type { RunRequest } from '../node/message-types.ts'

/**
 * Those who ask for a takeover run. They are only noted when they ask, and served by the main loop: a run that were started from within
 * another would undo it.
 */
export class RunRequests {
  private queue: RunRequest[] = []

  get isEmpty(): boolean {
    return this.queue.length === 0
  }

  /** Who asks twice before he is served gets one answer. */
  add(request: RunRequest): void {
    const isSame = ({ pnn, replySrvid }: RunRequest) => pnn === request.pnn && replySrvid === request.replySrvid
    if (!this.queue.some(isSame)) this.queue.push(request)
  }

  /** Those who are to be served by the run that starts now. Who asks from then on waits for the next one. */
  take(): readonly RunRequest[] {
    const taken = this.queue
    this.queue = []
    return taken
  }
}
