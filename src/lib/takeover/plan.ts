import { addressKey, publicSocketAddress } from '../address/socket-address.ts'
import { allocate } from '../allocation/allocate.ts'
import { ALGORITHMS, type Algorithm, type AllocationInput, type AllocationStep } from '../allocation/input.ts'
import { hasFlag, isActive, isReachable, NODE_FLAG, type Pnn } from '../cluster/node.ts'
import { factsOf, type Snapshot } from '../snapshot/snapshot.ts'
import { whyNot } from './can-host.ts'
import { isComingUp, ordersFor } from './controls.ts'
import { reasonFor } from './reason.ts'

/** What happens to an address. */
export type Change = 'kept' | 'moved' | 'assigned' | 'released' | 'unhosted'

export interface AddressPlan {
  readonly address: string
  /** Who owns it now, by its own word; null for nobody. */
  readonly from: Pnn | null
  readonly to: Pnn | null
  readonly change: Change
  /** Why, in one sentence. */
  readonly reason: string
  /** Each node that knows it but could not host it, and why. */
  readonly cannot: readonly { readonly pnn: Pnn; readonly why: string }[]
  /** The steps of the algorithm that concern it. */
  readonly steps: readonly AllocationStep[]
}

/** A control that the leader will send. A release of what a node does not hold only tells it the new owner. */
export interface PlannedControl {
  readonly control: 'RELEASE_IP' | 'TAKEOVER_IP'
  readonly to: Pnn
  readonly address: string
  /** The node that shall own it; null for none. */
  readonly owner: Pnn | null
  /** Nothing happens on the node but that it notes the owner. */
  readonly redundant: boolean
}

export interface Plan {
  readonly leader: Pnn | null
  readonly algorithm: Algorithm
  readonly noIpTakeover: boolean
  readonly noIpFailback: boolean
  readonly forceRebalance: readonly Pnn[]
  /** What makes the run fail before anything moves; nothing, when it can go through. */
  readonly failures: readonly string[]
  /** In the order of `ip`. */
  readonly addresses: readonly AddressPlan[]
  /** In the order in which the leader sends them: all releases first, each time the highest address first. */
  readonly controls: readonly PlannedControl[]
  /** How many addresses each node that is not deleted owns. */
  readonly counts: readonly { readonly pnn: Pnn; readonly before: number; readonly after: number }[]
  /** What was assumed, and what cannot be known from outside. */
  readonly notes: readonly string[]
}

export interface PlanOptions {
  /** Nodes that the leader has been told to let receive addresses (REBALANCE_NODE). Its list cannot be asked for. */
  readonly forceRebalance?: readonly Pnn[]
  /** The cluster as it would be; as it is unless given. */
  readonly imagined?: Snapshot
  /** What the imagined cluster rests on. */
  readonly assumptions?: readonly string[]
}

/** What a takeover run would do, step by step as the leader goes about it. Nothing is asked or changed. */
export function planTakeover(now: Snapshot, { forceRebalance = [], imagined = now, assumptions = [] }: PlanOptions = {}): Plan {
  const settings = settingsOf(imagined)
  const input = { ...allocationInput(imagined, settings), forceRebalance }
  const steps = new Map<string, AllocationStep[]>()
  const failures = failuresOf(imagined)
  const allocation = allocate(input, (step) => {
    steps.set(step.address, [...(steps.get(step.address) ?? []), step])
  })
  const owners = claimsOf(now)
  const holders = claimsOf(imagined)
  const addresses = allocation.map(([address, owner]): AddressPlan => {
    const from = owners.get(address) ?? null
    const to = owner === -1 ? null : owner
    const own = steps.get(address) ?? []
    const cannot = obstacles(imagined, address)
    const reason = reasonFor({ address, from, to, steps: own, imagined, settings, forceRebalance })
    return { address, from, to, change: changeOf(from, to), reason, cannot, steps: own }
  })
  return {
    leader: imagined.leader.pnn,
    algorithm: settings.algorithm,
    noIpTakeover: settings.noIpTakeover,
    noIpFailback: settings.noIpFailback,
    forceRebalance,
    failures,
    addresses: addresses.toSorted((a, b) => (keyOf(a.address) < keyOf(b.address) ? -1 : 1)),
    controls: isComingUp(input) ? [] : controlsOf(imagined, addresses, holders),
    counts: countsOf(imagined, addresses),
    notes: [...assumptions, ...notesOf(settings)],
  }
}

const keyOf = (address: string): string => addressKey(publicSocketAddress(address))

/** What the leader's tunables say. */
export interface Settings {
  readonly algorithm: Algorithm
  readonly noIpTakeover: boolean
  readonly noIpFailback: boolean
  /** Nobody said: CTDB's defaults were taken. */
  readonly isDefault: boolean
}

