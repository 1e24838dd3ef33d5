import { UNKNOWN_PNN } from '../../lib/cluster/node.ts'
import type { Leader } from '../../lib/cluster/report.ts'
import { type AskedNode, ask } from '../asked-node.ts'
import type { CtdbClient } from '../client.ts'
import { ControlFailedError } from '../client-errors.ts'
import { controls } from '../wire/controls.ts'
import { messages } from '../wire/messages.ts'

/** The leader is heard of about every second; a daemon that is silent for so long may be one of before 4.16, which can be asked. */
const SILENCE_MS = 2_500

/**
 * Who leads: from the LEADER broadcast, or, where none comes, from GET_RECMASTER, which only daemons before 4.16 answer. Unknown
 * when neither tells within the time limit.
 * @throws ClosedError when the connection ends; the signal's reason.
 */
export async function collectLeader(client: CtdbClient, timeoutMs: number, signal?: AbortSignal): Promise<Leader> {
  const broadcasts = await client.subscribe(messages.leader, { signal })
  try {
    const silenceMs = Math.min(SILENCE_MS, timeoutMs / 2)
    const soon = await broadcasts.next(silenceMs)
    if (soon) return leaderAt(soon.data)
    const older = recmasterOf(client, timeoutMs - silenceMs)
    const late = broadcasts.next(timeoutMs - silenceMs).then((message) => message && leaderAt(message.data))
    return (await Promise.race([late, older])) ?? (await late) ?? leaderAt(UNKNOWN_PNN)
  } finally {
    broadcasts.close()
  }
}

/**
 * The recovery master in the eyes of a node; of a daemon from 4.16 on, which knows none, the leader.
 * @throws NoAnswerError when the node is silent; ClosedError when the connection ends.
 */
export async function collectRecmaster(node: AskedNode): Promise<Leader> {
  try {
    return { pnn: await ask(node, controls.getRecmaster), era: 'recmaster' }
  } catch (error) {
    if (!(error instanceof ControlFailedError)) throw error
    return await collectLeader(node.client, node.timeoutMs)
  }
}

const leaderAt = (pnn: number): Leader => ({ pnn, era: 'leader' })

/** What a daemon of before 4.16 says; one that refuses will broadcast, or has no leader: never to be answered here then. */
function recmasterOf(client: CtdbClient, timeoutMs: number): Promise<Leader | undefined> {
  const asked = client.control(controls.getRecmaster, { timeoutMs })
  return asked.then((pnn): Leader => ({ pnn, era: 'recmaster' })).catch(() => undefined)
}
