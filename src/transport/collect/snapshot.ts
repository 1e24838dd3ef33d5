import { type ClusterNode, hasFlag, isReachable, NODE_FLAG, type Pnn } from '../../lib/cluster/node.ts'
import type { Leader } from '../../lib/cluster/report.ts'
import { CtdbtsError } from '../../lib/errors.ts'
import type { HostFacts } from '../../lib/snapshot/host-facts.ts'
import { factsOf, type MissingFact, type NodeFacts, SNAPSHOT_VERSION, type Snapshot } from '../../lib/snapshot/snapshot.ts'
import type { CtdbClient } from '../client.ts'
import { controls } from '../wire/controls.ts'
import { collectLeader } from './leader.ts'
import { collectNodeFacts, mapEntryOf, ownerOf } from './node-facts.ts'
import { collectNodeMap } from './node-map.ts'

/** What was seen on a node itself, past its daemon; without `facts`, why nobody could look. */
export interface HostSight {
  readonly facts?: HostFacts | undefined
  readonly missing: readonly MissingFact[]
}

export interface SnapshotOptions {
  readonly timeoutMs: number
  /** The time to write into it. */
  readonly now: Date
  /** Who leads, for a caller who has just heard it; saves waiting for the broadcast. */
  readonly knownLeader?: Leader | Promise<Leader>
  /** A connection to a node's own daemon, where there is one. Other nodes are asked through the client. */
  readonly clientOf?: (pnn: Pnn) => CtdbClient | undefined
  /** The look before: what lasts is taken from there. */
  readonly before?: Snapshot | undefined
  /** Only what changes by itself is asked. */
  readonly isLight?: boolean | undefined
  /** Whether a node's own daemon is known not to answer: it is not asked, as that would only take its time again. */
  readonly isSilent?: (pnn: Pnn) => boolean
  /** Told when all nodes have been looked at, though it may not be known yet who leads. */
  readonly onSeen?: (() => void) | undefined
  /** Who is at the node itself to look; undefined for nobody. */
  readonly hostOf?: (pnn: Pnn) => Promise<HostSight> | undefined
  /** Those who said on a node that they lead. */
  readonly leadersOf?: (pnn: Pnn) => Promise<readonly Pnn[] | undefined>
}

/**
 * Asks every node, all at once, for all that a client can know; through one connection unless there are others. A node that does not
 * answer, or not to everything, has that noted; it costs one time limit.
 * @throws CtdbtsError when the daemon that `client` leads to cannot be asked, or has no node map.
 */
export async function collectSnapshot(client: CtdbClient, localPnn: Promise<Pnn>, options: SnapshotOptions): Promise<Snapshot> {
  const { timeoutMs, now, knownLeader } = options
  const leader = knownLeader ? Promise.resolve(knownLeader) : collectLeader(client, timeoutMs)
  leader.catch(() => {})
  const nodeMap = await nodeMapOf(client, localPnn, timeoutMs)
  const present = nodeMap.filter((node) => !hasFlag(node, NODE_FLAG.DELETED))
  const nodes = await Promise.all(present.map(({ pnn, flags }) => collectFacts(client, pnn, flags, options)))
  options.onSeen?.()
  const { pnn, era } = await leader
  return {
    formatVersion: SNAPSHOT_VERSION,
    takenAt: now.toISOString(),
    askedNode: await localPnn,
    leader: { pnn: ownerOf(pnn), era },
    nodeMap: nodeMap.map(mapEntryOf),
    nodes: await Promise.all(nodes.map(async (facts) => ({ ...facts, leaders: await options.leadersOf?.(facts.pnn) }))),
  }
}

/**
 * The node map; where all nodes are banned, that of the local daemon, out of date as it may be: nobody has a better one.
 * @throws CtdbtsError when no daemon answers.
 */
export const nodeMapOf = (client: CtdbClient, localPnn: Promise<Pnn>, timeoutMs?: number): Promise<ClusterNode[]> =>
  collectNodeMap(client, localPnn, { timeoutMs }).catch((error: unknown) => {
    if (error instanceof CtdbtsError && error.code === 'ALL_BANNED')
      return client.control(controls.getNodeMap, { ...(timeoutMs && { timeoutMs }) })
    throw error
  })

/** What a node's daemon and the node itself tell, both asked at the same time. */
async function collectFacts(client: CtdbClient, pnn: Pnn, flags: number, options: SnapshotOptions): Promise<NodeFacts> {
  const own = options.clientOf?.(pnn)
  const host = options.hostOf?.(pnn)
  host?.catch(() => {})
  const nothing = (code: string, message: string): NodeFacts => ({ pnn, missing: [{ fact: 'everything', code, message }] })
  const { timeoutMs, isLight } = options
  const before = options.before && factsOf(options.before, pnn)
  const ask = () => collectNodeFacts({ client: own ?? client, own: own !== undefined }, pnn, { timeoutMs, before, isLight })
  const facts =
    !own && !isReachable({ flags })
      ? nothing('DISCONNECTED', `node ${pnn} is not connected`)
      : options.isSilent?.(pnn)
        ? nothing('TIMEOUT', `the daemon of node ${pnn} does not answer`)
        : await ask()
  const seen = await host
  if (!seen) return facts
  return { ...facts, missing: [...facts.missing, ...seen.missing], ...(seen.facts && { host: seen.facts }) }
}
