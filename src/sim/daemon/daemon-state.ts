import { CANNOT_HOST_FLAGS, INACTIVE_FLAGS, NODE_FLAG, type Pnn } from '../../lib/cluster/node.ts'
import { INVALID_GENERATION, type VnnMap } from '../../lib/cluster/report.ts'
import { RUN_STATES, type RunState } from '../../lib/cluster/run-state.ts'
import { TUNABLES, type TunableName } from '../../lib/cluster/tunables.ts'
import type { RequestOf } from '../../lib/wire/controls.ts'
import { DESTINATION } from '../../lib/wire/destination.ts'
import { messages } from '../../lib/wire/messages.ts'
import type { DatabasesOwner } from '../databases/databases-owner.ts'
import { NodeDatabases } from '../databases/node-databases.ts'
import type { PeerCall, PeerCallName, PeerCalls, RecordPacket } from '../databases/packets.ts'
import type { Program } from '../process/program.ts'
import { type Process, until, type Wait } from '../process/wait.ts'
import { ControlFailure } from './control-failure.ts'
import { controlOutcome } from './control-outcome.ts'
import { Counters } from './counters.ts'
import type { ControlOutcome, DaemonNetwork } from './daemon-network.ts'
import type { DaemonOptions } from './daemon-options.ts'
import { Mailboxes } from './mailboxes.ts'
import { Peers } from './peers.ts'
import { PublicIps } from './public-ips.ts'

/** What a node's daemon knows and how that changes. Controls, start-up and health checks work on it. */
export class DaemonState {
  readonly pnn: Pnn
  readonly options: DaemonOptions
  readonly program: Program
  readonly counters: Counters
  readonly peers: Peers
  readonly mailboxes: Mailboxes
  readonly publicIps: PublicIps
  readonly databases: NodeDatabases
  readonly tunables = new Map<string, number>()
  runState: RunState = 'UNKNOWN'
  recoveryMode = 1
  vnnMap: VnnMap = { generation: INVALID_GENERATION, map: [] }
  leader: Pnn | undefined
  /** Milliseconds since 1970; 0 for never. */
  readonly times: { readonly startedMs: number; recoveryStartedMs: number; recoveryFinishedMs: number }
  /** The length of the current ban; 0 while the node is not banned. */
  banSeconds = 0
  /** The roles that the node may take; both at first. */
  readonly roles = { leader: true, lmaster: true }
  /** The network, with counted packets. */
  protected readonly network: DaemonNetwork
  private endBan: (() => void) | undefined
  private endDropAll: (() => void) | undefined

  constructor(options: DaemonOptions) {
    const { pnn, program, kernel, scripts, log } = options
    this.options = options
    this.pnn = pnn
    this.program = program
    this.times = { startedMs: program.nowMs, recoveryStartedMs: 0, recoveryFinishedMs: 0 }
    this.counters = new Counters({ nowMs: () => program.nowMs, intervalS: () => this.tunable('StatHistoryInterval') })
    const network = this.counters.counting(options.network)
    this.network = network
    for (const { name, defaultValue } of TUNABLES) this.tunables.set(name, options.tunables[name] ?? defaultValue)
    const tunable = (name: TunableName) => this.tunable(name)
    this.peers = new Peers({ pnn, program, network, log, tunable }, options.nodes)
    this.mailboxes = new Mailboxes({ pnn, program, network, peers: this.peers, counters: this.counters })
    this.publicIps = new PublicIps({
      pnn,
      kernel,
      scripts,
      log,
      scriptLimitMs: () => this.scriptLimitMs(),
      mayHost: () => this.runState === 'RUNNING' && (this.ownFlags & CANNOT_HOST_FLAGS) === 0,
      banSelf: () => this.banSelf(),
      askForAddresses: () => this.mailboxes.send(DESTINATION.CONNECTED_NODES, messages.rebalanceNode, pnn),
      announce: (kind, address) => this.mailboxes.send(DESTINATION.CURRENT_NODE, kind, address),
    })
    this.databases = new NodeDatabases(this.databasesOwner())
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

  setRunState(state: RunState): void {
    this.runState = state
    this.options.log('ctdbd', 'runState', state, RUN_STATES.indexOf(state))
  }

  setRecoveryMode(mode: number): void {
    if (mode === this.recoveryMode) return
    this.recoveryMode = mode
    this.options.log('ctdbd', 'recoveryMode', mode === 0 ? 'NORMAL' : 'ACTIVE')
    if (mode === 0) this.databases.list.recovered()
    this.endDropAll?.()
    this.endDropAll = mode === 0 ? undefined : this.program.after(this.tunable('RecoveryDropAllIPs') * 1000, () => this.dropAll())
  }

  recoveryStarted(): void {
    this.options.log('ctdbd', 'recoveryStarted')
    this.times.recoveryStartedMs = this.program.nowMs
  }

  /** Runs the event `recovered`; the first recovery also ends the run state FIRST_RECOVERY. */
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
    const wasBanned = this.banSeconds > 0
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
    if (!wasBanned) yield* this.becomeInactive()
  }

