import type { Pnn } from '../../lib/cluster/node.ts'
import type { AskedNode } from '../asked-node.ts'
import { nextReplySrvid } from '../reply-srvid.ts'
import type { Subscription } from '../subscription.ts'
import type { ValueOf } from '../wire/codec.ts'
import { controls } from '../wire/controls.ts'
import { answerTo, type MessageKind, messages } from '../wire/messages.ts'
import type { disableRequest } from '../wire/structs.ts'

/** What the recovery daemons can be asked not to do for a time. */
export interface Disableable {
  /** As the real tool calls it. */
  readonly name: string
  readonly message: MessageKind<ValueOf<typeof disableRequest>>
  /** Of errors: RUNS, RECOVERIES. */
  readonly code: string
  /** What does not happen meanwhile. */
  readonly without: string
}

export const TAKEOVER_RUNS: Disableable = {
  name: 'takeover runs',
  message: messages.disableTakeoverRuns,
  code: 'RUNS',
  without: 'no address moves when a node fails',
}

export const RECOVERIES: Disableable = {
  name: 'recoveries',
  message: messages.disableRecoveries,
  code: 'RECOVERIES',
  without: 'the cluster does not recover when a node fails',
}

/** One request to the recovery daemons. */
interface Request {
  /** 0 enables. */
  readonly seconds: number
  /** Whose answers are waited for, at most for the time limit. */
  readonly waitFor: readonly Pnn[]
  /** When none of them has answered after so long, nobody is waited for any longer. */
  readonly silenceMs?: number | undefined
  /** A node may get the request from now on. */
  readonly onSent?: (pnn: Pnn) => void
  readonly onAnswer: (pnn: Pnn) => void
}

/**
 * Gets ready for one request to all nodes, with a srvid of its own: an answer that comes late must not count for the next request. What is
 * returned sends it and waits for the answers: its own PNN from each node. It returns the first node that said no, if one does.
 */
export async function prepareRequest(
  { message }: Disableable,
  { client, localPnn, timeoutMs }: AskedNode,
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
      // The daemon answers in turn: then it has passed on the messages, and the connection may end.
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
