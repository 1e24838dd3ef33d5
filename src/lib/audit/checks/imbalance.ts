import { isReachable } from '../../cluster/node.ts'
import { listed } from '../../cluster/node-text.ts'
import { counted, oneOr } from '../../plural.ts'
import { leadersHomes } from '../../takeover/homes.ts'
import { movesNothing, planTakeover } from '../../takeover/plan.ts'
import { cause, PRIVATE_TOO } from '../cause.ts'
import type { Check } from '../check.ts'
import { ownerText } from '../facts.ts'
import { goesByHomes } from '../home-nodes.ts'
import { NOTHING_TRIGGERS_A_RUN } from '../outlook.ts'
import { look } from '../remedy.ts'
import { hasRivals, WHOSE_RUN } from '../rivals.ts'

export const check: Check = {
  id: 'imbalance',
  order: 420,
  severity: 'info',
  title: 'A takeover run would move addresses now',
  seenBy: ['planner', 'C'],
  moves: true,
  causes: [
    cause('cluster-split'),
    cause('recovery-stuck'),
    cause('leader-disagreement'),
    cause('failover-off'),
    PRIVATE_TOO,
    cause('ip-duplicate-claim', 'address'),
    cause('ip-unhosted', 'address'),
    cause('ip-unhostable', 'address'),
    cause('ip-on-inactive-node', 'address'),
    cause('tunables-differ'),
    cause('script-failing', 'node'),
    cause('iface-absent', 'address'),
    cause('node-disconnected'),
    cause('node-banned'),
    cause('node-unhealthy'),
    cause('node-not-running'),
    cause('iface-link-mismatch', 'node'),
  ],
  meaning:
    'The addresses are not where a takeover run would put them, for example after `ctdb moveip`, `ctdb addip`, or a run that did not complete. The next run, whatever triggers it, moves them, and their clients have to reconnect.',
  outlook: 'The imbalance alone does not trigger a takeover run; the next one moves them.',
  remedy:
    'Preview the run with `ctdbts takeover-run --dry-run`, and run it at a time of your choice. Or set NoIPFailback on all nodes, which the deterministic algorithm ignores.',
  find(view) {
    // Without these facts the plan would be a guess.
    const complete = view.nodes.filter(isReachable).map(({ pnn }) => {
      const known = view.need(pnn, 'known')
      const available = view.need(pnn, 'available')
      return known !== undefined && available !== undefined
    })
    const { leader } = view.snapshot
    if (leader.pnn === null || view.need(leader.pnn, 'tunables') === undefined || complete.includes(false)) return []
    if (leadersHomes(view.snapshot).homes === undefined) {
      view.miss(leader.pnn, 'host.homeNodesFile')
      return []
    }
    // A node that stays in recovery mode releases all its addresses before any run, and the run after a recovery places all of them.
    if (view.active.some(({ pnn }) => view.peek(pnn, 'recoveryMode') === 1)) return []
    if (movesNothing(view.snapshot)) return []
    const plan = planTakeover(view.snapshot)
    const changes = plan.addresses.filter(({ change }) => change !== 'kept' && change !== 'unhosted')
    if (plan.failures.length > 0) return []
    const lost = changes.filter(({ to }) => to === null).map(({ address }) => address)
    const nodes = changes.flatMap(({ from, to }) => [from, to]).filter((pnn) => pnn !== null)
    return [
      {
        subject: {},
        nodes,
        addresses: changes.map(({ address }) => address),
        message: `a takeover run would move ${counted(changes.length, 'address', 'addresses')} now`,
        evidence: changes
          .slice(0, 8)
          .map(({ address, from, to, reason }) => `plan: ${address} from ${ownerText(from)} to ${ownerText(to)}: ${reason}`),
        claims: [
          // The other nodes notice the end of a daemon that shuts down.
          ...(nodes.some((pnn) => view.peek(pnn, 'runState') === 'SHUTDOWN') ? [] : [NOTHING_TRIGGERS_A_RUN]),
          hasRivals(view)
            ? WHOSE_RUN
            : {
                kind: 'moved',
                moves: changes.map(({ address, from, to }) => ({ address, from, to })),
                after: { on: 'run' },
                if: ['network works', 'nothing changes'],
              },
        ],
        actions: [
          look('See `ctdbts takeover-run --dry-run`.'),
          {
            kind: 'command',
            command: 'ctdbts takeover-run',
            on: 'any node',
            purpose: `at a time of your choosing${goesByHomes(view) === true ? '' : ', or set NoIPFailback on all nodes'}`,
            ...(lost.length > 0 && {
              if: `${listed(lost, 3)}, which no node can host then, ${oneOr(lost.length, 'is', 'are')} not needed`,
            }),
          },
        ],
      },
    ]
  },
}
