import type { Pnn } from '../cluster/node.ts'
import type { Found } from './check.ts'
import { staysUntil } from './outlook.ts'
import { allReleased } from './release-all.ts'
import { mend } from './remedy.ts'
import { hasRivals, hearsNoLeader, WHOSE_RUN } from './rivals.ts'
import { bounded, hosted } from './self-repair.ts'
import { electionS, recoveryS } from './timing.ts'
import type { View } from './view.ts'

/**
 * About an address of which a node that is cut off is one of the owners: nobody can tell that node to release it.
 * @param holders the nodes that have it.
 */
export function whileSplit(view: View, holders: readonly Pnn[], address: string): Pick<Found, 'claims' | 'actions'> {
  const leaderless = holders.filter((pnn) => view.peek(pnn, 'recoveryMode') === 1 && hearsNoLeader(view, pnn))
  const stay = hasRivals(view)
    ? WHOSE_RUN
    : staysUntil({ on: 'repair' }, 'while the nodes do not see each other, no takeover run reaches them all')
  return {
    claims: [
      leaderless.length > 0
        ? allReleased(view, leaderless, { because: 'without a leader, recovery mode may last for RecoveryDropAllIPs' })
        : stay,
      bounded(hosted(view, address), {
        after: { on: 'repair' },
        if: ['run succeeds'],
        withinS: electionS(view) + recoveryS(view),
      }),
    ],
    actions: [mend({ what: 'network' }, 'Repair the private network: see cluster-split. Do not delete the address by hand.')],
  }
}
