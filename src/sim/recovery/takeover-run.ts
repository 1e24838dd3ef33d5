import { publicSocketAddress } from '../../lib/address/socket-address.ts'
import { allocate } from '../../lib/allocation/allocate.ts'
import { ALGORITHMS, type AllocationInput, NO_OWNER } from '../../lib/allocation/input.ts'
import type { Era } from '../../lib/cluster/era.ts'
import type { KnownIp } from '../../lib/cluster/merge-ips.ts'
import { type ClusterNode, isActive, isReachable, type Pnn, UNKNOWN_PNN } from '../../lib/cluster/node.ts'
import type { TunableValues } from '../../lib/cluster/tunables.ts'
import { isComingUp, type OwnerOrder, type OwnerOrders, ordersFor } from '../../lib/takeover/controls.ts'
import { CONTROL_FLAG, type ControlName } from '../../lib/wire/controls.ts'
import { DESTINATION } from '../../lib/wire/destination.ts'
import type { Ask } from '../daemon/ask.ts'
import { ControlFailure } from '../daemon/control-failure.ts'
import type { Log } from '../daemon/log.ts'
import type { Program } from '../process/program.ts'
import { type Process, until } from '../process/wait.ts'

export interface TakeoverRunOptions {
  readonly ask: Ask
  readonly program: Program
  readonly log: Log
  readonly era: Era
  /** Nodes that may receive addresses although they have some already (REBALANCE_NODE). */
  readonly forceRebalance: readonly Pnn[]
}

/** A takeover run that failed. */
export class TakeoverFailure extends Error {
  /** The node with the most failures; undefined when the leader's own daemon failed. */
  readonly culprit: Pnn | undefined

  constructor(culprit: Pnn | undefined) {
    super('the takeover run failed')
    this.culprit = culprit
  }
}

/** The input of the allocation, by PNN. */
interface Gathered {
  readonly nodes: readonly ClusterNode[]
  readonly tunables: TunableValues
  readonly known: ReadonlyMap<Pnn, readonly KnownIp[]>
  readonly available: ReadonlyMap<Pnn, readonly KnownIp[]>
}

/** The time limit for all controls that change something, in multiples of TakeoverTimeout. */
const BUDGET = 3
/** The tunable's default, where the leader has none. */
const TAKEOVER_TIMEOUT_SECONDS = 9

/**
 * A takeover run on the leader: it collects the known and available addresses, computes the owners with the same code as the planner, and
 * sends the controls. All releases are complete before the first takeover, so that no address is on two nodes at once.
 * @throws TakeoverFailure as soon as a step has failed on some node.
 */
export function* runTakeover(options: TakeoverRunOptions): Process<void> {
  const run = new TakeoverRun(options)
  yield* run.carryOut()
}

class TakeoverRun {
  private readonly options: TakeoverRunOptions
  private deadlineMs = 0
  private timeoutMs = TAKEOVER_TIMEOUT_SECONDS * 1000

  constructor(options: TakeoverRunOptions) {
    this.options = options
  }

  *carryOut(): Process<void> {
    const { program, log, era, forceRebalance } = this.options
    const gathered = yield* this.gather()
    this.deadlineMs = program.nowMs + BUDGET * this.timeoutMs
    const connected = gathered.nodes.filter(isReachable).map(({ pnn }) => pnn)
    const input = this.allocationInput(gathered)
    if (isComingUp(input)) {
      log('takeover', 'noHosts')
    } else {
      for (const pnn of forceRebalance) log('takeover', 'rebalancing', pnn)
      const { releases, takeovers } = ordersOf(input, gathered)
      if (era === 'now') yield* this.toAll('startIpReallocate', connected)
      yield* this.carryOutOrders('RELEASE_IP', releases)
      yield* this.carryOutOrders('TAKEOVER_IP', takeovers)
    }
    yield* this.toAll('ipReallocated', connected)
  }

  private *gather(): Process<Gathered> {
    const { ask } = this.options
    const own = function* <N extends 'getAllTunables' | 'getNodeMap'>(name: N, limitMs: number) {
      try {
        return yield* ask(DESTINATION.CURRENT_NODE, name, undefined, limitMs)
      } catch (error) {
        throw failureOf(error, undefined)
      }
    }
    const tunables = yield* own('getAllTunables', this.timeoutMs)
    this.timeoutMs = (tunables.TakeoverTimeout ?? TAKEOVER_TIMEOUT_SECONDS) * 1000
    const nodes = yield* own('getNodeMap', this.timeoutMs)
    const known = yield* this.addressesOf(nodes.filter(isReachable))
    const hosts = nodes.filter((node) => isActive(node) && (known.get(node.pnn)?.length ?? 0) > 0)
    const available = yield* this.addressesOf(hosts, CONTROL_FLAG.ONLY_AVAILABLE)
    return { nodes, tunables, known, available }
  }

