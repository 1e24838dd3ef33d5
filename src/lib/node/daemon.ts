import { type ClusterNode, INACTIVE_FLAGS, NODE_FLAG, type Pnn } from '../cluster/node.ts'
import { INVALID_GENERATION, type VnnMap } from '../cluster/report.ts'
import { RUN_STATES, type RunState } from '../cluster/run-state.ts'
import { DESTINATION, SRVID } from '../cluster/srvid.ts'
import { timevalOf } from '../cluster/timeval.ts'
import { TUNABLES, type TunableName, type TunableValues } from '../cluster/tunables.ts'
import type { Era } from '../log/entry.ts'
import type { Program } from '../process/program.ts'
import { type Process, until, type Wait } from '../process/wait.ts'
import { ControlFailure, type ControlName, type ReplyOf, type RequestOf } from './control-types.ts'
import { Counters } from './counters.ts'
import type { ControlOutcome, DaemonNetwork, DaemonPacket, NetworkUser } from './daemon-network.ts'
import type { EventScripts } from './event-scripts.ts'
import { controlHandlers, type Handlers } from './handlers.ts'
import type { Kernel } from './kernel.ts'
import type { Log } from './log.ts'
import { type FlagChange, INTERNAL_SRVID, type RunRequest } from './message-types.ts'
import { startMonitoring } from './monitor.ts'
import { Peers } from './peers.ts'
import { PublicIps } from './public-ips.ts'

/** Seconds that pass after a recovery, on top of RerecoveryTimeout, before the event `startup`. */
const STARTUP_MARGIN = 3
const STARTUP_RETRY_MS = 5_000

/** A configuration file of a node, as it is at the moment. */
export interface NodeFile {
  readonly path: string
  read(): string
}

/** All that a daemon is given. */
export interface DaemonOptions {
  readonly pnn: Pnn
  /** As in the nodes file. */
  readonly nodes: readonly ClusterNode[]
  readonly era: Era
  readonly program: Program
  readonly kernel: Kernel
  readonly scripts: EventScripts
  readonly network: DaemonNetwork
  readonly log: Log
  readonly nodesFile: NodeFile
  readonly publicAddressesFile: NodeFile
  /** Where the cluster lock is said to be. */
  readonly lockPath: string
  readonly partiallyOnline: boolean
  /** Tunables that differ from their defaults. */
  readonly tunables: TunableValues
  /** The daemon is as far as the recovery daemon is wanted. */
  startRecoveryDaemon(): void
  /** The daemon ends by its own decision. */
  ended(): void
}

/** A message that arrived for a srvid. */
export type Listener = (data: unknown, from: Pnn) => void

/** A node's main daemon: it holds the state, answers controls, passes messages on and runs the event scripts. It decides nothing for others. */
export class Daemon implements NetworkUser {
  readonly pnn: Pnn
  readonly options: DaemonOptions
  readonly peers: Peers
  readonly publicIps: PublicIps
  readonly tunables = new Map<string, number>()
  readonly program: Program
  runState: RunState = 'UNKNOWN'
  recoveryMode = 1
  vnnMap: VnnMap = { generation: INVALID_GENERATION, map: [] }
  leader: Pnn | undefined
  /** Milliseconds since 1970; 0 for never. */
  readonly times: { readonly startedMs: number; recoveryStartedMs: number; recoveryFinishedMs: number }
  banSeconds = 0
  /** What the node may become; both at first. */
  readonly roles = { leader: true, lmaster: true }
  readonly counters: Counters
  private readonly network: DaemonNetwork
  private endBan: (() => void) | undefined
  private endDropAll: (() => void) | undefined
  private readonly listeners = new Map<bigint, Set<Listener>>()
  private readonly handlers: Handlers

  constructor(options: DaemonOptions) {
    const { pnn, program, kernel, scripts, log } = options
    this.options = options
    this.pnn = pnn
    this.program = program
    this.times = { startedMs: program.nowMs, recoveryStartedMs: 0, recoveryFinishedMs: 0 }
    this.counters = new Counters(timevalOf(program.nowMs))
    this.network = this.counters.counting(options.network)
    for (const { name, defaultValue } of TUNABLES) this.tunables.set(name, options.tunables[name] ?? defaultValue)
    const tunable = (name: TunableName) => this.tunable(name)
    this.peers = new Peers({ pnn, program, network: this.network, log, tunable }, options.nodes)
    this.publicIps = new PublicIps({
      pnn,
      kernel,
      scripts,
      log,
      scriptLimitMs: () => this.scriptLimitMs(),
      mayHost: () => this.runState === 'RUNNING' && (this.ownFlags & CANNOT_HOST) === 0,
      banSelf: () => this.banSelf(),
      askForAddresses: () => this.pass(DESTINATION.CONNECTED_NODES, SRVID.rebalanceNode, pnn),
      announce: (srvid, address) => this.pass(DESTINATION.CURRENT_NODE, srvid, address),
    })
    this.handlers = controlHandlers(this)
  }

