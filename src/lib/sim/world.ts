import type { Pnn } from '../cluster/node.ts'
import type { TunableValues } from '../cluster/tunables.ts'
import type { Era, LogEntry } from '../log/entry.ts'
import type { Daemon } from '../node/daemon.ts'
import { VirtualClock } from '../process/clock.ts'
import type { Program } from '../process/program.ts'
import { begin } from '../process/wait.ts'
import type { ClusterLock } from '../recovery/leadership.ts'
import type { RecoveryWatcher } from '../recovery/recovery-daemon.ts'
import type { Host } from './host.ts'
import type { Layout } from './layout.ts'
import { SimNetwork } from './network.ts'
import { Random } from './random.ts'
import { type NodeFiles, SimNode } from './sim-node.ts'

export interface WorldOptions {
  readonly layout: Layout
  /** The nodes' systems, by PNN. */
  readonly hosts: readonly Host[]
  readonly era: Era
  /** From which all that is left to chance follows. */
  readonly seed: number
  /** Milliseconds since 1970. */
  readonly startMs: number
  /** Tunables that differ from CTDB's defaults, on all nodes. */
  readonly tunables?: TunableValues
  /** Setting CTDB_PARTIALLY_ONLINE_INTERFACES. */
  readonly partiallyOnline?: boolean
  /** Setting `leader timeout`; CTDB's default is 5 s. */
  readonly leaderTimeoutMs?: number
  /** What a packet takes from node to node. */
  readonly delayMs?: number
  /** Shortest and longest time of an ordinary script, in milliseconds. */
  readonly scriptMs?: readonly [number, number]
  /** The nodes' files, by PNN; those of the layout, in memory, unless given. */
  readonly files?: readonly NodeFiles[]
  readonly log?: (entry: LogEntry) => void
  readonly watcher?: Partial<WorldWatcher>
}

/** What happens in a world, for those who serve it to others, or watch over it. */
interface WorldWatcher extends RecoveryWatcher {
  daemonStarted(pnn: Pnn, daemon: Daemon): void
  daemonEnded(pnn: Pnn): void
}

/**
 * A whole cluster: nodes with their systems, the network between them, the lock they lead by, and a clock of its own. Everything that happens
 * follows from the seed and from what is done to it.
 */
export class World {
  readonly clock: VirtualClock
  readonly era: Era
  readonly nodes: readonly SimNode[]
  readonly network: SimNetwork
  /** Where a cable is in, by PNN and interface. */
  private readonly links: readonly Map<string, boolean>[]
  private readonly write: (entry: LogEntry) => void

  constructor(options: WorldOptions) {
    const { layout, hosts, era, seed, startMs, tunables = {}, partiallyOnline = false, watcher = {} } = options
    const random = new Random(seed)
    this.era = era
    this.clock = new VirtualClock(startMs)
    this.network = new SimNetwork(this.clock, random, hosts.length, options.delayMs ?? 1)
    this.write = options.log ?? (() => {})
    this.links = layout.hosts.map(({ interfaces }) => new Map(interfaces.map(({ name }) => [name, true])))
    const surroundings = {
      clock: this.clock,
      network: this.network,
      random,
      era,
      lock: new SharedLock(),
      leaderTimeoutMs: options.leaderTimeoutMs ?? 5_000,
      partiallyOnline,
      tunables,
      scriptMs: options.scriptMs ?? [15, 60],
      watcher: {
        runStarted: (pnn: Pnn) => watcher.runStarted?.(pnn),
        runEnded: (pnn: Pnn, ok: boolean) => watcher.runEnded?.(pnn, ok),
        answered: (...values: Parameters<RecoveryWatcher['answered']>) => watcher.answered?.(...values),
      },
      write: this.write,
      daemonStarted: (node: SimNode, daemon: Daemon) => watcher.daemonStarted?.(node.pnn, daemon),
      daemonEnded: (node: SimNode) => watcher.daemonEnded?.(node.pnn),
    } as const
    this.nodes = hosts.map((host, pnn) => {
      const inMemory = { nodes: layout.nodes, publicAddresses: layout.hosts[pnn]?.publicAddresses ?? '' }
      return new SimNode(pnn, host, options.files?.[pnn] ?? inMemory, surroundings)
    })
  }

  /** Starts CTDB on all nodes. */
  start(): void {
    for (const node of this.nodes) node.start()
  }

  /** Who leads, in the eyes of himself. */
  get leader(): Pnn | undefined {
    return this.nodes.find(({ answers, recovery }) => answers && recovery?.leadership.isOurs)?.pnn
  }

  /** Whether every node that has power runs without flags, and every address has the owner that all believe in. */
  get isHealthy(): boolean {
    const running = this.nodes.filter(({ powered }) => powered)
    const isUp = running.every(
      ({ daemon, answers }) => answers && daemon?.runState === 'RUNNING' && daemon.ownFlags === 0 && daemon.recoveryMode === 0,
    )
    if (this.leader === undefined || !isUp) return false
    if (running.some(({ daemon }) => daemon?.publicIps.isBusy)) return false
    const known = this.nodes.map(
      ({ daemon }) => new Map(daemon?.publicIps.known().map(({ pnn, address }) => [address.address, pnn])),
    )
    return known.every((owners) => [...owners].every(([address, owner]) => known[owner]?.get(address) === owner))
  }

  /** Lets time pass until the cluster is healthy, at most so long. Returns whether it is. */
  settle(limitMs: number): boolean {
    const endMs = this.clock.nowMs + limitMs
    while (!this.isHealthy && this.clock.nowMs < endMs) this.clock.advanceBy(500)
    return this.isHealthy
  }

  interfacesOf(pnn: Pnn): readonly string[] {
    return this.links[pnn] ? [...this.links[pnn].keys()] : []
  }

  /** Plugs a cable in, or pulls it. */
  setLink(pnn: Pnn, name: string, up: boolean): void {
    this.links[pnn]?.set(name, up)
    if (this.nodes[pnn]?.powered) this.setCarrier(pnn, name, up)
  }

  /** Nobody is told: the node falls silent, and what its kernel held is gone. */
  powerOff(pnn: Pnn): void {
    const node = this.nodes[pnn]
    if (!node?.powered) return
    node.powerOff()
    begin(node.host.restartNetwork())
    for (const name of this.interfacesOf(pnn)) this.setCarrier(pnn, name, false)
  }

  powerOn(pnn: Pnn): void {
    const node = this.nodes[pnn]
    if (!node || node.powered) return
    node.powered = true
    for (const [name, up] of this.links[pnn] ?? []) this.setCarrier(pnn, name, up)
    node.start()
  }

  /** Writes into the log what was done from outside. */
  note(pnn: Pnn, text: string): void {
    this.write({ atMs: this.clock.nowMs, pnn, source: 'world', level: 'NOTICE', text })
  }

  private setCarrier(pnn: Pnn, name: string, up: boolean): void {
    const host = this.nodes[pnn]?.host
    if (host) begin(host.setCarrier(name, up))
  }
}

/** The file on the shared storage that all reach, parted or not: its lock goes with the program that has it. */
class SharedLock implements ClusterLock {
  readonly path = '/clusterfs/.ctdb/reclock'
  private holder: Program | undefined

  take(program: Program): boolean {
    if (!this.holder || this.holder.isDead) this.holder = program
    return this.holder === program
  }

  release(program: Program): void {
    if (this.holder === program) this.holder = undefined
  }

  isHeldBy(program: Program): boolean {
    return this.holder === program
  }
}
