import { type ClusterNode, type Pnn, UNKNOWN_PNN } from '../../lib/cluster/node.ts'
import { secondsOf } from '../../lib/cluster/timeval.ts'
import { CtdbtsError } from '../../lib/errors.ts'
import type { KnownAddress, MapEntry, MissingFact, NodeFacts } from '../../lib/snapshot/snapshot.ts'
import type { CtdbClient } from '../client.ts'
import { ClosedError } from '../client-errors.ts'
import type { ValueOf } from '../wire/codec.ts'
import { CONTROL_FLAG, type Control, controls } from '../wire/controls.ts'
import type { publicIp } from '../wire/structs.ts'
import { interfaceStateOf } from './ip.ts'

/** How many addresses a node is asked about at the same time. */
const ADDRESSES_AT_ONCE = 500

/** A connection through which a node can be asked. */
export interface Way {
  readonly client: CtdbClient
  /** It leads to this very node's daemon: when it ends, only this node cannot be asked any more. */
  readonly own: boolean
}

export const ownerOf = (pnn: number): number | null => (pnn === UNKNOWN_PNN ? null : pnn)
export const mapEntryOf = ({ pnn, address, flags }: ClusterNode): MapEntry => ({ pnn, address: address.address, flags })

/**
 * All that a node's daemon tells of itself. What it does not answer is noted as missing.
 * @throws ClosedError when a connection that is not the node's own ends.
 */
export async function collectNodeFacts(way: Way, pnn: Pnn): Promise<NodeFacts> {
  const { client } = way
  const missing: MissingFact[] = []
  const ask = async <R>(fact: string, control: Control<void, R>, flags = 0): Promise<R | undefined> => {
    try {
      return await client.control(control, { to: pnn, flags })
    } catch (error) {
      missing.push({ fact, ...reasonOf(error, way) })
      return undefined
    }
  }
  const askedAt = Date.now() / 1000
  const times = ask('times', controls.uptime).then(
    (answer) =>
      answer && {
        now: secondsOf(answer.now),
        daemonStart: secondsOf(answer.daemonStart),
        lastRecoveryStarted: secondsOf(answer.lastRecoveryStarted),
        lastRecoveryFinished: secondsOf(answer.lastRecoveryFinished),
        askedAt,
        answeredAt: Date.now() / 1000,
      },
  )
  const [
    runState,
    nodeMap,
    vnnMap,
    recoveryMode,
    tunables,
    capabilities,
    ips,
    available,
    interfaces,
    ban,
    nodesFile,
    clusterLock,
  ] = await Promise.all([
    ask('runState', controls.getRunState),
    ask('nodeMap', controls.getNodeMap),
    ask('vnnMap', controls.getVnnMap),
    ask('recoveryMode', controls.getRecoveryMode as Control<void, number>),
    ask('tunables', controls.getAllTunables),
    ask('capabilities', controls.getCapabilities),
    ask('known', controls.getPublicIps),
    ask('available', controls.getPublicIps, CONTROL_FLAG.ONLY_AVAILABLE),
    ask('interfaces', controls.getIfaces),
    ask('banSeconds', controls.getBanState),
    ask('nodesFile', controls.getNodesFile),
    ask('clusterLock', controls.getReclockFile),
  ])
  const known = ips && (await collectAddresses(way, pnn, ips, missing))
  return {
    pnn,
    runState,
    nodeMap: nodeMap?.map(mapEntryOf),
    vnnMap,
    recoveryMode,
    times: await times,
    tunables: tunables as Record<string, number> | undefined,
    capabilities: capabilities && { leader: capabilities.leader, lmaster: capabilities.lmaster },
    known,
    available: available?.map(({ address }) => address.address),
    interfaces: interfaces?.map(interfaceStateOf),
    banSeconds: ban?.timeSeconds,
    nodesFile: nodesFile?.map(mapEntryOf),
    clusterLock,
    missing,
  }
}

function reasonOf(error: unknown, { own }: Way): { code: string; message: string } {
  // Without the connection to all nodes nothing more can be learnt at all; and what is no failure of ours to get an answer is a bug.
  const isAnswer = error instanceof CtdbtsError && (error.ctdbText !== undefined || (own && error instanceof ClosedError))
  if (!isAnswer) throw error
  return { code: error.code, message: error.message }
}

/** Adds the interfaces to each address that a node knows. */
async function collectAddresses(
  way: Way,
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
      const { interfaces, activeIndex } = await way.client.control(controls.getPublicIpInfo, { to: pnn, data: address })
      const activeInterface = interfaces[activeIndex]?.name ?? null
      return { ...plain, interfaces: interfaces.map(({ name }) => name), activeInterface }
    } catch (error) {
      // Said once: when one fails, the others are likely to as well.
      if (!failed) missing.push({ fact: 'interfaces of addresses', ...reasonOf(error, way) })
      failed = true
      return plain
    }
  }
  for (let at = 0; at < ips.length; at += ADDRESSES_AT_ONCE) {
    known.push(...(await Promise.all(ips.slice(at, at + ADDRESSES_AT_ONCE).map(one))))
  }
  return known
}
