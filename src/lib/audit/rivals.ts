import type { Pnn } from '../cluster/node.ts'
import type { Claim } from './outlook.ts'
import type { View } from './view.ts'

/** Whether there are several leaders: a lock that excludes nobody. Each of them makes runs, which reach only the nodes that it sees. */
export const hasRivals = (view: View): boolean => new Set(view.views.groups.flatMap(({ leaders }) => leaders ?? [])).size > 1

/** What is said of the future then. */
export const WHOSE_RUN: Claim = { kind: 'unknown', what: 'which leader makes the next takeover run, and which nodes it reaches' }

/** Whether a node is without a leader, as far as somebody listened there: neither it nor its group hears one. */
export const hearsNoLeader = (view: View, pnn: Pnn): boolean =>
  (view.isCutOff(pnn) && view.peek(pnn, 'leaders')?.length === 0) ||
  view.views.groups.some(({ members, leaders }) => members.includes(pnn) && leaders?.length === 0)
