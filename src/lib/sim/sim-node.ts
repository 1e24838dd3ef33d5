import { clusterNodes } from '../cluster/address-files.ts'
import type { ClusterNode, Pnn } from '../cluster/node.ts'
import type { TunableValues } from '../cluster/tunables.ts'
import type { Era, LogEntry } from '../log/entry.ts'
import { wordsOf } from '../log/lines.ts'
import { Daemon } from '../node/daemon.ts'
import { type EventRecord, EventScripts, type ScriptBehaviour } from '../node/event-scripts.ts'
import type { Log } from '../node/log.ts'
import type { Clock } from '../process/clock.ts'
import { Program } from '../process/program.ts'
import type { ClusterLock } from '../recovery/leadership.ts'
import { RecoveryDaemon, type RecoveryWatcher } from '../recovery/recovery-daemon.ts'
import type { Host } from './host.ts'
import type { SimNetwork } from './network.ts'
import type { Random } from './random.ts'

/** What the nodes of a world share. */
export interface NodeSurroundings {
  readonly clock: Clock
  readonly network: SimNetwork
  readonly random: Random
  readonly era: Era
  readonly lock: ClusterLock
  readonly leaderTimeoutMs: number
  readonly partiallyOnline: boolean
  readonly tunables: TunableValues
  /** Shortest and longest time of an ordinary script, in milliseconds. */
  readonly scriptMs: readonly [number, number]
  readonly watcher: RecoveryWatcher
  write(entry: LogEntry): void
  daemonStarted(node: SimNode, daemon: Daemon): void
  daemonEnded(node: SimNode): void
}

/** Where a node has its files, as its daemon calls them. */
export const NODES_FILE = '/etc/ctdb/nodes'
export const PUBLIC_ADDRESSES_FILE = '/etc/ctdb/public_addresses'

/** What the tools of each era say that they are. */
const VERSIONS: { readonly [E in Era]: string } = { 2017: '4.6.3', now: '4.17.12' }

/** The texts of a node's files, as they are at the moment. */
export interface NodeFiles {
  nodes: string
  publicAddresses: string
}

/** The programs of a node that runs: killed together. */
interface Running {
  readonly daemon: Daemon
  readonly programs: { readonly daemon: Program; readonly recovery: Program; readonly events: Program }
  recovery: RecoveryDaemon | undefined
}

/** One node: its system, its files, and, while it runs CTDB, its daemons. */
export class SimNode {
  readonly pnn: Pnn
  readonly host: Host
  /** Which may be edited. */
  readonly files: NodeFiles
  readonly scripts: ScriptBehaviour
  /** The machine has power. */
  powered = true
  private readonly surroundings: NodeSurroundings
  private running: Running | undefined

  constructor(pnn: Pnn, host: Host, files: NodeFiles, surroundings: NodeSurroundings) {
    this.pnn = pnn
    this.host = host
    this.files = files
    this.surroundings = surroundings
    const { random, scriptMs } = surroundings
    this.scripts = { delayMs: () => random.between(...scriptMs), failing: new Set(), slowMs: new Map() }
  }

  /** Undefined while no daemon runs. */
  get daemon(): Daemon | undefined {
    return this.running?.daemon
  }

  get recovery(): RecoveryDaemon | undefined {
    return this.running?.recovery
  }

  /** Whether its daemon runs and answers. */
  get answers(): boolean {
    return this.running?.programs.daemon.runs ?? false
  }

  /** As `ctdb version` prints it. */
  get version(): string {
    return VERSIONS[this.surroundings.era]
  }

  /** The text of its ctdb.conf. */
  get config(): string {
    const { era, lock } = this.surroundings
    // 4.16 has renamed it.
    return `[cluster]\n\t${era === 'now' ? 'cluster' : 'recovery'} lock = ${lock.path}\n`
  }

  /** How the event scripts fared when each event was last run; none while no daemon runs. */
  get eventRuns(): ReadonlyMap<string, EventRecord> | undefined {
    return this.daemon?.options.scripts.lastRuns
  }

  readonly log: Log = (source, name, ...values) => {
    const { era, clock, write } = this.surroundings
    const words = wordsOf(name, era, values)
    if (words) write({ atMs: clock.nowMs, pnn: this.pnn, source, ...words })
  }

  /** Starts ctdbd, unless it runs already. */
  start(): void {
    if (this.running || !this.powered) return
    const nodes = this.readNodes()
    if (!nodes) return
    const { surroundings, pnn, host, log } = this
    const { clock, network, era, lock, partiallyOnline, tunables } = surroundings
    const program = () =>
      new Program(clock, (error) => {
        throw error
      })
    const programs = { daemon: program(), recovery: program(), events: program() }
    const daemon = new Daemon({
      pnn,
      era,
      log,
      nodes,
      program: programs.daemon,
      kernel: host,
      scripts: new EventScripts(programs.events, log, this.scripts, era === 'now'),
      network: network.port(pnn),
      nodesFile: { path: NODES_FILE, read: () => this.files.nodes },
      publicAddressesFile: { path: PUBLIC_ADDRESSES_FILE, read: () => this.files.publicAddresses },
      lockPath: lock.path,
      partiallyOnline,
      tunables,
      startRecoveryDaemon: () => this.startRecoveryDaemon(),
      ended: () => this.end({ silently: false }),
    })
    this.running = { daemon, programs, recovery: undefined }
    // In this order: one with a broken file ends at once.
    surroundings.daemonStarted(this, daemon)
    daemon.start()
  }

  /** SIGKILL: what it held stays in the kernel. */
  kill(): void {
    if (this.running?.recovery) this.log('recoverd', 'parentDied')
    this.end({ silently: false })
  }

  /** The machine loses its power; nobody is told. */
  powerOff(): void {
    this.powered = false
    this.end({ silently: true })
  }

  /** SIGSTOP for daemon and recovery daemon. Scripts that run go on. */
  hang(): void {
    this.running?.programs.daemon.stop()
    this.running?.programs.recovery.stop()
  }

  resume(): void {
    this.running?.programs.daemon.continue()
    this.running?.programs.recovery.continue()
  }

  /** Undefined when the nodes file is broken: then no daemon starts. */
  private readNodes(): ClusterNode[] | undefined {
    try {
      return clusterNodes(this.files.nodes, NODES_FILE)
    } catch (error) {
      this.log('ctdbd', 'nodesFailed', error instanceof Error ? error.message : String(error))
      return undefined
    }
  }

  private startRecoveryDaemon(): void {
    const { running, surroundings } = this
    if (!running) return
    const { lock, leaderTimeoutMs, random, watcher, network } = surroundings
    // Others are not met before: a recovery that came too early would not count as the first.
    network.attach(this.pnn, running.programs.daemon, running.daemon)
    running.recovery = new RecoveryDaemon({
      daemon: running.daemon,
      program: running.programs.recovery,
      lock,
      leaderTimeoutMs,
      // 0 and 1 mean something else.
      drawGeneration: () => random.between(2, 0x7fff_ffff),
      watcher,
    })
    running.recovery.start()
  }

  private end({ silently }: { silently: boolean }): void {
    if (!this.running) return
    const { daemon, recovery, events } = this.running.programs
    for (const program of [daemon, recovery, events]) program.kill()
    this.running = undefined
    this.surroundings.network.detach(this.pnn, { silently })
    this.surroundings.daemonEnded(this)
  }
}
