import { type ClusterNode, hasFlag, isReachable, NODE_FLAG, type Pnn, UNKNOWN_PNN } from '../../lib/cluster/node.ts'
import type { Leader } from '../../lib/cluster/report.ts'
import { CtdbtsError } from '../../lib/errors.ts'
import {
  type KnownAddress,
  type MapEntry,
  type MissingFact,
  type NodeFacts,
  SNAPSHOT_VERSION,
  type Snapshot,
} from '../../lib/snapshot/snapshot.ts'
import type { CtdbClient } from '../client.ts'
import type { ValueOf } from '../wire/codec.ts'
import { CONTROL_FLAG, type Control, controls } from '../wire/controls.ts'
import type { publicIp, timeval } from '../wire/structs.ts'
import { collectLeader } from './leader.ts'
import { collectNodeMap } from './node-map.ts'

/** How many addresses a node is asked about at the same time. */
const ADDRESSES_AT_ONCE = 500

/**
 * Asks every node, through one connection and all at once, for all that a client can know. A node that does not answer, or not to
 * everything, has that noted; it costs one time limit.
 * @param now the time to write into it.
 * @param knownLeader who leads, for a caller who has just heard it; saves waiting for the broadcast.
 * @throws CtdbtsError when the local daemon cannot be asked, or has no node map.
 */
export async function collectSnapshot(
  client: CtdbClient,
  localPnn: Promise<Pnn>,
  { timeoutMs, now, knownLeader }: { timeoutMs: number; now: Date; knownLeader?: Leader },
): Promise<Snapshot> {
  const leader = knownLeader ? Promise.resolve(knownLeader) : collectLeader(client, timeoutMs)
  leader.catch(() => {})
  const nodeMap = await collectNodeMap(client, localPnn)
  const present = nodeMap.filter((node) => !hasFlag(node, NODE_FLAG.DELETED))
  const nodes = await Promise.all(present.map((node) => collectFacts(client, node)))
  const { pnn, era } = await leader
  return {
    formatVersion: SNAPSHOT_VERSION,
    takenAt: now.toISOString(),
    askedNode: await localPnn,
    leader: { pnn: ownerOf(pnn), era },
    nodeMap: nodeMap.map(mapEntryOf),
    nodes,
  }
}

const ownerOf = (pnn: number): number | null => (pnn === UNKNOWN_PNN ? null : pnn)
const mapEntryOf = ({ pnn, address, flags }: ClusterNode): MapEntry => ({ pnn, address: address.address, flags })
const secondsOf = ({ seconds, microseconds }: ValueOf<typeof timeval>): number => seconds + microseconds / 1e6

async function collectFacts(client: CtdbClient, node: ClusterNode): Promise<NodeFacts> {
  const { pnn } = node
  const missing: MissingFact[] = []
  if (!isReachable(node)) {
    missing.push({ fact: 'everything', code: 'DISCONNECTED', message: `node ${pnn} is not connected` })
    return { pnn, missing }
  }
  const ask = async <R>(fact: string, control: Control<void, R>, flags = 0): Promise<R | undefined> => {
    try {
      return await client.control(control, { to: pnn, flags })
    } catch (error) {
      missing.push({ fact, ...reasonOf(error) })
      return undefined
    }
  }
  const [runState, nodeMap, vnnMap, recoveryMode, times, tunables, capabilities, ips, available, interfaces, ban] =
    await Promise.all([
      ask('runState', controls.getRunState),
      ask('nodeMap', controls.getNodeMap),
      ask('vnnMap', controls.getVnnMap),
      ask('recoveryMode', controls.getRecoveryMode as Control<void, number>),
      ask('times', controls.uptime),
      ask('tunables', controls.getAllTunables),
      ask('capabilities', controls.getCapabilities),
      ask('known', controls.getPublicIps),
      ask('available', controls.getPublicIps, CONTROL_FLAG.ONLY_AVAILABLE),
      ask('interfaces', controls.getIfaces),
      ask('banSeconds', controls.getBanState),
    ])
  const known = ips && (await collectAddresses(client, pnn, ips, missing))
  return {
    pnn,
    missing,
    ...(runState && { runState }),
    ...(nodeMap && { nodeMap: nodeMap.map(mapEntryOf) }),
    ...(vnnMap && { vnnMap }),
    ...(recoveryMode !== undefined && { recoveryMode }),
    ...(times && {
      times: {
        now: secondsOf(times.now),
        daemonStart: secondsOf(times.daemonStart),
        lastRecoveryStarted: secondsOf(times.lastRecoveryStarted),
        lastRecoveryFinished: secondsOf(times.lastRecoveryFinished),
      },
    }),
    ...(tunables && { tunables: tunables as Record<string, number> }),
    ...(capabilities && { capabilities: { leader: capabilities.leader, lmaster: capabilities.lmaster } }),
    ...(known && { known }),
    ...(available && { available: available.map(({ address }) => address.address) }),
    ...(interfaces && {
      interfaces: interfaces.map(({ name, linkState, references }) => ({ name, linkUp: linkState !== 0, references })),
    }),
    ...(ban && { banSeconds: ban.timeSeconds }),
  }
}

function reasonOf(error: unknown): { code: string; message: string } {
  // Without a connection nothing more can be learnt at all; and what is no failure of ours to get an answer is a bug.
  if (!(error instanceof CtdbtsError) || !error.ctdbText) throw error
  return { code: error.code, message: error.message }
}

/** Adds the interfaces to each address that a node knows. */
async function collectAddresses(
  client: CtdbClient,
  pnn: Pnn,
  ips: readonly ValueOf<typeof publicIp>[],
  missing: MissingFact[],
): Promise<KnownAddress[]> {
  const known: KnownAddress[] = []
  let failed = false
  const one = async ({ address, pnn: owner }: ValueOf<typeof publicIp>): Promise<KnownAddress> => {
    const plain = { address: address.address, owner: ownerOf(owner) }
    if (failed) return plain
    try {
      const { interfaces, activeIndex } = await client.control(controls.getPublicIpInfo, { to: pnn, data: address })
      const activeInterface = interfaces[activeIndex]?.name ?? null
      return { ...plain, interfaces: interfaces.map(({ name }) => name), activeInterface }
    } catch (error) {
      // Said once: when one fails, the others are likely to as well.
      if (!failed) missing.push({ fact: 'interfaces of addresses', ...reasonOf(error) })
      failed = true
      return plain
    }
  }
  for (let at = 0; at < ips.length; at += ADDRESSES_AT_ONCE) {
    known.push(...(await Promise.all(ips.slice(at, at + ADDRESSES_AT_ONCE).map(one))))
  }
  return known
}
