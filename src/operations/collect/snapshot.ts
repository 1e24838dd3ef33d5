import { type ClusterNode, hasFlag, isReachable, NODE_FLAG, type Pnn, UNKNOWN_PNN } from '../../lib/cluster/node.ts'
import type { Leader } from '../../lib/cluster/report.ts'
import { CtdbtsError } from '../../lib/errors.ts'
import type { HostFacts } from '../../lib/snapshot/host-facts.ts'
import {
  factsOf,
  type MissingFact,
  mapEntryOf,
  type NodeFacts,
  SNAPSHOT_VERSION,
  type Snapshot,
} from '../../lib/snapshot/snapshot.ts'
import { controls } from '../../lib/wire/controls.ts'
import type { CtdbClient } from '../../transport/client/client.ts'
import { collectLeader } from './leader.ts'
import { collectNodeFacts } from './node-facts.ts'
import { collectNodeMap } from './node-map.ts'

/** Facts of a node's machine. Without `facts` the machine could not be examined, and `missing` says why. */
export interface HostSample {
  readonly facts?: HostFacts | undefined
  readonly missing: readonly MissingFact[]
}

export interface SnapshotOptions {
  /** Time limit for each answer, in milliseconds. */
  readonly timeoutMs: number
  /** The time of the snapshot. */
  readonly now: Date
  /** The leader, if the caller has just heard it; saves waiting for the broadcast. */
  readonly knownLeader?: Leader | Promise<Leader>
  /** A connection to a node's own daemon, if there is one. Other nodes are asked through the main client. */
  readonly clientOf?: (pnn: Pnn) => CtdbClient | undefined
  /** The previous snapshot, from which lasting facts are taken. */
  readonly before?: Snapshot | undefined
  /** Whether to ask only for what changes without an administrator. */
  readonly isLight?: boolean | undefined
  /** Whether a node's daemon is known not to answer; then it is not asked, which would only cost the time limit again. */
  readonly isSilent?: (pnn: Pnn) => boolean
  /** Called when all nodes have been asked, though the leader may not be known yet. */
  readonly onNodesSampled?: (() => void) | undefined
  /** Examines a node's machine; undefined where there is no access to it. */
  readonly sampleHost?: (pnn: Pnn) => Promise<HostSample> | undefined
  /** The leaders that a node's daemon has announced. */
  readonly leadersOf?: (pnn: Pnn) => Promise<readonly Pnn[] | undefined>
}

/**
 * Asks every node at once for everything that a client can know, through one connection unless there are others. What a node does not
 * answer is recorded as missing, and costs one time limit.
 * @throws CtdbtsError when the daemon behind `client` cannot be asked or has no node map.
 */
export async function collectSnapshot(client: CtdbClient, localPnn: Promise<Pnn>, options: SnapshotOptions): Promise<Snapshot> {
  const { timeoutMs, now, knownLeader } = options
  const leader = knownLeader ? Promise.resolve(knownLeader) : collectLeader(client, timeoutMs)
  leader.catch(() => {})
  const nodeMap = await nodeMapOf(client, localPnn, timeoutMs)
  const present = nodeMap.filter((node) => !hasFlag(node, NODE_FLAG.DELETED))
  const nodes = await Promise.all(present.map((node) => collectFacts(client, node, options)))
  options.onNodesSampled?.()
  const { pnn, era } = await leader
  return {
    formatVersion: SNAPSHOT_VERSION,
    takenAt: now.toISOString(),
    askedNode: await localPnn,
    leader: { pnn: pnn === UNKNOWN_PNN ? null : pnn, era },
    nodeMap: nodeMap.map(mapEntryOf),
    nodes: await Promise.all(nodes.map(async (facts) => ({ ...facts, leaders: await options.leadersOf?.(facts.pnn) }))),
  }
}

/**
 * The node map. When all nodes are banned, that of the local daemon: it may be out of date, but no daemon has a better one.
 * @throws CtdbtsError when no daemon answers.
 */
export const nodeMapOf = (client: CtdbClient, localPnn: Promise<Pnn>, timeoutMs?: number): Promise<readonly ClusterNode[]> =>
  collectNodeMap(client, localPnn, { timeoutMs }).catch((error: unknown) => {
    if (!(error instanceof CtdbtsError) || error.code !== 'ALL_BANNED') throw error
    return client.control(controls.getNodeMap, { ...(timeoutMs && { timeoutMs }) })
  })

/** The facts of a node's daemon and of its machine, asked for at the same time. */
async function collectFacts(client: CtdbClient, node: ClusterNode, options: SnapshotOptions): Promise<NodeFacts> {
  const host = options.sampleHost?.(node.pnn)
  host?.catch(() => {})
  const facts = await collectDaemonFacts(client, node, options)
  const sample = await host
  if (!sample) return facts
  return { ...facts, missing: [...facts.missing, ...sample.missing], ...(sample.facts && { host: sample.facts }) }
}

async function collectDaemonFacts(client: CtdbClient, node: ClusterNode, options: SnapshotOptions): Promise<NodeFacts> {
  const { pnn } = node
  const { timeoutMs, isLight, clientOf, isSilent } = options
  const own = clientOf?.(pnn)
  if (!own && !isReachable(node)) {
    return { pnn, missing: [{ fact: 'everything', code: 'DISCONNECTED', message: `node ${pnn} is not connected` }] }
  }
  if (isSilent?.(pnn)) {
    return { pnn, missing: [{ fact: 'everything', code: 'TIMEOUT', message: `the daemon of node ${pnn} does not answer` }] }
  }
  const before = options.before && factsOf(options.before, pnn)
  return await collectNodeFacts({ client: own ?? client, own: own !== undefined }, pnn, { timeoutMs, before, isLight })
}
