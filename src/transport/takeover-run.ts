import type { Pnn } from '../lib/cluster/node.ts'
import { DESTINATION } from '../lib/cluster/srvid.ts'
import { CtdbtsError } from '../lib/errors.ts'
import type { CtdbClient } from './client.ts'
import { nextReplySrvid } from './reply-srvid.ts'
import { answerTo, messages } from './wire/messages.ts'

/**
 * Asks for a takeover run and waits until it is done. All connected nodes get the message; only the leader acts on it. When no answer
 * comes in time it is sent again, as the real tool does: a leader that is just being elected hears it then.
 * @param onSilence called each time the time limit passes without an answer.
 * @returns the PNN of the leader.
 * @throws CtdbtsError RUN_FAILED when the leader says that it failed; the signal's reason.
 */
export async function requestTakeoverRun(
  client: CtdbClient,
  localPnn: Promise<Pnn>,
  { timeoutMs, onSilence, signal }: { timeoutMs: number; onSilence?: () => void; signal?: AbortSignal | undefined },
): Promise<Pnn> {
  const srvid = nextReplySrvid()
  const answers = await client.subscribe(answerTo(srvid), { signal })
  try {
    for (;;) {
      client.send(messages.takeoverRun, DESTINATION.CONNECTED_NODES, { pnn: await localPnn, replySrvid: srvid })
      const answer = await answers.next(timeoutMs)
      if (answer && answer.data >= 0) return answer.data
      if (answer) throw runFailed(answer.data)
      onSilence?.()
    }
  } finally {
    answers.close()
  }
}

const runFailed = (status: number): CtdbtsError =>
  new CtdbtsError('RUN_FAILED', `the leader says that the takeover run failed (${status})`, {
    hint: "the leader's log says which node failed; it tries again by itself",
    exitStatus: status === -1 ? 1 : status & 0xff,
    ctdbText: { stderr: [] },
  })
