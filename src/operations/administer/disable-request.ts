import type { Pnn } from '../../lib/cluster/node.ts'
import type { ValueOf } from '../../lib/wire/codec.ts'
import { controls } from '../../lib/wire/controls.ts'
import { answerTo, type MessageKind, messages } from '../../lib/wire/messages.ts'
import type { disableRequest } from '../../lib/wire/structs.ts'
import { nextReplySrvid } from '../../transport/client/reply-srvid.ts'
import type { Subscription } from '../../transport/client/subscription.ts'
import type { TargetNode } from '../target-node.ts'

/** What recovery daemons can be asked not to do for a while. */
export interface Disableable {
  /** ctdb's name for it. */
  readonly name: string
  readonly message: MessageKind<ValueOf<typeof disableRequest>>
  /** The first word of its error codes. */
  readonly code: 'RUNS' | 'RECOVERIES'
  /** What does not work meanwhile; completes a hint. */
  readonly consequence: string
}

export const TAKEOVER_RUNS: Disableable = {
  name: 'takeover runs',
  message: messages.disableTakeoverRuns,
  code: 'RUNS',
  consequence: 'no address moves when a node fails',
}

export const RECOVERIES: Disableable = {
  name: 'recoveries',
  message: messages.disableRecoveries,
  code: 'RECOVERIES',
  consequence: 'the cluster does not recover when a node fails',
}

/** One request to the recovery daemons. */
interface Request {
  /** 0 enables. */
  readonly seconds: number
  /** Nodes whose answers are awaited, at most for the time limit. */
  readonly waitFor: readonly Pnn[]
  /** Stops waiting when no node at all has answered for this long, in milliseconds. */
  readonly silenceMs?: number | undefined
  /** Called when the request was sent to a node. */
  readonly onSent?: (pnn: Pnn) => void
  readonly onAnswer: (pnn: Pnn) => void
}

/**
 * Prepares one request to all nodes. It has a srvid of its own, so that a late answer does not count for the next request.
 * @returns a function that sends the request and waits for the answers: each node answers with its PNN. It returns the first node that
 * refuses, if one does.
 */
export async function prepareRequest(
  { message }: Disableable,
  { client, localPnn, timeoutMs }: TargetNode,
  nodes: readonly Pnn[],
  signal?: AbortSignal,
): Promise<(request: Request) => Promise<Pnn | undefined>> {
  const pnn = await localPnn
  const replySrvid = nextReplySrvid()
  const answers = await client.subscribe(answerTo(replySrvid), { signal })
  return async (request) => {
    try {
      const { seconds, waitFor, onSent } = request
      for (const to of nodes) {
        client.send(message, to, { pnn, replySrvid, timeoutSeconds: seconds })
        onSent?.(to)
      }
      // The daemon answers in order: it has then passed on the messages, and the connection may end.
      if (waitFor.length < nodes.length) await client.control(controls.getPnn, { signal })
      return await collectAnswers(answers, request, timeoutMs)
    } finally {
      answers.close()
    }
  }
}

async function collectAnswers(
  answers: Subscription<number>,
  { waitFor, silenceMs = Number.POSITIVE_INFINITY, onAnswer }: Request,
  timeoutMs: number,
): Promise<Pnn | undefined> {
  const silent = new Set(waitFor)
  const startMs = performance.now()
  while (silent.size > 0) {
    const limitMs = silent.size === waitFor.length ? Math.min(silenceMs, timeoutMs) : timeoutMs
    const answer = await answers.next(startMs + limitMs - performance.now())
    if (!answer) break
    if (answer.data < 0) return answer.from
    if (silent.delete(answer.data)) onAnswer(answer.data)
  }
  return undefined
}
