import { INACTIVE_FLAGS, type Pnn, UNKNOWN_PNN } from '../../lib/cluster/node.ts'
import { DESTINATION } from '../../lib/wire/destination.ts'
import { type MessageKind, messages } from '../../lib/wire/messages.ts'
import type { SimDaemon } from '../daemon/daemon.ts'
import { internalMessages } from '../daemon/internal-messages.ts'
import type { Program } from '../process/program.ts'
import { type Process, until } from '../process/wait.ts'

/** The cluster lock: a file on the shared storage that one program can lock at a time. It is unlocked when that program ends. */
export interface ClusterLock {
  readonly path: string
  /** Returns whether the program has it now. `lost` is called when it turns out later that it does not any more. */
  take(program: Program, lost: () => void): boolean
  release(program: Program): void
  isHeldBy(program: Program): boolean
}

const BROADCAST_MS = 1_000
/** The time that an attempt to take the lock needs. */
const LOCK_MS = 10
/** After an election without a winner, each node waits this much longer than the node before it. */
const STAGGER_MS = 50

/** The leader has the cluster lock and broadcasts its PNN every second. After `leader timeout` without a broadcast, a node starts an election. */
export class Leadership {
  leader: Pnn | undefined
  electionInProgress = false
  private readonly daemon: SimDaemon
  private readonly program: Program
  private readonly lock: ClusterLock
  private readonly timeoutMs: number
  /** How the era announces its leader. */
  private readonly announcement: MessageKind<Pnn>
  private cancelTimeout = () => {}

  /** @param timeoutMs setting `leader timeout`. */
  constructor(daemon: SimDaemon, program: Program, lock: ClusterLock, timeoutMs: number) {
    this.daemon = daemon
    this.program = program
    this.lock = lock
    this.timeoutMs = timeoutMs
    this.announcement = daemon.options.era === 'now' ? messages.leader : internalMessages.recmaster
  }

  get isOurs(): boolean {
    return this.leader === this.daemon.pnn
  }

  /** Whether the lock is still ours. A leader that has lost it must not decide anything. */
  get holdsLock(): boolean {
    return this.lock.isHeldBy(this.program)
  }

  start(): void {
    this.daemon.listen(
      this.announcement,
      this.program.guard((leader) => this.heard(leader)),
    )
    this.expectBroadcast()
    this.broadcast()
  }

  /** Gives up the lock and the leadership, because this node is inactive, may not lead, or has lost the lock. */
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
    this.daemon.send(DESTINATION.CONNECTED_NODES, this.announcement, leader)
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

  /** Sets recovery mode on all nodes. The node that gets the lock becomes the leader. */
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
    } else if (
      this.lock.take(
        this.program,
        this.program.guard(() => this.lost()),
      )
    ) {
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

  /** Another file is at the path of the lock. */
  private lost(): void {
    this.daemon.options.log('recoverd', 'lockLost')
    if (this.mayLead && !this.electionInProgress) this.program.start(this.elect())
  }

  private *enterRecovery(pnn: Pnn): Process<void> {
    try {
      yield* until(this.daemon.control(pnn, 'setRecoveryMode', 1))
    } catch {
      // A node that has gone away does not take part.
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
