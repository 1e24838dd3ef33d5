import { UNKNOWN_PNN } from '../../lib/cluster/node.ts'
import type { Leader } from '../../lib/cluster/report.ts'
import type { CtdbClient } from '../client.ts'
import { controls } from '../wire/controls.ts'
import { messages } from '../wire/messages.ts'

/** The leader is heard of about every second; a daemon that is silent for so long may be one of before 4.16, which can be asked. */
const SILENCE_MS = 2_500

/**
 * Who leads: from the LEADER broadcast, or, where none comes, from GET_RECMASTER, which only daemons before 4.16 answer. Unknown
 * when neither tells within the time limit.
 * @throws ClosedError when the connection ends.
 */
export async function collectLeader(client: CtdbClient, timeoutMs: number): Promise<Leader> {
  const done = new AbortController()
  const limit = setTimeout(() => done.abort(), timeoutMs)
  const broadcast = firstBroadcast(client, done.signal)
  const older = askOlderDaemon(client, Math.min(SILENCE_MS, timeoutMs / 2), done.signal)
  try {
    const leader = await Promise.race([broadcast, older])
    return leader ?? (await broadcast) ?? { pnn: UNKNOWN_PNN, era: 'leader' }
  } finally {
    clearTimeout(limit)
    done.abort()
    older.catch(() => {})
    broadcast.catch(() => {})
  }
}

async function firstBroadcast(client: CtdbClient, signal: AbortSignal): Promise<Leader | undefined> {
  try {
    for await (const { data } of await client.subscribe(messages.leader, { signal })) return { pnn: data, era: 'leader' }
  } catch (error) {
    if (!signal.aborted) throw error
  }
  return undefined
}

async function askOlderDaemon(client: CtdbClient, afterMs: number, signal: AbortSignal): Promise<Leader | undefined> {
  await new Promise<void>((resolve) => {
    const timer = setTimeout(resolve, afterMs)
    signal.addEventListener('abort', () => {
      clearTimeout(timer)
      resolve()
    })
  })
  if (signal.aborted) return undefined
  try {
    return { pnn: await client.control(controls.getRecmaster, { signal }), era: 'recmaster' }
  } catch {
    return undefined
  }
}
