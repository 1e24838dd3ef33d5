import { hasFlag, isReachable, NODE_FLAG, type Pnn } from '../../cluster/node.ts'
import { cause } from '../cause.ts'
import type { Check, Found } from '../check.ts'
import { isOfDeadDaemon, said } from '../facts.ts'
import { type Claim, staysUntil } from '../outlook.ts'
import { type Action, checkedFact, look, mend } from '../remedy.ts'
import { failureOf, hasFailed } from '../script-runs.ts'
import { recoveryNeeds, rejoinS, tunableOf } from '../timing.ts'
import type { View } from '../view.ts'

interface Ban {
  /** How long it lasts in all, if the daemon says so. */
  readonly seconds: number | undefined
  readonly failures: readonly Failure[]
}

function adviceOn(view: View, pnn: Pnn, { seconds, failures }: Ban): Pick<Found, 'claims' | 'actions'> {
  // Nothing takes a node in again that does not run.
  if (view.isDaemonDead(pnn)) {
    return {
      claims: [staysUntil({ on: 'answers', pnn }, 'no daemon answers there, so the end of the ban does not bring it back')],
      actions: [look('Start ctdbd there first: see node-disconnected.')],
    }
  }
  if (!view.peek(pnn, 'nodeMap')) {
    const because = 'it is not known whether it is still banned'
    return { claims: [staysUntil({ on: 'connected', pnn }, because)], actions: [look('See node-disconnected.')] }
  }
  const lastsS = seconds === undefined || seconds === 0 ? tunableOf(view, pnn, 'RecoveryBanPeriod') : seconds
  const again = failures.length > 0
  const stopped = hasFlag({ flags: view.flags(pnn) }, NODE_FLAG.STOPPED)
  const claims: Claim[] = [
    {
      kind: 'unbanned',
      pnn,
      again,
      ...(stopped && { stopped }),
      if: [...(again ? (['script succeeds'] as const) : []), ...recoveryNeeds(view)],
      withinS: lastsS + rejoinS(view),
    },
  ]
  if (again) {
    return {
      claims,
      actions: [
        ...failures.map(({ event }) =>
          mend(
            { what: 'script', pnn, event },
            `Mend what makes the event ${event} fail: until it succeeds, the node is banned again and again.`,
          ),
        ),
        { kind: 'wait', for: 'the ban ends by itself' },
      ],
    }
  }
  if (isEverybodyBanned(view)) {
    return { claims, actions: [look(EVERYBODY), { kind: 'wait', for: 'the bans end by themselves' }] }
  }
  return {
    claims,
    actions: [
      look("Find the cause in the logs of the node and of the leader first: look for 'Banning'."),
      ...unbanning(view, pnn),
    ],
  }
}

/** Whether all nodes that are connected are banned, and there are several. */
function isEverybodyBanned(view: View): boolean {
  const connected = view.nodes.map(({ pnn }) => ({ flags: view.flags(pnn) })).filter(isReachable)
  return connected.length > 1 && connected.every((node) => hasFlag(node, NODE_FLAG.BANNED))
}

const EVERYBODY =
  "All nodes are banned, so the cause is probably one that they share, as a cluster lock that nobody can take or a file system that hangs: look for 'Banning' and 'lock' in their logs. Until that is repaired, they would be banned again."

/** A ban may be ended if no event of the node failed, as far as its event daemon says. */
function unbanning(view: View, pnn: Pnn): Action[] {
  const events = view.peek(pnn, 'host.events')
  const failing = events?.some(({ scripts }) => scripts.some(hasFailed))
  if (failing !== false) return [{ kind: 'wait', for: 'the ban ends by itself' }]
  return [{ kind: 'unban', pnn, checked: checkedFact('no script failed in the last run of any event there') }]
}

/** The events whose failure brings a node banning credits. */
const CREDITED: readonly string[] = ['takeip', 'releaseip', 'updateip', 'ipreallocated']
/** Several failures have to come together for a ban, and the run is repeated every second. In seconds. */
const BEFORE_BAN_S = 60

export const check: Check = {
  id: 'node-banned',
  order: 340,
  severity: 'warning',
  title: 'A node is banned',
  seenBy: ['C'],
  moves: false,
  causes: [
    { ...cause('node-disconnected', 'node'), when: (_effect, finding) => isOfDeadDaemon(finding) },
    {
      ...cause('script-failing', 'node'),
      when: (effect, finding) => finding.evidence.some((line) => effect.evidence.includes(line)),
    },
    cause('nonlocal-bind', 'node'),
    cause('cluster-lock', 'node'),
    cause('lock-missing', 'node'),
    cause('lock-not-shared', 'node'),
  ],
  meaning: 'The node failed too often, or was banned by hand. It takes no part in the cluster and hosts no addresses.',
  outlook: 'When the ban ends (RecoveryBanPeriod, 300 s), the node rejoins; it is banned again if the cause is still there.',
  remedy: "Find the cause in the logs of the node and of the leader before you run `ctdb unban`: look for 'Banning'.",
  find(view) {
    return view.nodes.flatMap(({ pnn }): Found[] => {
      if (!hasFlag({ flags: view.flags(pnn) }, NODE_FLAG.BANNED)) return []
      const seconds = view.need(pnn, 'banSeconds')
      const failures = failuresBefore(view, pnn, seconds)
      const left = seconds === undefined || seconds === 0 ? '' : ` for ${seconds} s`
      return [
        {
          subject: { pnn },
          message: `node ${pnn} is banned${left}`,
          ...adviceOn(view, pnn, { seconds, failures }),
          evidence: [
            `node map: node ${pnn} is banned`,
            ...(left === '' ? [] : [said(pnn, `banned${left}`)]),
            ...failures.map(({ evidence }) => evidence),
          ],
        },
      ]
    })
  },
}

interface Failure {
  readonly event: string
  readonly evidence: string
}

/**
 * The failed events that may have led to a ban: those shortly before its earliest possible beginning, or later.
 * @param lengthS how long the ban lasts in all, in seconds; how much of it is left is not known.
 */
function failuresBefore(view: View, pnn: Pnn, lengthS: number | undefined): Failure[] {
  const nowS = view.peek(pnn, 'times')?.now
  if (nowS === undefined || lengthS === undefined) return []
  const beganS = nowS - lengthS
  return (view.peek(pnn, 'host.events') ?? [])
    .filter(({ event }) => CREDITED.includes(event))
    .flatMap(({ event, scripts }) =>
      scripts
        .filter((script) => hasFailed(script) && script.begin >= beganS - BEFORE_BAN_S)
        .map((script) => ({ event, evidence: failureOf(pnn, event, script) })),
    )
}
