import { allocate } from '../allocation/allocate.ts'
import { type Algorithm, type AllocationInput, type AllocationStep, NO_OWNER } from '../allocation/input.ts'
import { whyNotOwn } from '../audit/configuration.ts'
import { isDisabledInFile } from '../audit/failover.ts'
import { compareAddresses } from '../audit/normal.ts'
import { hasFlag, isActive, isReachable, NODE_FLAG, type Pnn } from '../cluster/node.ts'
import { nodesText } from '../cluster/node-text.ts'
import { oneOr } from '../plural.ts'
import { seenByCluster, viewsIn } from '../snapshot/cluster-view.ts'
import { factsOf, type Snapshot } from '../snapshot/snapshot.ts'
import { flagsOf, whyNot } from './can-host.ts'
import { isComingUp, ordersFor } from './controls.ts'
import { leadersHomes } from './homes.ts'
import { reasonFor } from './reason.ts'
import { type Settings, settingsOf } from './settings.ts'

/** What a takeover run does with a public address. */
export interface AddressPlan {
  readonly address: string
  /** The current owner, by its own claim; null for none. */
  readonly from: Pnn | null
  /** The next owner; null for none. */
  readonly to: Pnn | null
  /** What happens to it. `unhosted`: it has no owner, and gets none. */
  readonly change: 'kept' | 'moved' | 'assigned' | 'released' | 'unhosted'
  /** Why, in one sentence. */
  readonly reason: string
  /** Each node that could not host it, and why. */
  readonly cannot: readonly { readonly pnn: Pnn; readonly why: string }[]
  /** The steps of the algorithm that concern it. */
  readonly steps: readonly AllocationStep[]
}

/** A control that the leader will send. If a node does not hold the address, a release only tells it the new owner. */
export interface PlannedControl {
  readonly control: 'RELEASE_IP' | 'TAKEOVER_IP'
  readonly to: Pnn
  readonly address: string
  /** The new owner; null for none. */
  readonly owner: Pnn | null
  /** The node only notes the owner. */
  readonly redundant: boolean
}

/** What a takeover run will do. */
export interface Plan {
  readonly leader: Pnn | null
  readonly algorithm: Algorithm
  readonly noIpTakeover: boolean
  readonly noIpFailback: boolean
  readonly forceRebalance: readonly Pnn[]
  /** Why the run will fail before anything moves; empty if it will not. */
  readonly failures: readonly string[]
  /** In the order of `ip`. */
  readonly addresses: readonly AddressPlan[]
  /** In the order in which the leader sends them: all releases, then all takeovers, each from the highest address to the lowest. */
  readonly controls: readonly PlannedControl[]
  /** How many addresses each node that is not deleted owns. */
  readonly counts: readonly { readonly pnn: Pnn; readonly before: number; readonly after: number }[]
  /** What is assumed, and what cannot be seen from outside. */
  readonly notes: readonly string[]
}

/** What a plan is made for, besides the snapshot. */
export interface PlanOptions {
  /** Nodes named to the leader to receive addresses (REBALANCE_NODE). The leader's own list cannot be queried. */
  readonly forceRebalance?: readonly Pnn[]
  /** The cluster with what-if edits; default: as it is. */
  readonly imagined?: Snapshot
  /** What the what-if edits assume. */
  readonly assumptions?: readonly string[]
}

/**
 * Predicts a takeover run, step by step as the leader does it. Sends nothing and changes nothing.
 * @throws CtdbtsError BAD_ADDRESS for a snapshot with a text that is not an address.
 *
 * @example
 * ```ts
 * import { readFile } from 'node:fs/promises'
 * import { parseSnapshot, planTakeover } from 'ctdbts'
 *
 * const plan = planTakeover(parseSnapshot(await readFile('cluster.json', 'utf8'), 'cluster.json'))
 * for (const { address, from, to, reason } of plan.addresses) console.log(address, from, to, reason)
 * ```
 */
