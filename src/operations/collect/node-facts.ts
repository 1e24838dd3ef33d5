import type { Pnn } from '../../lib/cluster/node.ts'
import { measuredTimes, recoveriesIn } from '../../lib/cluster/statistics.ts'
import { secondsOf } from '../../lib/cluster/timeval.ts'
import { mapEntryOf, type NodeFacts } from '../../lib/snapshot/snapshot.ts'
import { CONTROL_FLAG, controls, withEncodedReply } from '../../lib/wire/controls.ts'
import { FactRequests, type NodeConnection, type NodeFactsOptions } from './fact-requests.ts'
import { interfaceStateOf } from './ip.ts'
import { collectKnownAddresses } from './known-addresses.ts'

/** GET_PUBLIC_IPS without decoding: decoding thousands of addresses takes time, and the reply is usually the same as before. */
const getRawPublicIps = withEncodedReply(controls.getPublicIps)

/**
 * Everything that a node's daemon reports about itself. Facts that it does not answer are recorded as missing.
 * @throws ClosedError when a connection ends that is not the node's own.
 */
export async function collectNodeFacts(connection: NodeConnection, pnn: Pnn, options: NodeFactsOptions = {}): Promise<NodeFacts> {
  const requests = new FactRequests(connection, pnn, options)
  const answers = await allResolved(sendRequests(requests))
  const { before, timeoutMs } = options
  const isRestarted = before?.times && answers.times && answers.times.daemonStart !== before.times.daemonStart
  // Facts of the previous daemon do not hold for a new one.
  if (isRestarted) return await collectNodeFacts(connection, pnn, { timeoutMs })
  const known = answers.known && (await collectKnownAddresses(requests, answers.known))
  return { pnn, ...answers, known, missing: requests.missing }
}

/** Sends all requests at once. The keys are in the order that snapshots have. */
function sendRequests(requests: FactRequests) {
  const times = collectTimes(requests)
  return {
    runState: requests.ask('runState', controls.getRunState),
    nodeMap: requests.ask('nodeMap', controls.getNodeMap).then((nodes) => nodes?.map(mapEntryOf)),
    vnnMap: requests.ask('vnnMap', controls.getVnnMap),
    recoveryMode: requests.ask('recoveryMode', controls.getRecoveryMode),
    times,
    recentRecoveries: times.then((known) => collectRecoveries(requests, known)),
    tunables: requests.askLasting('tunables', controls.getAllTunables, (values) => values as Record<string, number>),
    capabilities: requests.askLasting('capabilities', controls.getCapabilities, ({ leader, lmaster }) => ({ leader, lmaster })),
    /** Not decoded yet. */
    known: requests.ask('known', getRawPublicIps),
    available: requests.askLasting(
      'available',
      controls.getPublicIps,
      (list) => list.map(({ address }) => address.address),
      CONTROL_FLAG.ONLY_AVAILABLE,
    ),
    interfaces: requests.ask('interfaces', controls.getIfaces).then((list) => list?.map(interfaceStateOf)),
    banSeconds: requests.ask('banSeconds', controls.getBanState).then((ban) => ban?.timeSeconds),
    nodesFile: requests.askLasting('nodesFile', controls.getNodesFile, (entries) => entries.map(mapEntryOf)),
    lockLatency: requests.askLasting('lockLatency', controls.statistics, ({ reclock }) => ({
      take: measuredTimes(reclock.recd),
      test: measuredTimes(reclock.ctdbd),
    })),
    clusterLock: requests.askLasting('clusterLock', controls.getReclockFile, (lock) => lock),
  }
}

async function collectTimes(requests: FactRequests): Promise<NodeFacts['times']> {
  const askedAt = Date.now() / 1000
  const answer = await requests.ask('times', controls.uptime)
  return (
    answer && {
      now: secondsOf(answer.now),
      daemonStart: secondsOf(answer.daemonStart),
      lastRecoveryStarted: secondsOf(answer.lastRecoveryStarted),
      lastRecoveryFinished: secondsOf(answer.lastRecoveryFinished),
      askedAt,
      answeredAt: Date.now() / 1000,
    }
  )
}

/** The history of a daemon covers a hundred intervals of a second, unless StatHistoryInterval is changed. */
const HISTORY_S = 100

/** The history is large, so nothing is asked for where it has no recovery. A light sample takes the fact from the previous facts. */
async function collectRecoveries(requests: FactRequests, times: NodeFacts['times']): Promise<NodeFacts['recentRecoveries']> {
  const { isLight, before } = requests.options
  if (isLight) return before?.recentRecoveries
  if (!times || times.now - times.lastRecoveryFinished > HISTORY_S) return undefined
  const history = await requests.ask('recentRecoveries', controls.getStatHistory)
  return history && recoveriesIn(history)
}

/** The results of several promises under the names of the promises. @throws the first error. */
async function allResolved<P extends Record<string, Promise<unknown>>>(promises: P) {
  const entries = Object.entries(promises).map(async ([name, promise]) => [name, await promise] as const)
  return Object.fromEntries(await Promise.all(entries)) as { readonly [K in keyof P]: Awaited<P[K]> }
}