  get ownFlags(): number {
    return this.peers.flagsOf(this.pnn)
  }

  set ownFlags(flags: number) {
    this.peers.setFlags(this.pnn, flags)
  }

  tunable(name: TunableName): number {
    return this.tunables.get(name) ?? 0
  }

  scriptLimitMs(): number {
    return this.tunable('EventScriptTimeout') * 1000
  }

  /** Comes up, as far as it can by itself: the rest waits for the first recovery. */
  start(): void {
    this.program.start(this.comeUp(), (outcome) => {
      // Its system does not do what it has to: as with a real ctdbd, that is the end.
      if (!outcome.ok && outcome.error instanceof ControlFailure) this.options.ended()
      else if (!outcome.ok) throw outcome.error
    })
  }

  /** Whether it knows what to do for a control. */
  understands(name: string): name is ControlName {
    return Object.hasOwn(this.handlers, name)
  }

  /**
   * Asks a node (a PNN, or DESTINATION.CURRENT_NODE), as a client of this daemon does. There is no time limit: a node that hangs never
   * answers. Fails with a ControlFailure.
   */
  control<N extends ControlName>(to: number, name: N, request: RequestOf<N>): Wait<ReplyOf<N>> {
    return (done, failed) => {
      this.program.do(() => {
        this.counters.add('clientPacketsReceived')
        this.counters.add('clientReqControl')
        const answered = (outcome: ControlOutcome) => {
          this.counters.add('clientPacketsSent')
          settling(done, failed)(outcome)
        }
        if (to === DESTINATION.CURRENT_NODE || to === this.pnn) this.answer(name, request, answered)
        else this.peers.control(to, name, request, answered)
      })
      return undefined
    }
  }

  /**
   * Sends a message of a client to those who listen for a srvid on a node, on all that are connected, or (the default of clients) on
   * this one.
   */
  send(to: number, srvid: bigint, data: unknown): void {
    this.program.do(() => {
      this.counters.add('clientPacketsReceived')
      this.counters.add('clientReqMessage')
    })
    this.pass(to, srvid, data)
  }

  /** The same for a message of the daemon itself. */
  private pass(to: number, srvid: bigint, data: unknown): void {
    this.program.do(() => {
      for (const pnn of this.destinations(to)) {
        if (pnn === this.pnn) this.deliver(srvid, data, this.pnn)
        else this.network.send(pnn, { kind: 'message', srvid, data })
      }
    })
  }

  /** Receives the messages for a srvid until the function returned is called. */
  listen(srvid: bigint, listener: Listener): () => void {
    const listeners = this.listeners.get(srvid) ?? new Set()
    this.listeners.set(srvid, listeners)
    listeners.add(listener)
    return () => listeners.delete(listener)
  }

  /** Whether anybody receives the messages for a srvid. */
  hasListeners(srvid: bigint): boolean {
    return (this.listeners.get(srvid)?.size ?? 0) > 0
  }

  connected(pnn: Pnn): void {
    this.program.do(() => this.peers.connected(pnn))
  }

  disconnected(pnn: Pnn): void {
    this.program.do(() => this.peers.disconnected(pnn))
  }

  received(from: Pnn, packet: DaemonPacket): void {
    this.program.do(() => {
      this.peers.heardOf(from)
      this.counters.received(packet)
      if (packet.kind === 'message') this.deliver(packet.srvid, packet.data, from)
      if (packet.kind === 'reply') this.peers.replied(packet.id, packet.outcome)
      if (packet.kind === 'control') {
        const { id, name, request } = packet
        this.answer(name, request as never, (outcome) => this.network.send(from, { kind: 'reply', id, outcome }))
      }
    })
  }

