import { setTimeout as sleep } from 'node:timers/promises'
import { isDeepStrictEqual } from 'node:util'
import { isActive, isReachable } from '../../../src/lib/cluster/node.ts'
import type { Snapshot } from '../../../src/lib/snapshot/snapshot.ts'
import { answerTo, messages, replySrvid } from '../../../src/lib/wire/messages.ts'
import { collectNodeMap } from '../../../src/operations/collect/node-map.ts'
import { collectSnapshot } from '../../../src/operations/collect/snapshot.ts'
import type { CtdbClient } from '../../../src/transport/client/client.ts'

const POLL_MS = 200
/** How many snapshots in a row have to be the same. A snapshot takes up to a second, as it waits for the leader's broadcast. */
const QUIET_LOOKS = 2
const LIMIT_MS = 50_000

/** The cluster did not reach a state in which a prediction could be made or checked. Says nothing about the prediction. */
export class NotCarriedOut extends Error {}

export const look = (client: CtdbClient): Promise<Snapshot> =>
  collectSnapshot(client, client.pnn(), { timeoutMs: 5_000, now: new Date() })

let requests = 0x7000

/**
 * Disables takeover runs for some seconds, or enables them again (0). The recovery daemon of every active node has to reply; that of a
 * banned node is idle. During a takeover run it refuses, and the request is repeated.
 */
export async function disableTakeoverRuns(client: CtdbClient, timeoutSeconds: number): Promise<void> {
  const pnn = await client.pnn()
  const connected = (await collectNodeMap(client, client.pnn())).filter(isReachable)
  requests += 1
  const srvid = replySrvid(process.pid, requests)
  const answers = await client.subscribe(answerTo(srvid))
  const waiting = new Set(connected.filter(isActive).map((node) => node.pnn))
  const deadline = Date.now() + LIMIT_MS
  while (waiting.size > 0) {
    if (Date.now() > deadline)
      throw new NotCarriedOut(`no answer from ${[...waiting].join(', ')} to the request about takeover runs`)
    for (const to of connected) client.send(messages.disableTakeoverRuns, to.pnn, { pnn, replySrvid: srvid, timeoutSeconds })
    for (let answer = await answers.next(POLL_MS); answer; answer = await answers.next(POLL_MS)) waiting.delete(answer.data)
  }
  answers.close()
}

/**
 * Waits until a change has reached all nodes and the cluster is at rest: no recovery, one leader, several equal snapshots in a row.
 * @param before the snapshot before the change.
 * @throws NotCarriedOut with the last snapshot if the cluster does not come to rest.
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

/** The part of a snapshot that does not change while the cluster is at rest. */
const essence = ({ leader, nodeMap, nodes }: Snapshot) => ({
  leader,
  nodeMap,
  nodes: nodes.map(({ times: _, recentRecoveries: __, ...facts }) => facts),
})

/**
 * Checks that what a takeover run depends on did not change between two snapshots: on a busy machine a monitor event or an election may
 * come late, between the prediction and the run.
 * @throws NotCarriedOut with what changed.
 */
export function expectSameInputs(before: Snapshot, after: Snapshot): void {
  const [old, now] = [inputsOf(before), inputsOf(after)]
  if (isDeepStrictEqual(old, now)) return
  throw new NotCarriedOut(`the cluster changed before the run: ${JSON.stringify(old)} became ${JSON.stringify(now)}`)
}

const inputsOf = ({ leader, nodeMap, nodes }: Snapshot) => ({
  leader: leader.pnn,
  flags: nodeMap.map(({ flags }) => flags),
  nodes: nodes.map(({ pnn, available, tunables, nodeMap: seen }) => ({
    pnn,
    available: available?.toSorted(),
    tunables,
    flags: seen?.map(({ flags }) => flags),
  })),
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
