import { type ClusterNode, type Pnn, UNKNOWN_PNN } from '../../lib/cluster/node.ts'
import { secondsOf } from '../../lib/cluster/timeval.ts'
import { CtdbtsError } from '../../lib/errors.ts'
import type { KnownAddress, MapEntry, MissingFact, NodeFacts } from '../../lib/snapshot/snapshot.ts'
import type { CtdbClient } from '../client.ts'
import { ClosedError } from '../client-errors.ts'
import { decode, type ValueOf } from '../wire/codec.ts'
import { CONTROL_FLAG, type Control, controls } from '../wire/controls.ts'
import { restBytes } from '../wire/primitives.ts'
import { type publicIp, publicIps } from '../wire/structs.ts'
import { interfaceStateOf } from './ip.ts'

/** How many addresses a node is asked about at the same time. */
const ADDRESSES_AT_ONCE = 100

/** A connection through which a node can be asked. */
export interface Way {
  readonly client: CtdbClient
  /** It leads to this very node's daemon: when it ends, only this node cannot be asked any more. */
  readonly own: boolean
}

export interface NodeFactsOptions {
  /** Time limit for each answer; that of the client unless given. */
  readonly timeoutMs?: number | undefined
  /**
   * What the node said before. The interfaces that an address may be on are asked again only where the node hosts it (of a light look: where
   * it came or went), or knows it only now: else they change with the daemon only, which has then to start anew.
   */
  readonly before?: NodeFacts | undefined
  /** Only what changes by itself is asked; the rest is what it was before. */
  readonly isLight?: boolean | undefined
}

/** The addresses that a node knows, unread: thousands take their time, each time anew. */
const getUnreadIps: Control<void, Uint8Array> = { ...controls.getPublicIps, reply: restBytes }

/** What a light look takes from before: only an administrator changes it, or (`available`) it follows from what is asked. */
type Lasting = 'tunables' | 'capabilities' | 'available' | 'nodesFile' | 'clusterLock'

export const ownerOf = (pnn: number): number | null => (pnn === UNKNOWN_PNN ? null : pnn)
export const mapEntryOf = ({ pnn, address, flags }: ClusterNode): MapEntry => ({ pnn, address: address.address, flags })

/**
 * All that a node's daemon tells of itself. What it does not answer is noted as missing.
 * @throws ClosedError when a connection that is not the node's own ends.
 */
export async function collectNodeFacts(way: Way, pnn: Pnn, options: NodeFactsOptions = {}): Promise<NodeFacts> {
  const { client } = way
  const { timeoutMs, before, isLight } = options
  const missing: MissingFact[] = []
  const ask = async <R>(fact: string, control: Control<void, R>, flags = 0): Promise<R | undefined> => {
    try {
      return await client.control(control, { to: pnn, flags, ...(timeoutMs && { timeoutMs }) })
    } catch (error) {
      missing.push({ fact, ...reasonOf(error, way) })
      return undefined
    }
  }
  /** As `ask`, but what lasts is not asked again by a light look. */
  const askOnce = async <F extends Lasting, R>(
    fact: F,
    control: Control<void, R>,
    of: (answer: R) => NodeFacts[F],
    flags = 0,
  ) => {
    const known = isLight ? before?.[fact] : undefined
    if (known !== undefined) return known
    const answer = await ask(fact, control, flags)
    return answer === undefined ? undefined : of(answer)
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
  // When the connection ends, the others say so first.
  times.catch(() => {})
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
    askOnce('tunables', controls.getAllTunables, (values) => values as Record<string, number>),
    askOnce('capabilities', controls.getCapabilities, ({ leader, lmaster }) => ({ leader, lmaster })),
    ask('known', getUnreadIps),
    askOnce(
      'available',
      controls.getPublicIps,
      (list) => list.map(({ address }) => address.address),
      CONTROL_FLAG.ONLY_AVAILABLE,
    ),
    ask('interfaces', controls.getIfaces),
    ask('banSeconds', controls.getBanState),
    askOnce('nodesFile', controls.getNodesFile, (entries) => entries.map(mapEntryOf)),
    askOnce('clusterLock', controls.getReclockFile, (lock) => lock),
  ])
  // Nothing that another daemon said holds for a new one.
  const started = (await times)?.daemonStart
  if (before?.times && started !== undefined && started !== before.times.daemonStart) {
    return await collectNodeFacts(way, pnn, { timeoutMs })
  }
  const known = ips && (await knownOf(way, pnn, ips, missing, options))
  return {
    pnn,
    runState,
    nodeMap: nodeMap?.map(mapEntryOf),
    vnnMap,
    recoveryMode,
    times: await times,
    tunables,
    capabilities,
    known,
    available,
    interfaces: interfaces?.map(interfaceStateOf),
    banSeconds: ban?.timeSeconds,
    nodesFile,
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

/** The replies from which lists were made whose addresses all have their interfaces. */
const replyOf = new WeakMap<readonly KnownAddress[], Uint8Array>()

/** The addresses that a node knows. Mostly nothing has changed since a second ago: to a light look the same reply is the same list. */
async function knownOf(
  way: Way,
  pnn: Pnn,
  reply: Uint8Array,
  missing: MissingFact[],
  options: NodeFactsOptions,
): Promise<readonly KnownAddress[]> {
  const before = options.isLight ? options.before?.known : undefined
  const replyBefore = before && replyOf.get(before)
  if (replyBefore && Buffer.compare(reply, replyBefore) === 0) return before
  const known = await collectAddresses(way, pnn, decode(publicIps, reply), missing, options)
  if (known.every(({ interfaces }) => interfaces !== undefined)) replyOf.set(known, new Uint8Array(reply))
  return known
}

/** Adds the interfaces to each address that a node knows. */
async function collectAddresses(
  way: Way,
  pnn: Pnn,
  ips: readonly ValueOf<typeof publicIp>[],
  missing: MissingFact[],
  { timeoutMs, before, isLight }: NodeFactsOptions,
): Promise<KnownAddress[]> {
  const knownBefore = new Map(before?.known?.map((entry) => [entry.address, entry]))
  /** Whether what was known of an address before still holds, now that it is of this owner. */
  const isStill = ({ interfaces, owner: ownerBefore }: KnownAddress, owner: Pnn): boolean =>
    interfaces !== undefined &&
    (owner === ownerBefore || (owner !== pnn && ownerBefore !== pnn)) &&
    (isLight === true || owner !== pnn)
  const known: KnownAddress[] = []
  let failed = false
  const one = async ({ address, pnn: owner }: ValueOf<typeof publicIp>): Promise<KnownAddress> => {
    const plain = { address: address.address, owner: ownerOf(owner) }
    if (failed) return plain
    const earlier = knownBefore.get(address.address)
    if (earlier && isStill(earlier, owner)) return earlier.owner === plain.owner ? earlier : { ...earlier, ...plain }
    try {
      const { interfaces, activeIndex } = await way.client.control(controls.getPublicIpInfo, {
        to: pnn,
        data: address,
        ...(timeoutMs && { timeoutMs }),
      })
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
