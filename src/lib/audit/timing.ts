import { hasFlag, NODE_FLAG, type Pnn } from '../cluster/node.ts'
import { TUNABLES, type TunableName } from '../cluster/tunables.ts'
import type { Condition } from './outlook.ts'
import type { View } from './view.ts'

/** A tunable of a node; CTDB's default where it is not known. */
export const tunableOf = (view: View, pnn: Pnn | null, name: TunableName): number =>
  (pnn === null ? undefined : view.peek(pnn, 'tunables')?.[name]) ??
  TUNABLES.find((tunable) => tunable.name === name)?.defaultValue ??
  0

/** For a turn of a recovery daemon that asks some nodes something, in seconds. */
const TURN_S = 2

/** Seconds after which a node that does not answer any more is disconnected. */
export const silenceS = (view: View, pnn: Pnn | null): number =>
  tunableOf(view, pnn, 'KeepaliveInterval') * (tunableOf(view, pnn, 'KeepaliveLimit') + 1)

/** A node that is connected, as the cluster sees it, and does not answer keeps others waiting until it is disconnected. */
const waitsFor = (view: View): boolean =>
  view.nodes.some(({ pnn, flags }) => view.isDaemonDead(pnn) && !hasFlag({ flags }, NODE_FLAG.DISCONNECTED))

/** Within how many seconds a node's recovery daemon notices what is wrong on its own node. */
export const noticeS = (view: View, pnn: Pnn): number =>
  tunableOf(view, pnn, 'RecoverInterval') + TURN_S + (waitsFor(view) ? silenceS(view, pnn) : 0)

/** Within how many seconds a takeover run that was asked for has ended, if it succeeds. */
export const runS = (view: View): number => {
  const { pnn } = view.snapshot.leader
  return tunableOf(view, pnn, 'RecoverInterval') + 3 * tunableOf(view, pnn, 'TakeoverTimeout')
}

/** Within how many seconds a recovery ends, if nothing is wrong with the network: each of some steps may have to wait for a node that is silent. */
export const recoveryS = (view: View): number => {
  const { pnn } = view.snapshot.leader
  return 2 * tunableOf(view, pnn, 'RecoverTimeout') + silenceS(view, pnn) + runS(view)
}

/** What an election or a recovery needs. Where no node has a cluster lock configured, none is needed. */
export const recoveryNeeds = (view: View): readonly Condition[] =>
  view.active.length > 0 && view.active.every(({ pnn }) => view.peek(pnn, 'clusterLock') === '')
    ? ['network works']
    : ['network works', 'lock works']

/** Within how many seconds there is one leader, if nothing is wrong with the network and the lock. */
export const electionS = (view: View): number => ELECTION_S + silenceS(view, view.snapshot.leader.pnn)

/** Within how many seconds a node that was started, or whose ban has ended, takes part in the cluster. */
export const rejoinS = (view: View): number => {
  const { pnn } = view.snapshot.leader
  return electionS(view) + recoveryS(view) + tunableOf(view, pnn, 'RerecoveryTimeout')
}

/** Within how many seconds the nodes that hear no leader have one, unless the network or the lock prevents it. */
export const ELECTION_S = 30