  /** A stopped or banned node enters recovery mode and releases its addresses. */
  *becomeInactive(): Process<void> {
    const { log } = this.options
    log('ctdbd', 'inactive')
    this.setRecoveryMode(1)
    this.databases.list.freezeAll()
    log('ctdbd', 'droppingAll')
    yield* this.publicIps.releaseAll()
  }

  /** MODIFY_FLAGS: the flags of another node. Its connection state, and this node's own flags, are known better here. */
  modifyFlags({ pnn, newFlags }: RequestOf<'modifyFlags'>): void {
    if (pnn === this.pnn) return
    const before = this.peers.flagsOf(pnn)
    const after = (newFlags & ~NODE_FLAG.DISCONNECTED) | (before & NODE_FLAG.DISCONNECTED)
    if (after === before) return
    this.options.log('ctdbd', 'flagsChanged', pnn, before, after)
    this.peers.setFlags(pnn, after)
  }

  /** Releases the addresses, then ends. */
  shutDown(): void {
    const { log, ended } = this.options
    log('ctdbd', 'shuttingDown')
    this.setRunState('SHUTDOWN')
    this.program.start(this.publicIps.releaseAll(), () => ended())
  }

  /**
   * Asks a node, which may be this one, about its databases, as other daemons and the recovery daemon do. There is no time limit. Fails with
   * a ControlFailure.
   */
  callPeer<N extends PeerCallName>(to: Pnn, peer: N, request: PeerCalls[N][0]): Wait<PeerCalls[N][1]> {
    return (done, failed) => {
      const call = { peer, request } as PeerCall
      const settle = (outcome: ControlOutcome) => {
        if (outcome.ok) done(outcome.value as PeerCalls[N][1])
        else failed(new ControlFailure(outcome.status, outcome.text))
      }
      this.program.do(() => {
        if (to === this.pnn) this.answerPeer(call, settle)
        else this.peers.control(to, call, settle)
      })
      return undefined
    }
  }

  protected answerPeer(call: PeerCall, settle: (outcome: ControlOutcome) => void): void {
    this.program.start(this.databases.answer(call), (outcome) => settle(controlOutcome(outcome)))
  }

  protected receiveRecord(record: RecordPacket): void {
    this.program.start(this.databases.migrations.receive(record))
  }

  private sendRecord(to: Pnn, record: RecordPacket): void {
    if (to === this.pnn) this.receiveRecord(record)
    else this.network.send(to, { kind: 'record', record })
  }

  private databasesOwner(): DatabasesOwner {
    const daemon = this
    const { pnn, program, mailboxes, peers, options } = this
    return {
      pnn,
      program,
      mailboxes,
      disk: options.disk,
      get vnnMap() {
        return daemon.vnnMap
      },
      get recoveryMode() {
        return daemon.recoveryMode
      },
      get isInactive() {
        return (daemon.ownFlags & INACTIVE_FLAGS) !== 0
      },
      tunable: (name) => this.tunable(name),
      enterRecovery: () => this.setRecoveryMode(1),
      connectedOthers: () => peers.connectedOthers(),
      isActive: (other) => (peers.flagsOf(other) & INACTIVE_FLAGS) === 0,
      callPeer: (...call) => this.callPeer(...call),
      sendRecord: (to, record) => this.sendRecord(to, record),
    }
  }

  private banSelf(): void {
    this.program.start(this.setBan(this.pnn, this.tunable('RecoveryBanPeriod')), ignoreRefusal)
  }

  private dropAll(): void {
    this.options.log('ctdbd', 'dropAllTimeout')
    this.program.start(this.publicIps.releaseAll(), ignoreRefusal)
  }
}

/** A process that nobody waits for may be refused. Any other error is a bug. */
function ignoreRefusal(outcome: { ok: true } | { ok: false; error: unknown }): void {
  if (!outcome.ok && !(outcome.error instanceof ControlFailure)) throw outcome.error
}