export function planTakeover(snapshot: Snapshot, options: PlanOptions = {}): Plan {
  const now = seenByCluster(snapshot)
  const { forceRebalance = [], imagined = now, assumptions = [] } = options
  const plan = planRun(now, imagined, forceRebalance)
  return { ...plan, notes: [...splitNotes(now), ...assumptions, ...plan.notes] }
}

/**
 * Whether a takeover run would leave every address where it is. For many addresses this is found several times as quickly as the whole plan.
 * @throws CtdbtsError BAD_ADDRESS as {@link planTakeover}.
 */
export function movesNothing(snapshot: Snapshot): boolean {
  const now = seenByCluster(snapshot)
  const owners = claimsOf(now)
  return allocate(allocationInput(now, settingsOf(now))).every(([address, owner]) => (owners.get(address) ?? NO_OWNER) === owner)
}

/**
 * Predicts one takeover run. Its notes are those about its settings.
 * @param now the snapshot whose owners count as the former ones.
 * @param imagined what the leader finds: the same cluster, with its node map and leader already chosen by `seenByCluster`.
 * @throws CtdbtsError BAD_ADDRESS as {@link planTakeover}.
 */
export function planRun(now: Snapshot, imagined: Snapshot, forceRebalance: readonly Pnn[] = []): Plan {
  const settings = settingsOf(imagined)
  const input = { ...allocationInput(imagined, settings), forceRebalance }
  const steps = new Map<string, AllocationStep[]>()
  const failures = failuresOf(imagined)
  const allocation = allocate(input, (step) => {
    steps.set(step.address, [...(steps.get(step.address) ?? []), step])
  })
  const owners = claimsOf(now)
  const holders = claimsOf(imagined)
  const allocated = allocation.map(([address, owner]): AddressPlan => {
    const from = owners.get(address) ?? null
    const to = owner === NO_OWNER ? null : owner
    const own = steps.get(address) ?? []
    const cannot = obstacles(imagined, address)
    const reason = reasonFor({ address, from, to, steps: own, imagined, settings, forceRebalance })
    return { address, from, to, change: changeOf(from, to), reason, cannot, steps: own }
  })
  const addresses = [...allocated, ...forgotten(now, imagined, allocated)]
  return {
    leader: imagined.leader.pnn,
    algorithm: settings.algorithm,
    noIpTakeover: settings.noIpTakeover,
    noIpFailback: settings.noIpFailback,
    forceRebalance,
    failures,
    addresses: addresses.toSorted((a, b) => compareAddresses(a.address, b.address)),
    controls: isComingUp(input) ? [] : controlsOf(imagined, addresses, holders),
    counts: countsOf(imagined, addresses),
    notes: notesOf(imagined, settings),
  }
}

/**
 * Addresses that a run does not consider any more, because a what-if disconnects the only nodes that know them. (What a node has that is cut off
 * already stays there: no run reaches it.)
 */
function forgotten(now: Snapshot, imagined: Snapshot, allocated: readonly AddressPlan[]): AddressPlan[] {
  const considered = new Set(allocated.map(({ address }) => address))
  const isConnected = (snapshot: Snapshot, pnn: Pnn) => isReachable({ flags: flagsOf(snapshot, pnn) })
  return [...claimsOf(now)].flatMap(([address, from]) => {
    if (considered.has(address) || !isConnected(now, from) || isConnected(imagined, from)) return []
    return [{ address, from, to: null, change: 'released', reason: 'no connected node knows it', cannot: [], steps: [] }]
  })
}

/** The nodes as the leader sees them. */
export const leadersMap = (snapshot: Snapshot): Snapshot['nodeMap'] =>
  (snapshot.leader.pnn === null ? undefined : factsOf(snapshot, snapshot.leader.pnn)?.nodeMap) ?? snapshot.nodeMap

