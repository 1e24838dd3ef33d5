import { type Duplex, duplexPair } from 'node:stream'
import { setImmediate, setTimeout as sleep } from 'node:timers/promises'
import type { Pnn } from '../../lib/cluster/node.ts'
import { CtdbtsError } from '../../lib/errors.ts'
import type { Era, LogEntry } from '../../lib/log/entry.ts'
import type { Daemon } from '../../lib/node/daemon.ts'
import { carryOutLine } from '../../lib/sim/commands.ts'
import type { Host } from '../../lib/sim/host.ts'
import type { Layout } from '../../lib/sim/layout.ts'
import { MemoryHost } from '../../lib/sim/memory-host.ts'
import { QUICK_TUNABLES } from '../../lib/sim/quick-tunables.ts'
import type { NodeFiles } from '../../lib/sim/sim-node.ts'
import { World } from '../../lib/sim/world.ts'
import { ClockDriver } from './clock-driver.ts'
import { enteringHost } from './entering-host.ts'
import { serveClient } from './serve-client.ts'
import { serveEventClient } from './serve-events.ts'

export interface SimClusterOptions {
  readonly layout: Layout
  readonly era: Era
  readonly seed: number
  /** Simulated seconds in a real one. */
  readonly speed: number
  /** Real kernels; in memory unless given. */
  readonly hosts?: readonly Host[]
  readonly files?: readonly NodeFiles[]
  readonly log?: (entry: LogEntry) => void
  /** Told of a bug in the simulation; it is thrown, from nobody's call, unless given. */
  readonly onBug?: (error: unknown) => void
  readonly daemonStarted?: (pnn: Pnn) => void
  readonly daemonEnded?: (pnn: Pnn) => void
}

const LEADER_TIMEOUT_MS = 2_000
/** How long it may take until a cluster is up: in simulated time, which costs next to nothing, or (real kernels) in real time. */
const COME_UP_MS = 180_000

/** So much simulated time passes at a stretch. */
const SLICE_MS = 500

/** An embedded cluster that goes along with the real time, and that clients can be connected to. */
export class SimCluster {
  readonly world: World
  readonly driver: ClockDriver
  private readonly daemons = new Map<Pnn, Daemon>()
  /** Both ends of what leads to a daemon in memory. */
  private readonly pairs = new Map<Pnn, Set<Duplex>>()
  private readonly hasRealKernels: boolean

  constructor(options: SimClusterOptions) {
    const { layout, era, seed, log, files } = options
    this.hasRealKernels = options.hosts !== undefined
    const enter = (action: () => void) => this.driver.enter(action)
    const hosts =
      options.hosts?.map((host) => enteringHost(host, enter)) ??
      layout.hosts.map(({ interfaces }) => new MemoryHost({ interfaces, promoteSecondaries: false }))
    this.world = new World({
      layout,
      hosts,
      era,
      seed,
      startMs: Date.now() - (this.hasRealKernels ? 0 : COME_UP_MS),
      tunables: QUICK_TUNABLES,
      leaderTimeoutMs: LEADER_TIMEOUT_MS,
      ...(files && { files }),
      ...(log && { log }),
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
   * Starts all nodes, and waits until the cluster is healthy. With kernels in memory no real time passes.
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
    // As if it had been up for a while, until now.
    await this.advance(Date.now())
  }

  /** Lets simulated time pass as fast as it goes, until a moment, or until it is enough. Signals are heard meanwhile. */
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

  /** Serves a client that has come to a node. */
  serve(pnn: Pnn, stream: Duplex): void {
    const daemon = this.daemons.get(pnn)
    if (daemon) serveClient(stream, daemon, (action) => this.driver.enter(action))
    else stream.destroy()
  }

  /** A connection to a node's event daemon, as through its socket. */
  connectEvents(pnn: Pnn): Duplex {
    const [ours, theirs] = duplexPair()
    this.serveEvents(pnn, theirs)
    return ours
  }

  /** Serves a client that has come to a node's event daemon, which goes with the node's daemon. */
  serveEvents(pnn: Pnn, stream: Duplex): void {
    serveEventClient(stream, (answer) => this.driver.enter(() => answer(this.world.nodes[pnn]?.eventRuns)))
  }

  /** Does something to the cluster. @throws CtdbtsError BAD_COMMAND. */
  carryOut(line: string): void {
    this.driver.enter(() => carryOutLine(this.world, line))
  }

  /** Ends it: nothing happens in it any more. */
  close(): void {
    this.driver.close()
  }

  /** As a kernel ends the connections of a process that is gone. */
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
