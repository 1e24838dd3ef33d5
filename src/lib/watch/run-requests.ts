import type { Pnn } from '../cluster/node.ts'
import { allNodesText } from '../cluster/node-text.ts'
import { isRecent } from './node-record.ts'
import type { Observation } from './observation.ts'

/** All nodes receive a request within this time. */
const LAG_MS = 3_000

/** We hear of a start and of a request with different delays: with less than this between them, it is not known which came first. */
export const HEARD_LAG_MS = 150

/**
 * The same for a request and a start that nodes send each other: either may be late by a packet that was lost and sent again, which takes 200 ms.
 */
const SENT_LAG_MS = 400

type RequestEvent = Extract<Observation, { event: 'TAKEOVER_RUN' }>

/** A request for a takeover run. */
export interface RunRequest {
  readonly by: Pnn
  /** A tool waits for the answer, a daemon does not. */
  readonly wantsAnswer: boolean
  readonly atMs: number
  /** When the last of them received it. */
  lastMs: number
  /** Who has received it so far. */
  readonly receivers: Set<Pnn>
  /** Whether a run has started since. */
  isServed: boolean
}

/** Who asked for a takeover run, although every node receives each request. */
export class RunRequests {
  private readonly latest = new Map<Pnn, RunRequest>()

  note({ pnn, by, wantsAnswer, atMs }: RequestEvent): void {
    const before = this.latest.get(by)
    if (before && !before.receivers.has(pnn) && atMs - before.atMs <= LAG_MS) {
      before.receivers.add(pnn)
      before.lastMs = atMs
    } else this.latest.set(by, { by, wantsAnswer, atMs, lastMs: atMs, receivers: new Set([pnn]), isServed: false })
  }

  /**
   * The nodes that have asked for the run that starts now, by PNN; each with whether a tool did so there.
   * @param sinceMs older requests may have been served.
   * @param isHeard whether the events of a node are received. It receives its own requests first of all; one that only others received is an older
   * one, which reaches a node that did not answer for a while.
   */
  take(atMs: number, sinceMs: number, isHeard: (pnn: Pnn) => boolean): readonly RunRequest[] {
    const isBetween = (each: RunRequest) => each.atMs - sinceMs >= HEARD_LAG_MS && atMs - each.lastMs >= SENT_LAG_MS
    const isBefore = (each: RunRequest) => isRecent(each.atMs, atMs) && isBetween(each)
    const isNew = ({ by, receivers, isServed }: RunRequest) => !isServed && (receivers.has(by) || !isHeard(by))
    const taken = [...this.latest.values()].filter((each) => isNew(each) && isBefore(each))
    for (const each of this.latest.values()) each.isServed = true
    return taken.sort((a, b) => a.by - b.by)
  }
}

/** `node 1 asked for it`; undefined if nobody is known to have asked. */
export function requestsText(requests: readonly RunRequest[]): string | undefined {
  const daemons = requests.filter(({ wantsAnswer }) => !wantsAnswer)
  if (daemons.length > 0) return `${allNodesText(daemons.map(({ by }) => by))} asked for it`
  const [tool] = requests
  return tool && `it was requested on node ${tool.by}`
}