/** The leader asks every connected node for its known addresses, and every active node that knows any for its available ones. */
function allocationInput(snapshot: Snapshot, { algorithm, noIpTakeover, noIpFailback }: Settings): AllocationInput {
  const nodes = leadersMap(snapshot)
  const facts = nodes.map((node) => (isReachable(node) ? factsOf(snapshot, node.pnn) : undefined))
  const { homes: homeNodes = [] } = leadersHomes(snapshot)
  return {
    algorithm,
    homeNodes,
    noIpTakeover,
    noIpFailback,
    forceRebalance: [],
    nodes: nodes.length,
    known: facts.map((each) => (each?.known ?? []).map(({ address, owner }) => [address, owner ?? NO_OWNER] as const)),
    available: nodes.map((node, index) => (isActive(node) ? (facts[index]?.available ?? []) : [])),
  }
}

/** If a node does not answer, the leader gives up, and the node gets banning credits. */
function failuresOf(snapshot: Snapshot): string[] {
  const silent = leadersMap(snapshot)
    .filter(isReachable)
    .flatMap((node) => {
      const facts = factsOf(snapshot, node.pnn)
      if (!facts?.known) return [`node ${node.pnn} does not report which addresses it knows`]
      if (isActive(node) && facts.known.length > 0 && !facts.available)
        return [`node ${node.pnn} does not report which addresses it could host`]
      return []
    })
  const leaderless = snapshot.leader.pnn === null ? ['no leader is known, and only a leader makes a takeover run'] : []
  return [...leaderless, ...turnedOff(snapshot), ...silent]
}

/** A leader that has failover turned off answers the request for a run, and makes none (4.17). */
function turnedOff(snapshot: Snapshot): string[] {
  const { pnn } = snapshot.leader
  const facts = pnn === null ? undefined : factsOf(snapshot, pnn)
  if (whyNotOwn(facts, 'host.configFile') !== undefined || !isDisabledInFile(facts?.host?.configFile)) return []
  return [`the leader, node ${pnn}, makes none, as its ctdb.conf turns failover off`]
}

/** The owner of each address, by its own claim; of several, the one with the highest PNN. */
export function claimsOf(snapshot: Snapshot): Map<string, Pnn> {
  const claims = snapshot.nodes.flatMap(({ pnn, known }) =>
    (known ?? []).filter(({ owner }) => owner === pnn).map(({ address }) => [address, pnn] as const),
  )
  return new Map(claims)
}

/** What happens to an address, from its former owner and the next one. */
export function changeOf(from: Pnn | null, to: Pnn | null): AddressPlan['change'] {
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
    [...owners].map(([pnn, known]) => ({ pnn, known })),
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

/** How many addresses each node owns before and after. */
export function countsOf(snapshot: Snapshot, addresses: readonly AddressPlan[]): Plan['counts'] {
  const count = (side: 'from' | 'to', pnn: Pnn) => addresses.filter((plan) => plan[side] === pnn).length
  return snapshot.nodes.map(({ pnn }) => ({ pnn, before: count('from', pnn), after: count('to', pnn) }))
}

/** What a split cluster means for a plan: a takeover run reaches only the nodes that the leader sees. */
export function splitNotes(snapshot: Snapshot): string[] {
  const { groups, cutOff } = viewsIn(snapshot)
  const [main] = groups
  if (!main || cutOff.length === 0) return []
  const isAre = oneOr(cutOff.length, 'is', 'are')
  return [
    `the cluster is split: ${nodesText(cutOff)} ${isAre} cut off, so no run reaches ${oneOr(cutOff.length, 'it', 'them')}; the plan is that of ${nodesText(main.members)}`,
  ]
}

function notesOf(snapshot: Snapshot, settings: Settings): string[] {
  const homes = leadersHomes(snapshot)
  return [
    ...(settings.isDefault ? ["the leader's tunables are not known; the plan uses CTDB's defaults"] : []),
    ...(homes.homes === undefined ? [`home nodes of the leader are not considered: ${homes.why}`] : []),
  ]
}
