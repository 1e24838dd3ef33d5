import type { Era } from '../../lib/cluster/era.ts'
import type { ClusterNode, Pnn } from '../../lib/cluster/node.ts'
import { clusterNodes } from '../../lib/cluster/nodes-list.ts'
import type { TunableValues } from '../../lib/cluster/tunables.ts'
import { messageText } from '../../lib/log/messages.ts'
import { SimDaemon } from '../daemon/daemon.ts'
import { type EventRecord, EventScripts, type ScriptBehaviour } from '../daemon/event-scripts.ts'
import type { Log } from '../daemon/log.ts'
import { type DatabaseFiles, type DatabaseUse, type NodeDisk, newDisk } from '../databases/node-disk.ts'
import type { LogEntry } from '../log/entry.ts'
import type { Clock } from '../process/clock.ts'
import { Program } from '../process/program.ts'
import type { ClusterLock } from '../recovery/leadership.ts'
import { RecoveryDaemon } from '../recovery/recovery-daemon.ts'
import type { RecoveryWatcher } from '../recovery/takeover-runs.ts'
import type { LockStorage, SeenLock } from './cluster-lock.ts'
import type { Host } from './host.ts'
import type { SimNetwork } from './network.ts'
import { NodeClock } from './node-clock.ts'
import type { Random } from './random.ts'

/** What the nodes of a world share. */
export interface NodeSurroundings {
  readonly clock: Clock
  readonly network: SimNetwork
  readonly random: Random
  readonly era: Era
  readonly locks: LockStorage
  readonly databaseUse: DatabaseUse
  readonly leaderTimeoutMs: number
  readonly partiallyOnline: boolean
  readonly tunables: TunableValues
  /** Shortest and longest time of an ordinary script, in milliseconds. */
  readonly scriptMs: readonly [number, number]
  readonly watcher: RecoveryWatcher
  write(entry: LogEntry): void
  daemonStarted(node: SimNode, daemon: SimDaemon): void
  daemonEnded(node: SimNode): void
}

/** The paths of a node's files in its daemon's log and answers. */
export const NODES_FILE = '/etc/ctdb/nodes'
export const PUBLIC_ADDRESSES_FILE = '/etc/ctdb/public_addresses'

/** The version of CTDB in each era. */
const VERSIONS: { readonly [E in Era]: string } = { 2017: '4.6.3', now: '4.17.12' }

/** The current texts of a node's files. */
export interface NodeFiles {
  nodes: string
  publicAddresses: string
}

/** The programs of a running node, which are killed together. */
interface Running {
  readonly daemon: SimDaemon
  readonly programs: { readonly daemon: Program; readonly recovery: Program; readonly events: Program }
  recovery: RecoveryDaemon | undefined
}

/** A node: its operating system, its files and, while it runs CTDB, its daemons. */
export class SimNode {
  readonly pnn: Pnn
  readonly host: Host
  /** May be edited. */
  readonly files: NodeFiles
  readonly scripts: ScriptBehaviour
  /** The clock of the machine. */
  readonly clock: NodeClock
  /** Whether the machine has power. */
  powered = true
  /** What outlives its daemon. */
  readonly disk: NodeDisk
  private readonly surroundings: NodeSurroundings
  private readonly lock: ClusterLock
  private running: Running | undefined

  constructor(pnn: Pnn, host: Host, files: NodeFiles, surroundings: NodeSurroundings, databaseFiles?: DatabaseFiles) {
    this.pnn = pnn
    this.host = host
    this.files = files
    this.surroundings = surroundings
    this.disk = newDisk(surroundings.databaseUse, databaseFiles)
    this.clock = new NodeClock(surroundings.clock)
    this.lock = surroundings.locks.lockOf(pnn)
    const { random, scriptMs } = surroundings
    this.scripts = { delayMs: () => random.between(...scriptMs), failing: new Set(), slowMs: new Map(), laterMs: new Map() }
  }

  /** Undefined while no daemon runs. */
  get daemon(): SimDaemon | undefined {
    return this.running?.daemon
  }

  get recovery(): RecoveryDaemon | undefined {
    return this.running?.recovery
  }

  /** Whether its daemon runs and does not hang. */
  get answers(): boolean {
    return this.running?.programs.daemon.runs ?? false
  }

  /** As `ctdb version` prints it. */
  get version(): string {
    return VERSIONS[this.surroundings.era]
  }

  /** What its machine finds at the path of the cluster lock. */
  get seenLock(): SeenLock {
    return this.surroundings.locks.seenBy(this.pnn)
  }

  /** The text of its ctdb.conf. */
  get config(): string {
    const { era } = this.surroundings
    // 4.16 renamed this setting.
    return `[cluster]\n\t${era === 'now' ? 'cluster' : 'recovery'} lock = ${this.lock.path}\n`
  }

  /** The text of its ctdb.tunables. */
  get tunables(): string {
    const { tunables } = this.surroundings
    return Object.entries(tunables)
      .map(([name, value]) => `${name}=${value}\n`)
      .join('')
  }

  /** The last run of each event; undefined while no daemon runs. */
  get eventRuns(): ReadonlyMap<string, EventRecord> | undefined {
    return this.daemon?.options.scripts.lastRuns
  }

  readonly log: Log = (source, name, ...values) => {
    const { era, clock, write } = this.surroundings
    const words = messageText(name, era, values)
    if (words) write({ atMs: clock.nowMs, pnn: this.pnn, source, ...words })
  }

  /** Starts ctdbd, unless it runs already. */
  start(): void {
    if (this.running || !this.powered) return
    const nodes = this.readNodes()
    if (!nodes) return
    const { surroundings, pnn, host, log, clock } = this
    const { network, era, partiallyOnline, tunables } = surroundings
    const program = () =>
      new Program(clock, (error) => {
        throw error
      })
    const programs = { daemon: program(), recovery: program(), events: program() }
    const daemon = new SimDaemon({
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
      disk: this.disk,
      lockPath: this.lock.path,
      partiallyOnline,
      tunables,
      startRecoveryDaemon: () => this.startRecoveryDaemon(),
      ended: () => this.end({ silently: false }),
    })
    this.running = { daemon, programs, recovery: undefined }
    // In this order, because a daemon with a broken file ends at once.
    surroundings.daemonStarted(this, daemon)
    daemon.start()
  }

  /** Kills ctdbd (SIGKILL). Its addresses stay in the kernel. */
  kill(): void {
    if (this.running?.recovery) this.log('recoverd', 'parentDied')
    this.end({ silently: false })
  }

  /** Cuts the power. The other nodes do not learn about it. */
  powerOff(): void {
    this.powered = false
    this.end({ silently: true })
  }

  /** Stops daemon and recovery daemon (SIGSTOP). Running scripts continue. */
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
    const { running, surroundings, lock } = this
    if (!running) return
    const { leaderTimeoutMs, random, watcher, network } = surroundings
    // The daemon connects to the others only now: a recovery before the run state FIRST_RECOVERY would not count as the first one.
    network.attach(this.pnn, running.programs.daemon, running.daemon)
    running.recovery = new RecoveryDaemon({
      daemon: running.daemon,
      program: running.programs.recovery,
      lock,
      leaderTimeoutMs,
      // 0 and 1 have a special meaning.
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
