import type { Pnn } from '../../lib/cluster/node.ts'
import { CtdbtsError } from '../../lib/errors.ts'
import { DESTINATION } from '../../lib/wire/destination.ts'
import { answerTo, messages } from '../../lib/wire/messages.ts'
import type { CtdbClient } from '../../transport/client/client.ts'
import { nextReplySrvid } from '../../transport/client/reply-srvid.ts'

/**
 * Requests a takeover run and waits until it is done. The message goes to all connected nodes; only the leader acts on it. Like ctdb, sends it
 * again when no answer arrives in time, so that a leader that has just been elected receives it.
 * @param options `onSilence`: called each time the time limit passes without an answer.
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
  new CtdbtsError('RUN_FAILED', `the leader reports that the takeover run failed (${status})`, {
    hint: "check the leader's log for the node that failed; the leader retries by itself",
    exitStatus: status === -1 ? 1 : status & 0xff,
    ctdbText: { stderr: [] },
  })
