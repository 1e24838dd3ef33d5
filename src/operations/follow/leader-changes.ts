import type { Pnn } from '../../lib/cluster/node.ts'
import type { Broadcast } from '../reach/listener.ts'

type LeaderBroadcast = Extract<Broadcast, { readonly kind: 'leader' }>

/** Detects changes of the leader in the leader broadcasts, which every node passes on every second. */
export class LeaderChanges {
  private readonly leaderBy = new Map<Pnn, Pnn | null>()
  private last: Pnn | null | undefined

  /** Whether a node reports another leader than before, and than any node reported last. */
  isNew({ pnn, toldBy }: LeaderBroadcast): boolean {
    const isChange = this.leaderBy.get(toldBy) !== pnn
    this.leaderBy.set(toldBy, pnn)
    if (!isChange || this.last === pnn) return false
    this.last = pnn
    return true
  }
}
