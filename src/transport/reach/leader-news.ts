import type { Pnn } from '../../lib/cluster/node.ts'
import type { Heard } from './listener.ts'

type Led = Extract<Heard, { readonly kind: 'leader' }>

/** Tells news of who leads from what is heard every second, from every node. */
export class LeaderNews {
  private readonly toldBy = new Map<Pnn, Pnn | null>()
  private last: Pnn | null | undefined

  /** Whether a node tells of another leader than before, and another than was told of last. */
  isNew({ pnn, toldBy }: Led): boolean {
    const isChange = this.toldBy.get(toldBy) !== pnn
    this.toldBy.set(toldBy, pnn)
    if (!isChange || this.last === pnn) return false
    this.last = pnn
    return true
  }
}
