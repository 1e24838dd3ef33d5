import { hasFlag, NODE_FLAG, type Pnn } from '../../cluster/node.ts'
import { nodesText } from '../../cluster/node-text.ts'
import { INVALID_GENERATION } from '../../cluster/report.ts'
import { cause } from '../cause.ts'
import type { Check } from '../check.ts'
import { byValue, said, saidByNodes } from '../facts.ts'
import type { Claim } from '../outlook.ts'
import { allReleased } from '../release-all.ts'
import { CHECK_LOCK, look, mend } from '../remedy.ts'
import { recoveryNeeds, recoveryS } from '../timing.ts'
import type { View } from '../view.ts'

/** Default of RecoverTimeout, the time limit of each step of a recovery. */
const DEFAULT_GRACE_SECONDS = 30

export const check: Check = {
  id: 'recovery-stuck',
  order: 300,
  severity: 'error',
  title: 'A recovery does not end',
  seenBy: ['C'],
  moves: true,
  causes: [cause('cluster-split'), cause('leader-disagreement'), cause('lock-not-shared'), cause('lock-missing')],
  meaning:
    'During a recovery (recovery mode is active, there is no valid generation, or nodes do not agree on the VNN map) no database can be used, so Samba stalls, and no takeover run is made.',
  outlook:
    'The leader tries again; each step may take up to RecoverTimeout (30 s). Nodes that keep it from succeeding are banned. After RecoveryDropAllIPs (120 s) a node that cannot leave recovery mode releases all its addresses.',
  remedy: "Read the leader's log: it shows which step fails, and on which node. Check the cluster lock and the private network.",
  falseAlarm: 'While a large database is recovered, which takes time.',
  find(view) {
    const nodes = view.active.flatMap(({ pnn }) => {
      if (isBeyondReach(view, pnn)) return []
      const mode = view.need(pnn, 'recoveryMode')
      const vnnMap = view.need(pnn, 'vnnMap')
      return [{ pnn, mode, vnnMap }]
    })
    const recovering = nodes.filter(({ mode }) => mode !== undefined && mode !== 0).map(({ pnn }) => pnn)
    const invalid = nodes.filter(({ vnnMap }) => vnnMap?.generation === INVALID_GENERATION).map(({ pnn }) => pnn)
    const maps = byValue(
      nodes.flatMap(({ pnn, vnnMap }) =>
        vnnMap ? [[pnn, `generation ${vnnMap.generation}, VNN map ${vnnMap.map.join(' ')}`] as const] : [],
      ),
    )
    const evidence = [
      ...recovering.map((pnn) => said(pnn, 'recovery mode is active')),
      ...invalid.map((pnn) => said(pnn, 'its generation is INVALID')),
      ...(maps.length > 1 ? maps.map(({ value, pnns }) => saidByNodes(pnns, value)) : []),
    ]
    if (evidence.length === 0) return []
    const since = lastSign(view)
    const what =
      recovering.length > 0
        ? `${nodesText(recovering)} in recovery mode`
        : invalid.length > 0
          ? `no valid generation on ${nodesText(invalid)}`
          : 'nodes do not agree on the VNN map'
    return [
      {
        subject: {},
        nodes: [...recovering, ...invalid],
        message: `the cluster is not recovered: ${what}`,
        evidence,
        ...(since && { since: since.at }),
        claims: claimsOn(view, recovering),
        actions: [
          look("Read the leader's log: it shows which step fails, and on which node."),
          mend({ what: 'network' }, 'Check the private network.'),
          mend({ what: 'cluster lock' }, CHECK_LOCK),
        ],
        ...(since && since.agoSeconds <= since.graceSeconds
          ? {
              passing: `a recovery began ${Math.max(0, Math.round(since.agoSeconds))} s ago and may take ${since.graceSeconds} s`,
            }
          : {}),
      },
    ]
  },
}

/** Whether a node has just started, and the others do not see it yet: no recovery of theirs can include it. */
const isBeyondReach = (view: View, pnn: Pnn): boolean =>
  view.views.starting.includes(pnn) && hasFlag({ flags: view.flags(pnn) }, NODE_FLAG.DISCONNECTED)

/** The latest start of a recovery, or of a daemon (which causes one), by that node's own clock. */
function lastSign(view: View): { at: number; agoSeconds: number; graceSeconds: number } | undefined {
  const signs = view.active.flatMap(({ pnn }) => {
    const times = view.need(pnn, 'times')
    if (!times) return []
    const at = Math.max(times.lastRecoveryStarted, times.daemonStart)
    const graceSeconds = view.peek(pnn, 'tunables')?.RecoverTimeout ?? DEFAULT_GRACE_SECONDS
    return [{ at, agoSeconds: times.now - at, graceSeconds }]
  })
  return signs.toSorted((a, b) => a.agoSeconds - b.agoSeconds)[0]
}

/** The leader tries again and again, and bans nodes that keep a recovery from succeeding. */
function claimsOn(view: View, recovering: readonly Pnn[]): Claim[] {
  return [
    {
      kind: 'recovered',
      if: recoveryNeeds(view),
      withinS: recoveryS(view),
      because: 'the leader tries again, and bans nodes that keep a recovery from succeeding',
    },
    ...(recovering.length > 0 ? [allReleased(view, recovering)] : []),
  ]
}