function settingsOf(snapshot: Snapshot): Settings {
  const tunables = snapshot.leader.pnn === null ? undefined : factsOf(snapshot, snapshot.leader.pnn)?.tunables
  return {
    algorithm: ALGORITHMS[tunables?.IPAllocAlgorithm ?? 2] ?? 'lcp2',
    noIpTakeover: (tunables?.NoIPTakeover ?? 0) !== 0,
    noIpFailback: (tunables?.NoIPFailback ?? 0) !== 0,
    isDefault: tunables === undefined,
  }
}

/** The nodes as the leader sees them. */
const leadersMap = (snapshot: Snapshot): Snapshot['nodeMap'] =>
  (snapshot.leader.pnn === null ? undefined : factsOf(snapshot, snapshot.leader.pnn)?.nodeMap) ?? snapshot.nodeMap

/** Known addresses are asked of every connected node, available ones of every active node that knows any. */
function allocationInput(snapshot: Snapshot, { algorithm, noIpTakeover, noIpFailback }: Settings): AllocationInput {
  const nodes = leadersMap(snapshot)
  const facts = nodes.map((node) => (isReachable(node) ? factsOf(snapshot, node.pnn) : undefined))
  return {
    algorithm,
    noIpTakeover,
    noIpFailback,
    forceRebalance: [],
    nodes: nodes.length,
    known: facts.map((each) => (each?.known ?? []).map(({ address, owner }) => [address, owner ?? -1] as const)),
    available: nodes.map((node, index) => (isActive(node) ? (facts[index]?.available ?? []) : [])),
  }
}

/** A node that does not answer makes the leader give up, and earns banning credits. */
function failuresOf(snapshot: Snapshot): string[] {
  const silent = leadersMap(snapshot)
    .filter(isReachable)
    .flatMap((node) => {
      const facts = factsOf(snapshot, node.pnn)
      if (!facts?.known) return [`node ${node.pnn} does not say which addresses it knows`]
      if (isActive(node) && facts.known.length > 0 && !facts.available)
        return [`node ${node.pnn} does not say what it could host`]
      return []
    })
  const leaderless = snapshot.leader.pnn === null ? ['no leader is known: nobody would carry out a run'] : []
  return [...leaderless, ...silent]
}

/** Who owns each address, by his own word; the last by PNN of those who say so. */
export function claimsOf(snapshot: Snapshot): Map<string, Pnn> {
  const claims = snapshot.nodes.flatMap(({ pnn, known }) =>
    (known ?? []).filter(({ owner }) => owner === pnn).map(({ address }) => [address, pnn] as const),
  )
  return new Map(claims)
}

function changeOf(from: Pnn | null, to: Pnn | null): Change {
  if (from === to) return from === null ? 'unhosted' : 'kept'
  if (from === null) return 'assigned'
  return to === null ? 'released' : 'moved'
}

function obstacles(snapshot: Snapshot, address: string): AddressPlan['cannot'] {
  return snapshot.nodeMap
    .filter((node) => !hasFlag(node, NODE_FLAG.DELETED))
    .flatMap(({ pnn }) => {
      const why = whyNot(snapshot, pnn, address)
      return why === undefined ? [] : [{ pnn, why }]
    })
}

function controlsOf(snapshot: Snapshot, addresses: readonly AddressPlan[], holders: ReadonlyMap<string, Pnn>): PlannedControl[] {
  const owners = new Map(
    leadersMap(snapshot)
      .filter(isReachable)
      .map(({ pnn }) => [pnn, new Map(factsOf(snapshot, pnn)?.known?.map(({ address, owner }) => [address, owner]))]),
  )
  const { releases, takeovers } = ordersFor(
    addresses.map(({ address, to }) => ({ address, owner: to })),
    [...owners].map(([pnn, known]) => ({ pnn, known: new Set(known.keys()) })),
  )
  return [
    ...releases.map((order): PlannedControl => {
      const redundant = owners.get(order.to)?.get(order.address) !== order.to
      return { control: 'RELEASE_IP', ...order, redundant }
    }),
    ...takeovers.map((order): PlannedControl => {
      return { control: 'TAKEOVER_IP', ...order, redundant: holders.get(order.address) === order.to }
    }),
  ]
}

function countsOf(snapshot: Snapshot, addresses: readonly AddressPlan[]): Plan['counts'] {
  const count = (side: 'from' | 'to', pnn: Pnn) => addresses.filter((plan) => plan[side] === pnn).length
  return snapshot.nodes.map(({ pnn }) => ({ pnn, before: count('from', pnn), after: count('to', pnn) }))
}

function notesOf(settings: Settings): string[] {
  return [
    ...(settings.isDefault ? ["the leader's tunables are not known; CTDB's defaults were taken"] : []),
    ...(settings.algorithm === 'deterministic'
      ? ['a home_nodes file (4.20 on) on the leader cannot be seen from here, and is not considered']
      : []),
  ]
}