  setRecoveryMode(mode: number): void {
    if (mode === this.recoveryMode) return
    this.recoveryMode = mode
    this.options.log('ctdbd', 'recoveryMode', mode === 0 ? 'NORMAL' : 'ACTIVE')
    this.endDropAll?.()
    this.endDropAll = mode === 0 ? undefined : this.program.after(this.tunable('RecoveryDropAllIPs') * 1000, () => this.dropAll())
  }

  /** Sets the times and, at the end of the first recovery, the run state. */
  recoveryStarted(): void {
    this.options.log('ctdbd', 'recoveryStarted')
    this.times.recoveryStartedMs = this.program.nowMs
  }

  *recoveryFinished(): Process<void> {
    this.options.log('ctdbd', 'recoveryFinished')
    yield* until(this.options.scripts.run('recovered', [], this.scriptLimitMs()))
    this.times.recoveryFinishedMs = this.program.nowMs
    this.counters.add('numRecoveries')
    if (this.runState === 'FIRST_RECOVERY') this.setRunState('STARTUP')
  }

  /** SET_BAN_STATE: 0 seconds unbans. @throws ControlFailure for another node's ban. */
  *setBan(pnn: Pnn, seconds: number): Process<void> {
    const { log } = this.options
    if (pnn !== this.pnn) {
      log('ctdbd', 'banIgnored', pnn)
      throw new ControlFailure(-1)
    }
    const already = this.banSeconds > 0
    this.endBan?.()
    this.banSeconds = 0
    if (seconds === 0) {
      log('ctdbd', 'unbanning')
      this.ownFlags &= ~NODE_FLAG.BANNED
      return
    }
    if (this.tunable('EnableBans') === 0) return log('ctdbd', 'bansDisabled', pnn)
    log('ctdbd', 'banning', seconds)
    this.banSeconds = seconds
    this.ownFlags |= NODE_FLAG.BANNED
    this.endBan = this.program.after(seconds * 1000, () => {
      log('ctdbd', 'banTimedOut')
      this.banSeconds = 0
      this.ownFlags &= ~NODE_FLAG.BANNED
    })
    if (!already) yield* this.becomeInactive()
  }

  /** What was stopped or banned takes no part: it goes into recovery mode, and gives up its addresses. */
  *becomeInactive(): Process<void> {
    const { log } = this.options
    log('ctdbd', 'inactive')
    this.setRecoveryMode(1)
    log('ctdbd', 'droppingAll')
    yield* this.publicIps.releaseAll()
  }

  /** MODIFY_FLAGS: what others say of a node. Whether it is connected, and what we are ourselves, we know better. */
  modifyFlags({ pnn, newFlags }: FlagChange): void {
    if (pnn === this.pnn) return
    const before = this.peers.flagsOf(pnn)
    const after = (newFlags & ~NODE_FLAG.DISCONNECTED) | (before & NODE_FLAG.DISCONNECTED)
    if (after === before) return
    this.options.log('ctdbd', 'flagsChanged', pnn, before, after)
    this.peers.setFlags(pnn, after)
  }

  /** Ends in good order: gives up the addresses first. */
  shutDown(): void {
    const { log, ended } = this.options
    log('ctdbd', 'shuttingDown')
    this.setRunState('SHUTDOWN')
    this.program.start(this.publicIps.releaseAll(), () => ended())
  }

  private *comeUp(): Process<void> {
    const { log, publicAddressesFile, startRecoveryDaemon, ended } = this.options
    log('ctdbd', 'starting')
    this.setRunState('INIT')
    try {
      this.publicIps.load(publicAddressesFile.read(), publicAddressesFile.path)
    } catch (error) {
      log('ctdbd', 'loadFailed', error instanceof Error ? error.message : String(error))
      return ended()
    }
    yield* this.removeStale()
    this.setRunState('SETUP')
    yield* until(this.program.sleep(this.options.scripts.behaviour.delayMs()))
    this.peers.startKeepalive()
    this.setRunState('FIRST_RECOVERY')
    startRecoveryDaemon()
    yield* this.waitUntilRecovered()
    log('ctdbd', 'startupEvent')
    while ((yield* until(this.options.scripts.run('startup', [], this.scriptLimitMs()))) !== 'ok') {
      log('ctdbd', 'startupFailed')
      yield* until(this.program.sleep(STARTUP_RETRY_MS))
    }
    log('ctdbd', 'startupOk')
    this.setRunState('RUNNING')
    this.monitor()
  }

