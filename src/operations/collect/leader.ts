import { UNKNOWN_PNN } from '../../lib/cluster/node.ts'
import type { Leader } from '../../lib/cluster/report.ts'
import { controls } from '../../lib/wire/controls.ts'
import { messages } from '../../lib/wire/messages.ts'
import type { CtdbClient } from '../../transport/client/client.ts'
import { ControlFailedError } from '../../transport/client/errors.ts'
import { ask, type TargetNode } from '../target-node.ts'

/** Leader broadcasts arrive about every second. A daemon that is silent for this long may be older than 4.16 and has to be asked. */
const SILENCE_MS = 2_500

/**
 * The leader: from the LEADER broadcast or, if none arrives, from GET_RECMASTER, which only daemons before 4.16 answer. UNKNOWN_PNN when neither
 * arrives within the time limit.
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
 * The recovery master according to a node; for daemons from 4.16 on, which have none, the leader.
 * @throws NoAnswerError when the node is silent; ClosedError when the connection ends.
 */
export async function collectRecmaster(node: TargetNode): Promise<Leader> {
  try {
    return { pnn: await ask(node, controls.getRecmaster), era: 'recmaster' }
  } catch (error) {
    if (!(error instanceof ControlFailedError)) throw error
    return await collectLeader(node.client, node.timeoutMs)
  }
}

const leaderAt = (pnn: number): Leader => ({ pnn, era: 'leader' })

/** The answer of a daemon before 4.16; undefined if it refuses, as newer ones do. */
function recmasterOf(client: CtdbClient, timeoutMs: number): Promise<Leader | undefined> {
  const answer = client.control(controls.getRecmaster, { timeoutMs })
  return answer.then((pnn): Leader => ({ pnn, era: 'recmaster' })).catch(() => undefined)
}
