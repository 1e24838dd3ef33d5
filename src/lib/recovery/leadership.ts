import { INACTIVE_FLAGS, type Pnn, UNKNOWN_PNN } from '../cluster/node.ts'
import { DESTINATION, SRVID } from '../cluster/srvid.ts'
import type { Daemon } from '../node/daemon.ts'
import { INTERNAL_SRVID } from '../node/message-types.ts'
import type { Program } from '../process/program.ts'
import { type Process, until } from '../process/wait.ts'

/** A file on the shared storage which one program may have locked at a time; its end unlocks it. */
export interface ClusterLock {
  readonly path: string
  /** Returns whether the program has it now. */
  take(program: Program): boolean
  release(program: Program): void
  isHeldBy(program: Program): boolean
}

const BROADCAST_MS = 1_000
/** What it takes to find out whether a lock is free. */
const LOCK_MS = 10
/** After an election that nobody has won, the time until the next differs from node to node. */
const STAGGER_MS = 50

/** Who leads: whoever has the cluster lock, and says so every second. Silence for the time of `leader timeout` starts an election. */
export class Leadership {
  leader: Pnn | undefined
  electionInProgress = false
  private readonly daemon: Daemon
  private readonly program: Program
  private readonly lock: ClusterLock
  private readonly timeoutMs: number
  private readonly srvid: bigint
  private cancelTimeout = () => {}

  /** @param timeoutMs setting `leader timeout`. */
  constructor(daemon: Daemon, program: Program, lock: ClusterLock, timeoutMs: number) {
    this.daemon = daemon
    this.program = program
    this.lock = lock
    this.timeoutMs = timeoutMs
    this.srvid = daemon.options.era === 'now' ? SRVID.leader : INTERNAL_SRVID.recmaster
  }

  get isOurs(): boolean {
    return this.leader === this.daemon.pnn
  }

  /** Whether the lock is still ours: without it a leader may decide nothing. */
  get holdsLock(): boolean {
    return this.lock.isHeldBy(this.program)
  }

  start(): void {
    this.daemon.listen(
      this.srvid,
      this.program.guard((data: unknown) => this.heard(data as Pnn)),
    )
    this.expectBroadcast()
    this.broadcast()
  }

  /** Nobody leads any more, as far as we know: we are inactive, may not, or have lost the lock. */
  resign(): void {
    this.lock.release(this.program)
    if (this.isOurs) this.setLeader(undefined)
  }

  private broadcast(): void {
    if (this.isOurs && !this.daemon.roles.leader) this.resign()
    if (this.isOurs) this.announce(this.daemon.pnn)
    this.program.after(BROADCAST_MS, () => this.broadcast())
  }

  private announce(leader: Pnn): void {
    this.daemon.send(DESTINATION.CONNECTED_NODES, this.srvid, leader)
  }

  private heard(leader: Pnn): void {
    if (leader === UNKNOWN_PNN) {
      if (!this.electionInProgress && !this.isOurs && this.mayLead) this.program.start(this.elect())
      return
    }
    this.electionInProgress = false
    this.expectBroadcast()
    if (leader === this.leader) return
    this.daemon.options.log('recoverd', 'leaderHeard', leader)
    this.setLeader(leader)
  }

  private expectBroadcast(): void {
    this.cancelTimeout()
    this.cancelTimeout = this.program.after(this.timeoutMs, () => {
      if (this.isInactive) return this.expectBroadcast()
      this.daemon.options.log('recoverd', 'leaderTimeout')
      this.program.start(this.elect())
    })
  }

  /** Everything stops, and who gets the lock leads. */
  private *elect(): Process<void> {
    const { log } = this.daemon.options
    this.cancelTimeout()
    this.electionInProgress = true
    log('recoverd', 'startElection')
    this.setLeader(undefined)
    this.announce(UNKNOWN_PNN)
    for (const pnn of [this.daemon.pnn, ...this.daemon.peers.connectedOthers()]) {
      this.program.start(this.enterRecovery(pnn))
    }
    log('recoverd', 'takingLock', this.lock.path)
    yield* until(this.program.sleep(LOCK_MS))
    if (!this.mayLead) {
      this.endElection()
    } else if (this.lock.take(this.program)) {
      log('recoverd', 'lockTaken')
      log('recoverd', 'tookLeadership', this.daemon.pnn)
      this.setLeader(this.daemon.pnn)
      this.announce(this.daemon.pnn)
      this.endElection()
    } else {
      log('recoverd', 'lockContention')
      yield* until(this.program.sleep(this.daemon.tunable('ElectionTimeout') * 1000 + STAGGER_MS * this.daemon.pnn))
      if (this.electionInProgress) this.endElection()
    }
  }

  private *enterRecovery(pnn: Pnn): Process<void> {
    try {
      yield* until(this.daemon.control(pnn, 'setRecoveryMode', 1))
    } catch {
      // A node that is not there any more needs no telling.
    }
  }

  private endElection(): void {
    this.electionInProgress = false
    this.expectBroadcast()
  }

  private setLeader(leader: Pnn | undefined): void {
    this.leader = leader
    this.daemon.leader = leader
  }

  private get mayLead(): boolean {
    return !this.isInactive && this.daemon.roles.leader
  }

  private get isInactive(): boolean {
    return (this.daemon.ownFlags & INACTIVE_FLAGS) !== 0
  }
}