  /** Event `init`: what an earlier daemon has left in the kernel goes. */
  private *removeStale(): Process<void> {
    const { kernel, log } = this.options
    const held = yield* until(kernel.addresses())
    const known = new Set(this.publicIps.known().map(({ address }) => address.address))
    for (const { address, maskBits, interfaceName } of held.filter(({ address }) => known.has(address))) {
      log('eventd', 'removingStale', address, maskBits, interfaceName)
      yield* until(kernel.releaseIp(interfaceName, address, maskBits))
    }
  }

  private *waitUntilRecovered(): Process<void> {
    const { log } = this.options
    for (;;) {
      yield* until(this.program.sleep(1000))
      log('ctdbd', 'waitRecovered')
      const { recoveryFinishedMs } = this.times
      const quietMs = (this.tunable('RerecoveryTimeout') + STARTUP_MARGIN) * 1000
      const isQuiet = recoveryFinishedMs > 0 && this.program.nowMs - recoveryFinishedMs > quietMs
      if (this.runState === 'STARTUP' && this.recoveryMode === 0 && isQuiet) return
    }
  }

  private monitor(): void {
    const { scripts, kernel, log, partiallyOnline } = this.options
    startMonitoring({
      program: this.program,
      scripts,
      kernel,
      log,
      partiallyOnline,
      scriptLimitMs: () => this.scriptLimitMs(),
      tunable: (name) => this.tunable(name),
      interfaces: () => this.publicIps.interfaceRecords().map(({ name }) => name),
      setLink: this.program.guard((name, linkUp) => {
        // Since the check began its last address may have gone, and the interface with it.
        if (this.publicIps.interfaceRecords().some((each) => each.name === name)) this.publicIps.setLink(name, linkUp)
      }),
      flags: () => this.ownFlags,
      setFlags: (flags) => {
        const change: FlagChange = { pnn: this.pnn, oldFlags: this.ownFlags, newFlags: flags }
        this.ownFlags = flags
        this.pass(this.pnn, INTERNAL_SRVID.pushFlags, change)
      },
      healthChanged: () => {
        const request: RunRequest = { pnn: this.pnn, replySrvid: 0n }
        this.pass(DESTINATION.CONNECTED_NODES, SRVID.takeoverRun, request)
      },
    })
  }

  private banSelf(): void {
    this.program.start(this.setBan(this.pnn, this.tunable('RecoveryBanPeriod')), unlessRefused)
  }

  private dropAll(): void {
    this.options.log('ctdbd', 'dropAllTimeout')
    this.program.start(this.publicIps.releaseAll(), unlessRefused)
  }

  private setRunState(state: RunState): void {
    this.runState = state
    this.options.log('ctdbd', 'runState', state, RUN_STATES.indexOf(state))
  }

  private answer<N extends ControlName>(name: N, request: RequestOf<N>, settle: (outcome: ControlOutcome) => void): void {
    const run = function* (handlers: Handlers): Process<unknown> {
      return yield* handlers[name](request)
    }
    this.program.start(run(this.handlers), (outcome) => settle(controlOutcome(outcome)))
  }

  private deliver(srvid: bigint, data: unknown, from: Pnn): void {
    for (const listener of [...(this.listeners.get(srvid) ?? [])]) {
      this.counters.add('clientPacketsSent')
      listener(data, from)
    }
  }

  private destinations(to: number): Pnn[] {
    if (to === DESTINATION.CURRENT_NODE) return [this.pnn]
    if (to === DESTINATION.CONNECTED_NODES || to === DESTINATION.ALL_NODES) return [this.pnn, ...this.peers.connectedOthers()]
    return [to]
  }
}

/** What is done for nobody who waits for it may be refused; anything else is a bug. */
function unlessRefused(outcome: { ok: true } | { ok: false; error: unknown }): void {
  if (!outcome.ok && !(outcome.error instanceof ControlFailure)) throw outcome.error
}

const CANNOT_HOST = INACTIVE_FLAGS | NODE_FLAG.DISABLED | NODE_FLAG.UNHEALTHY

function controlOutcome(outcome: { ok: true; value: unknown } | { ok: false; error: unknown }): ControlOutcome {
  if (outcome.ok) return outcome
  const { error } = outcome
  if (error instanceof ControlFailure) return { ok: false, status: error.status, text: error.message }
  throw error
}

const settling =
  <T>(done: (value: T) => void, failed: (error: unknown) => void) =>
  (outcome: ControlOutcome): void =>
    outcome.ok ? done(outcome.value as T) : failed(new ControlFailure(outcome.status, outcome.text))
