import { type Duplex, duplexPair } from 'node:stream'
import { setImmediate, setTimeout as sleep } from 'node:timers/promises'
import type { Era } from '../../lib/cluster/era.ts'
import type { Pnn } from '../../lib/cluster/node.ts'
import { CtdbtsError } from '../../lib/errors.ts'
import type { SimDaemon } from '../daemon/daemon.ts'
import type { DatabaseFiles } from '../databases/node-disk.ts'
import type { LogEntry } from '../log/entry.ts'
import { carryOutLine } from '../world/commands.ts'
import type { Host } from '../world/host.ts'
import type { Layout } from '../world/layout.ts'
import { memoryHosts } from '../world/memory-host.ts'
import { QUICK_LEADER_TIMEOUT_MS, QUICK_TUNABLES } from '../world/quick-tunables.ts'
import type { NodeFiles } from '../world/sim-node.ts'
import { World } from '../world/world.ts'
import { ClockDriver } from './clock-driver.ts'
import { enteringHost } from './entering-host.ts'
import { NodeLogs } from './node-logs.ts'
import { serveClient } from './serve-client.ts'
import { serveDatabase } from './serve-database.ts'
import { serveEventClient } from './serve-events.ts'

export interface SimClusterOptions {
  readonly layout: Layout
  readonly era: Era
  readonly seed: number
  /** Simulated seconds per real second. */
  readonly speed: number
  /** How long the cluster has been up when clients come, in simulated ms; 3 minutes by default. A shorter time is simulated faster. */
  readonly upForMs?: number
  /** The nodes' operating systems; in memory unless given. */
  readonly hosts?: readonly Host[]
  readonly files?: readonly NodeFiles[]
  /** Where the nodes' databases are; hidden unless given. */
  readonly databaseFiles?: readonly DatabaseFiles[]
  readonly log?: ((entry: LogEntry) => void) | undefined
  /** Called with a bug in the simulation. Without it, the bug is an uncaught exception. */
  readonly onBug?: (error: unknown) => void
  readonly daemonStarted?: (pnn: Pnn) => void
  readonly daemonEnded?: (pnn: Pnn) => void
}

/** The time limit for a cluster to become healthy: in simulated time, or with real kernels in real time. */
const COME_UP_MS = 180_000

/** The simulated time that passes between two turns of the event loop. */
const SLICE_MS = 500

/** An embedded cluster whose clock follows the real time, and that clients can connect to. */
export class SimCluster {
  readonly world: World
  readonly driver: ClockDriver
  readonly logs: NodeLogs
  private readonly daemons = new Map<Pnn, SimDaemon>()
  /** Both ends of the in-memory connections to each daemon. */
  private readonly pairs = new Map<Pnn, Set<Duplex>>()
  private readonly hasRealKernels: boolean

  constructor(options: SimClusterOptions) {
    const { layout, era, seed, log, files } = options
    this.hasRealKernels = options.hosts !== undefined
    this.logs = new NodeLogs(era)
    const enter = (action: () => void) => this.driver.enter(action)
    const hosts = options.hosts?.map((host) => enteringHost(host, enter)) ?? memoryHosts(layout)
    this.world = new World({
      layout,
      hosts,
      era,
      seed,
      startMs: Date.now() - (this.hasRealKernels ? 0 : (options.upForMs ?? COME_UP_MS)),
      tunables: QUICK_TUNABLES,
      leaderTimeoutMs: QUICK_LEADER_TIMEOUT_MS,
      ...(files && { files }),
      ...(options.databaseFiles && { databaseFiles: options.databaseFiles }),
      log: (entry) => {
        this.logs.write(entry)
        log?.(entry)
      },
      watcher: {
        daemonStarted: (pnn, daemon) => {
          this.daemons.set(pnn, daemon)
          options.daemonStarted?.(pnn)
        },
        daemonEnded: (pnn) => {
          this.daemons.delete(pnn)
          this.cutPairs(pnn)
          options.daemonEnded?.(pnn)
        },
      },
    })
    this.driver = new ClockDriver(this.world.clock, options.speed, options.onBug ?? rethrow)
  }

  /**
   * Starts all nodes, and waits until the cluster is healthy. With kernels in memory that is simulated without waiting.
   * @throws CtdbtsError SIM_NOT_HEALTHY when it does not become so.
   */
  async comeUp(): Promise<void> {
    this.world.start()
    if (this.hasRealKernels) await this.comeUpInRealTime()
    else await this.advance(this.world.clock.nowMs + COME_UP_MS, () => this.world.isHealthy)
    if (!this.world.isHealthy) {
      throw new CtdbtsError('SIM_NOT_HEALTHY', 'the simulated cluster does not become healthy', {
        hint: 'this is a bug, or a size that this machine cannot do: please report it',
      })
    }
    // The cluster looks as if it had been up for a while.
    await this.advance(Date.now())
  }

  /** Advances the clock as fast as possible until a time, or until `isEnough`. Signals and sockets are served in the meantime. */
  async advance(untilMs: number, isEnough: () => boolean = () => false): Promise<void> {
    const { clock } = this.world
    while (clock.nowMs < untilMs && !isEnough()) {
      clock.advanceTo(Math.min(untilMs, clock.nowMs + SLICE_MS))
      await setImmediate()
    }
  }

  /** A connection to a node's daemon, as through its socket. */
  connect(pnn: Pnn): Duplex {
    const [ours, theirs] = duplexPair()
    this.serve(pnn, theirs)
    const pairs = this.pairs.get(pnn) ?? new Set()
    this.pairs.set(pnn, pairs)
    for (const stream of [ours, theirs]) pairs.add(stream.once('close', () => pairs.delete(stream)))
    return ours
  }

  /** Serves a client of a node's daemon. */
  serve(pnn: Pnn, stream: Duplex): void {
    const daemon = this.daemons.get(pnn)
    if (daemon) serveClient(stream, daemon, (action) => this.driver.enter(action))
    else stream.destroy()
  }

  /** Serves a client of the files of a node's databases. */
  serveDatabase(pnn: Pnn, stream: Duplex): void {
    const daemon = this.daemons.get(pnn)
    if (daemon) serveDatabase(stream, daemon, (action) => this.driver.enter(action))
    else stream.destroy()
  }

  /** A connection to a node's event daemon, as through its socket. */
  connectEvents(pnn: Pnn): Duplex {
    const [ours, theirs] = duplexPair()
    this.serveEvents(pnn, theirs)
    return ours
  }

  /** Serves a client of a node's event daemon, which runs as long as the node's daemon. */
  serveEvents(pnn: Pnn, stream: Duplex): void {
    serveEventClient(stream, (answer) => this.driver.enter(() => answer(this.world.nodes[pnn]?.eventRuns)))
  }

  /** Carries out a command, such as `link 0 bond0 down`. @throws CtdbtsError BAD_COMMAND. */
  carryOut(line: string): void {
    this.driver.enter(() => carryOutLine(this.world, line))
  }

  /** Stops the cluster for good. */
  close(): void {
    this.driver.close()
  }

  /** Ends the connections of a daemon that has ended, as a kernel would. */
  private cutPairs(pnn: Pnn): void {
    for (const stream of this.pairs.get(pnn) ?? []) stream.destroy()
  }

  private async comeUpInRealTime(): Promise<void> {
    this.driver.start(1)
    const endMs = Date.now() + COME_UP_MS
    while (!this.world.isHealthy && Date.now() < endMs) await sleep(100)
    this.driver.stop()
  }
}

function rethrow(error: unknown): never {
  throw error
}
