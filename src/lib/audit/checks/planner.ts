import { isReachable } from '../../cluster/node.ts'
import { planTakeover } from '../../takeover/plan.ts'
import type { Check } from '../check.ts'
import { ownerText } from '../facts.ts'

export const imbalance: Check = {
  id: 'imbalance',
  severity: 'info',
  title: 'A takeover run would move addresses now',
  seenBy: ['planner', 'C'],
  moves: true,
  meaning:
    'The addresses are not where a takeover run would put them: after `ctdb moveip`, `ctdb addip`, or a run that did not go through. The next run, whatever it is asked for, moves them, and their clients have to connect again.',
  outlook: 'Nothing asks for a takeover run because of this; the next one moves them.',
  remedy: 'See `ctdbts takeover-run --dry-run`; run it at a time of your choosing, or set NoIPFailback on all nodes.',
  falseAlarm: 'With the deterministic algorithm and a home_nodes file (4.20 on), which cannot be seen from outside.',
  find(view) {
    // Without these the plan would be made from guesses.
    const complete = view.nodes.filter(isReachable).map(({ pnn }) => {
      const known = view.need(pnn, 'known')
      const available = view.need(pnn, 'available')
      return known !== undefined && available !== undefined
    })
    const { leader } = view.snapshot
    if (leader.pnn === null || view.need(leader.pnn, 'tunables') === undefined || complete.includes(false)) return []
    const plan = planTakeover(view.snapshot)
    const changes = plan.addresses.filter(({ change }) => change !== 'kept' && change !== 'unhosted')
    if (plan.failures.length > 0 || changes.length === 0) return []
    const nodes = changes.flatMap(({ from, to }) => [from, to]).filter((pnn) => pnn !== null)
    return [
      {
        subject: {},
        nodes,
        addresses: changes.map(({ address }) => address),
        message: `a takeover run would move ${changes.length} ${changes.length === 1 ? 'address' : 'addresses'} now`,
        evidence: changes
          .slice(0, 8)
          .map(({ address, from, to, reason }) => `plan: ${address} from ${ownerText(from)} to ${ownerText(to)}: ${reason}`),
      },
    ]
  },
}