  private *addressesOf(nodes: readonly ClusterNode[], flags = 0): Process<Map<Pnn, readonly KnownIp[]>> {
    const lists = yield* this.together(
      nodes.map(({ pnn }) => ({ pnn, process: this.options.ask(pnn, 'getPublicIps', undefined, this.timeoutMs, flags) })),
      (pnn, status) => this.options.log('takeover', 'controlFailed', 'GET_PUBLIC_IPS', pnn, status),
    )
    return new Map(nodes.map(({ pnn }, index) => [pnn, lists[index] ?? []]))
  }

  private allocationInput({ nodes, tunables, known, available }: Gathered): AllocationInput {
    return {
      algorithm: ALGORITHMS[tunables.IPAllocAlgorithm ?? 2] ?? 'lcp2',
      nodes: nodes.length,
      noIpTakeover: (tunables.NoIPTakeover ?? 0) !== 0,
      noIpFailback: (tunables.NoIPFailback ?? 0) !== 0,
      forceRebalance: this.options.forceRebalance,
      known: nodes.map(({ pnn }) => (known.get(pnn) ?? []).map((ip) => [ip.address.address, ownerOrNone(ip.pnn)] as const)),
      available: nodes.map(({ pnn }) => textsOf(available.get(pnn))),
    }
  }

  /** Sends all controls at once, and returns when every node has answered. */
  private *carryOutOrders(name: 'RELEASE_IP' | 'TAKEOVER_IP', orders: readonly OwnerOrder[]): Process<void> {
    const { log } = this.options
    const addressOf = new Map<Process<void>, string>()
    const asked = orders.map(({ to, address, owner }) => {
      const process = this.order(name, to, { pnn: owner ?? UNKNOWN_PNN, address: publicSocketAddress(address) })
      addressOf.set(process, address)
      return { pnn: to, process }
    })
    yield* this.together(asked, (pnn, status, process) =>
      log('takeover', 'ipControlFailed', name, addressOf.get(process) ?? '', pnn, status),
    )
  }

  /** 2017's leader used separate controls for IPv4. */
  private order(name: 'RELEASE_IP' | 'TAKEOVER_IP', to: Pnn, request: KnownIp): Process<void> {
    const old = this.options.era === '2017' && request.address.family === 'ipv4'
    const control: ControlName = name === 'RELEASE_IP' ? (old ? 'releaseIpv4' : 'releaseIp') : old ? 'takeoverIpv4' : 'takeoverIp'
    return this.options.ask(to, control, request, this.leftMs())
  }

  private *toAll(name: 'startIpReallocate' | 'ipReallocated', nodes: readonly Pnn[]): Process<void> {
    const control = name === 'ipReallocated' ? 'IPREALLOCATED' : 'START_IPREALLOCATE'
    yield* this.together(
      nodes.map((pnn) => ({ pnn, process: this.options.ask(pnn, name, undefined, this.leftMs()) })),
      (pnn, status) => this.options.log('takeover', 'controlFailed', control, pnn, status),
    )
  }

  private leftMs(): number {
    return Math.max(0, this.deadlineMs - this.options.program.nowMs)
  }

  /** Waits for all. @throws TakeoverFailure with the node that failed most often; of several, the lowest PNN. */
  private *together<T>(
    asked: readonly { readonly pnn: Pnn; readonly process: Process<T> }[],
    complain: (pnn: Pnn, status: number, process: Process<T>) => void,
  ): Process<T[]> {
    const outcomes = yield* until(this.options.program.all(asked.map(({ process }) => process)))
    const failures = new Map<Pnn, number>()
    const values: T[] = []
    outcomes.forEach((outcome, index) => {
      const { pnn, process } = asked[index] as (typeof asked)[number]
      if (outcome.ok) {
        values.push(outcome.value)
        return
      }
      complain(pnn, statusOf(outcome.error), process)
      failures.set(pnn, (failures.get(pnn) ?? 0) + 1)
    })
    const [worst] = [...failures].sort(([a, times], [b, others]) => others - times || a - b)
    if (worst) throw new TakeoverFailure(worst[0])
    return values
  }
}

const textsOf = (list: readonly KnownIp[] = []): string[] => list.map(({ address }) => address.address)

const ordersOf = (input: AllocationInput, { known }: Gathered): OwnerOrders =>
  ordersFor(
    allocate(input).map(([address, owner]) => ({ address, owner: owner === NO_OWNER ? null : owner })),
    [...known].map(([pnn, list]) => ({ pnn, known: new Set(textsOf(list)) })),
  )

const ownerOrNone = (pnn: Pnn): number => (pnn === UNKNOWN_PNN ? NO_OWNER : pnn)

function statusOf(error: unknown): number {
  if (error instanceof ControlFailure) return error.status
  throw error
}

function failureOf(error: unknown, culprit: Pnn | undefined): unknown {
  return error instanceof ControlFailure ? new TakeoverFailure(culprit) : error
}
