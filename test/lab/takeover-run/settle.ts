import { setTimeout as sleep } from 'node:timers/promises'
import { isDeepStrictEqual } from 'node:util'
import { isActive, isReachable } from '../../../src/lib/cluster/node.ts'
import type { Snapshot } from '../../../src/lib/snapshot/snapshot.ts'
import type { CtdbClient } from '../../../src/transport/client.ts'
import { collectNodeMap } from '../../../src/transport/collect/node-map.ts'
import { collectSnapshot } from '../../../src/transport/collect/snapshot.ts'
import { answerTo, messages, replySrvid } from '../../../src/transport/wire/messages.ts'

const POLL_MS = 200
/** So many times in a row everything has to look the same. A look takes up to a second: it waits to hear of the leader. */
const QUIET_LOOKS = 2
const LIMIT_MS = 50_000

/** The cluster did not come to where a prediction could be made or checked: no word about the prediction. */
export class NotCarriedOut extends Error {}

export const look = (client: CtdbClient): Promise<Snapshot> =>
  collectSnapshot(client, client.pnn(), { timeoutMs: 5_000, now: new Date() })

let asked = 0x7000

/**
 * Keeps the recovery daemons from takeover runs for some seconds, or (0) lets them again. Every active one has to answer (that of a
 * banned node sleeps); one that is just at a takeover run refuses, and is asked again.
 */
export async function disableTakeoverRuns(client: CtdbClient, timeoutSeconds: number): Promise<void> {
  const pnn = await client.pnn()
  const connected = (await collectNodeMap(client, client.pnn())).filter(isReachable)
  asked += 1
  const srvid = replySrvid(process.pid, asked)
  const answers = await client.subscribe(answerTo(srvid))
  const waiting = new Set(connected.filter(isActive).map((node) => node.pnn))
  const deadline = Date.now() + LIMIT_MS
  while (waiting.size > 0) {
    if (Date.now() > deadline)
      throw new NotCarriedOut(`no answer from ${[...waiting].join(', ')} to being told about takeover runs`)
    for (const to of connected) client.send(messages.disableTakeoverRuns, to.pnn, { pnn, replySrvid: srvid, timeoutSeconds })
    for (let answer = await answers.next(POLL_MS); answer; answer = await answers.next(POLL_MS)) waiting.delete(answer.data)
  }
  answers.close()
}

/**
 * Waits until a change has arrived everywhere and nothing moves any more: no recovery, one leader, the same picture several times.
 * @param before the picture before the change.
 * @throws NotCarriedOut with the last picture when that does not come about.
 */
export async function settled(
  client: CtdbClient,
  before: Snapshot,
  hasArrived: (snapshot: Snapshot) => boolean,
): Promise<Snapshot> {
  const deadline = Date.now() + LIMIT_MS
  let last = before
  for (let quiet = 0; quiet < QUIET_LOOKS; ) {
    await sleep(POLL_MS)
    const now = await look(client)
    const still = isDeepStrictEqual(essence(now), essence(last)) && isQuiet(now) && hasArrived(now)
    quiet = still ? quiet + 1 : 0
    last = now
    if (Date.now() > deadline) throw new NotCarriedOut(`the cluster does not come to rest: ${JSON.stringify(essence(now))}`)
  }
  return last
}

/** What has to stand still; times pass. */
const essence = ({ leader, nodeMap, nodes }: Snapshot) => ({
  leader,
  nodeMap,
  nodes: nodes.map(({ times: _, ...facts }) => facts),
})

function isQuiet({ leader, nodeMap, nodes }: Snapshot): boolean {
  const active = nodeMap.filter(isActive).map(({ pnn }) => pnn)
  const facts = nodes.filter(({ pnn }) => active.includes(pnn))
  const generations = new Set(facts.map(({ vnnMap }) => vnnMap?.generation))
  const flags = new Set(facts.map((each) => JSON.stringify(each.nodeMap?.map((entry) => entry.flags))))
  return (
    leader.pnn !== null &&
    active.includes(leader.pnn) &&
    generations.size === 1 &&
    !generations.has(1) &&
    flags.size === 1 &&
    facts.every(({ recoveryMode, missing }) => recoveryMode === 0 && missing.length === 0)
  )
}
