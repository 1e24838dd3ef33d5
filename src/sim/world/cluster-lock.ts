import type { Pnn } from '../../lib/cluster/node.ts'
import type { Clock } from '../process/clock.ts'
import type { Program } from '../process/program.ts'
import type { ClusterLock } from '../recovery/leadership.ts'
import type { Random } from './random.ts'

/** Which file each node finds at the path of the cluster lock. */
export const LOCK_STATES = ['shared', 'private', 'held'] as const
/** `shared`: one file for all; `private`: each node has a file of its own; `held`: one file, locked by a process that is no leader. */
export type LockState = (typeof LOCK_STATES)[number]

/** The process that has locked a file looks this often whether that file is still at its path. */
const RECHECK_MS = 5_000

/** Where each node has the file of the cluster lock. */
const PATH = '/clusterfs/.ctdb/reclock'

/** What can be seen of the lock on a node's machine. */
export interface SeenLock {
  readonly path: string
  /** Whether the file is on a file system of the node alone. */
  readonly isPrivate: boolean
  readonly inode: number
  /** Whether the process that has locked it, and does not belong to the cluster, runs here. */
  readonly isTakenHere: boolean
}

/** A file that one program can lock at a time. It is unlocked when that program ends. */
interface LockFile {
  holder: Program | undefined
  /** Called when the holder notices that its file is no longer at the path of the lock. */
  lost: () => void
  /** Whether a process has locked it that does not belong to the cluster. */
  readonly isTaken: boolean
}

const newFile = (isTaken = false): LockFile => ({ holder: undefined, lost: () => {}, isTaken })

/**
 * The storage with the file of the cluster lock, which the nodes reach also when the network is cut. If another file comes to the path, the
 * old one stays locked until its holder notices that, as with `ctdb_mutex_fcntl_helper`.
 */
export class LockStorage {
  private readonly clock: Clock
  private readonly random: Random
  /** The file at the path, by PNN. */
  private files: readonly LockFile[]
  private current: LockState = 'shared'

  constructor(clock: Clock, random: Random, nodes: number) {
    this.clock = clock
    this.random = random
    const file = newFile()
    this.files = Array.from({ length: nodes }, () => file)
  }

  get state(): LockState {
    return this.current
  }

  /** Puts new files at the path of the lock. */
  replace(state: LockState): void {
    this.current = state
    const before = new Set(this.files)
    const file = newFile(state === 'held')
    this.files = this.files.map(() => (state === 'private' ? newFile() : file))
    for (const old of before) {
      if (!old.holder) continue
      this.clock.after(this.random.between(0, RECHECK_MS), () => {
        if (!old.holder) return
        old.holder = undefined
        old.lost()
      })
    }
  }

  /** What a node finds at the path of the lock, for those who look at its machine. */
  seenBy(pnn: Pnn): SeenLock {
    const file = this.files[pnn]
    const isPrivate = this.current === 'private'
    return { path: PATH, isPrivate, inode: 1_000 + (isPrivate ? pnn : 0), isTakenHere: file?.isTaken === true && pnn === 0 }
  }

  /** The lock as a node sees it. */
  lockOf(pnn: Pnn): ClusterLock {
    let locked: LockFile | undefined
    const isHeldBy = (program: Program) => locked?.holder === program
    return {
      path: PATH,
      isHeldBy,
      take: (program, lost) => {
        if (isHeldBy(program)) return true
        const file = this.files[pnn]
        if (!file || file.isTaken || file.holder?.isDead === false) return false
        Object.assign(file, { holder: program, lost })
        locked = file
        return true
      },
      release: (program) => {
        if (locked && isHeldBy(program)) locked.holder = undefined
      },
    }
  }
}
