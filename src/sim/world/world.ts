import type { Era } from '../../lib/cluster/era.ts'
import type { Pnn } from '../../lib/cluster/node.ts'
import type { TunableValues } from '../../lib/cluster/tunables.ts'
import type { SimDaemon } from '../daemon/daemon.ts'
import type { DatabaseFiles } from '../databases/node-disk.ts'
import type { LogEntry } from '../log/entry.ts'
import { VirtualClock } from '../process/clock.ts'
import { begin } from '../process/wait.ts'
import type { RecoveryWatcher } from '../recovery/takeover-runs.ts'
import { LockStorage } from './cluster-lock.ts'
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
  /** The seed of all random numbers. */
  readonly seed: number
  /** Milliseconds since 1970. */
  readonly startMs: number
  /** Tunables that differ from CTDB's defaults, on all nodes. */
  readonly tunables?: TunableValues
  /** Setting CTDB_PARTIALLY_ONLINE_INTERFACES. */
  readonly partiallyOnline?: boolean
  /** Setting `leader timeout`; CTDB's default is 5 s. */
  readonly leaderTimeoutMs?: number
  /** How long a packet takes from node to node. */
  readonly delayMs?: number
  /** Shortest and longest time of an ordinary script, in milliseconds. */
  readonly scriptMs?: readonly [number, number]
  /** The nodes' files, by PNN; those of the layout, in memory, unless given. */
  readonly files?: readonly NodeFiles[]
  /** Where the nodes' databases are, by PNN; hidden unless given. */
  readonly databaseFiles?: readonly DatabaseFiles[]
  readonly log?: (entry: LogEntry) => void
  readonly watcher?: Partial<WorldWatcher>
}

/** Observes a world, for servers and tests. */
interface WorldWatcher extends RecoveryWatcher {
  daemonStarted(pnn: Pnn, daemon: SimDaemon): void
  daemonEnded(pnn: Pnn): void
}

/**
 * A simulated cluster: nodes with their operating systems, the network between them, the cluster lock, and a clock. Everything that happens
 * in it depends only on the seed and on the commands.
 */
export class World {
  readonly clock: VirtualClock
  readonly era: Era
  readonly nodes: readonly SimNode[]
  readonly network: SimNetwork
  readonly lock: LockStorage
  /** Whether a cable is plugged in, by PNN and interface. */
  private readonly links: readonly Map<string, boolean>[]
  private readonly write: (entry: LogEntry) => void

  constructor(options: WorldOptions) {
    const { layout, hosts, era, seed, startMs, tunables = {}, partiallyOnline = false, watcher = {} } = options
    const random = new Random(seed)
    this.era = era
    this.clock = new VirtualClock(startMs)
    this.network = new SimNetwork(this.clock, random, hosts.length, options.delayMs ?? 1)
    this.lock = new LockStorage(this.clock, random, hosts.length)
    this.write = options.log ?? (() => {})
    this.links = layout.hosts.map(({ interfaces }) => new Map(interfaces.map(({ name }) => [name, true])))
    const surroundings = {
      clock: this.clock,
      network: this.network,
      random,
      era,
      locks: this.lock,
      databaseUse: { hasBegun: false },
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
      daemonStarted: (node: SimNode, daemon: SimDaemon) => watcher.daemonStarted?.(node.pnn, daemon),
      daemonEnded: (node: SimNode) => watcher.daemonEnded?.(node.pnn),
    } as const
    this.nodes = hosts.map((host, pnn) => {
      const inMemory = { nodes: layout.nodes, publicAddresses: layout.hosts[pnn]?.publicAddresses ?? '' }
      return new SimNode(pnn, host, options.files?.[pnn] ?? inMemory, surroundings, options.databaseFiles?.[pnn])
    })
  }

  /** Starts CTDB on all nodes. */
  start(): void {
    for (const node of this.nodes) node.start()
  }

  /** The node that believes it is the leader. */
  get leader(): Pnn | undefined {
    return this.nodes.find(({ answers, recovery }) => answers && recovery?.leadership.isOurs)?.pnn
  }

  /** Whether every powered node runs without flags, and every owner that a node believes in agrees. */
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

  /** Advances the clock until the cluster is healthy, at most by `limitMs`. Returns whether it is. */
  settle(limitMs: number): boolean {
    const endMs = this.clock.nowMs + limitMs
    while (!this.isHealthy && this.clock.nowMs < endMs) this.clock.advanceBy(500)
    return this.isHealthy
  }

  interfacesOf(pnn: Pnn): readonly string[] {
    return this.links[pnn] ? [...this.links[pnn].keys()] : []
  }

  /** Plugs in or pulls a cable. */
  setLink(pnn: Pnn, name: string, up: boolean): void {
    this.links[pnn]?.set(name, up)
    if (this.nodes[pnn]?.powered) this.setCarrier(pnn, name, up)
  }

  /** Cuts the power of a node: it falls silent, and the addresses in its kernel are gone. */
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

  /** Logs a command that was carried out. */
  note(pnn: Pnn, text: string): void {
    this.write({ atMs: this.clock.nowMs, pnn, source: 'world', level: 'NOTICE', text })
  }

  private setCarrier(pnn: Pnn, name: string, up: boolean): void {
    const host = this.nodes[pnn]?.host
    if (host) begin(host.setCarrier(name, up))
  }
}
