import { hasFlag, INACTIVE_FLAGS, NODE_FLAG, type Pnn } from '../cluster/node.ts'
import { nodesText } from '../cluster/node-text.ts'
import { TUNABLES, type TunableName } from '../cluster/tunables.ts'
import { oneOr } from '../plural.ts'
import { saysItOwns } from './facts.ts'
import { isFailoverDisabled } from './failover.ts'
import { hidesFromScripts } from './interfaces.ts'
import { isDeceived, testsWithBind } from './nonlocal.ts'
import { type Claim, type Condition, staysUntil, staysUntilFirst, type Trigger } from './outlook.ts'
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
const runS = (view: View): number => {
  const { pnn } = view.snapshot.leader
  return tunableOf(view, pnn, 'RecoverInterval') + 3 * tunableOf(view, pnn, 'TakeoverTimeout')
}

/** Within how many seconds a node has released all its addresses that does not leave recovery mode. */
const releaseAllS = (view: View, pnn: Pnn): number =>
  tunableOf(view, pnn, 'RecoveryDropAllIPs') + tunableOf(view, pnn, 'EventScriptTimeout')

/**
 * Whether a node has an address that its daemon has put there and has not released. Nodes that stay in recovery mode release all addresses
 * once; what is added later stays.
 */
const hasItsOwn = (view: View, pnn: Pnn): boolean => {
  const held = new Set(view.peek(pnn, 'host.addresses')?.map(({ address }) => address))
  return view.peek(pnn, 'known')?.some(({ address, activeInterface }) => activeInterface && held.has(address)) === true
}

/**
 * These nodes release their addresses, unless they leave recovery mode before. Several leaders make takeover runs even then, which take the
 * addresses again.
 * @param laterS seconds until they are in recovery mode.
 */
export const allReleased = (
  view: View,
  pnns: readonly Pnn[],
  { laterS = 0, because }: { readonly laterS?: number; readonly because?: string } = {},
): Claim =>
  hasRivals(view)
    ? {
        kind: 'unknown',
        what: `whether ${nodesText(pnns)} ${oneOr(pnns.length, 'keeps', 'keep')} addresses while several nodes lead`,
      }
    : {
        kind: 'all-released',
        if: ['script succeeds', ...(pnns.every((pnn) => hasItsOwn(view, pnn)) ? [] : (['not released before'] as const))],
        pnns,
        ...unseenBesides(view, pnns),
        withinS: laterS + Math.max(...pnns.map((pnn) => releaseAllS(view, pnn))),
        ...(because !== undefined && { because }),
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
const ELECTION_S = 30

/** Why no takeover run is made, and what would end that; undefined if nothing is known that prevents one. */
function whyNoRun(
  view: View,
  by: readonly Pnn[],
): { readonly because: string; readonly until: Trigger; readonly withinS?: number } | undefined {
  const { pnn } = view.snapshot.leader
  const lost = by.filter((each) => view.isCutOff(each) && hearsNoLeader(view, each))
  if (lost.length > 0) {
    return { because: `${nodesText(lost)} cannot hear the leader`, until: { on: 'repair' } }
  }
  if (pnn === null || view.isDaemonDead(pnn)) {
    const because = pnn === null ? 'without a leader no takeover run is made' : 'the leader does not answer'
    return { because, until: { on: 'leader' } }
  }
  if (isFailoverDisabled(view, pnn)) {
    const text = 'failover is turned on again on the leader'
    return { because: 'the leader makes no takeover runs, as failover is disabled there', until: { on: 'other', text } }
  }
  if ([pnn, ...by].some((each) => view.peek(each, 'recoveryMode') === 1)) {
    return { because: 'a recovery is in progress, which a takeover run follows', until: { on: 'recovery' } }
  }
  return undefined
}

/** Whether there are several leaders: a lock that excludes nobody. Each of them makes runs, which reach only the nodes that it sees. */
export const hasRivals = (view: View): boolean => new Set(view.views.groups.flatMap(({ leaders }) => leaders ?? [])).size > 1

/** What is said of the future then. */
export const WHOSE_RUN: Claim = { kind: 'unknown', what: 'which leader makes the next takeover run, and which nodes it reaches' }

/** Whether a node is without a leader, as far as somebody listened there: neither it nor its group hears one. */
export const hearsNoLeader = (view: View, pnn: Pnn): boolean =>
  (view.isCutOff(pnn) && view.peek(pnn, 'leaders')?.length === 0) ||
  view.views.groups.some(({ members, leaders }) => members.includes(pnn) && leaders?.length === 0)

/** The addresses that these nodes have and know, and do not release as CTDB does not see them. */
function unseenBesides(view: View, pnns: readonly Pnn[]): { readonly besides?: readonly string[] } {
  const unseen = pnns.flatMap((pnn) =>
    (view.peek(pnn, 'known') ?? []).map(({ address }) => address).filter((address) => isUnseen(view, pnn, address)),
  )
  return unseen.length === 0 ? {} : { besides: [...new Set(unseen)] }
}

/** Whether CTDB does not see an address in a node's kernel, as the kernel refuses to use it (up to 4.21). */
export function isUnseen(view: View, pnn: Pnn, address: string): boolean {
  const held = view.peek(pnn, 'host.addresses')?.filter((each) => each.address === address) ?? []
  const version = view.peek(pnn, 'host.version')
  return held.length > 0 && held.every(({ dadFailed }) => dadFailed) && testsWithBind(version ?? '') !== false
}

/** Why a node's recovery daemon does not notice what is wrong with an address on its own node; undefined if it does. */
function whyUnnoticed(view: View, pnn: Pnn, address: string): string | undefined {
  const which = nodesText([pnn])
  if (view.isDaemonDead(pnn)) return `no daemon answers on ${which}`
  if (isUnseen(view, pnn, address)) return `CTDB on ${which} does not see an address that cannot be used`
  if (hasFlag({ flags: view.flags(pnn) }, INACTIVE_FLAGS)) return `${which} is inactive and does not check its addresses`
  if (isFailoverDisabled(view, pnn)) return `failover is disabled on ${which}`
  if (isDeceived(view, pnn, address)) return `with ip_nonlocal_bind=1 ${which} believes that its kernel has every address`
  if (view.peek(pnn, 'known')?.every((known) => known.address !== address))
    return `the daemon of ${which} does not know the address`
  return undefined
}

/** What brings something about nevertheless, where one node of some does not notice what is wrong; that of others is what anybody does. */
function untilNoticed(view: View, pnn: Pnn, address: string): Trigger[] {
  if (view.isDaemonDead(pnn)) return [{ on: 'answers', pnn }]
  // Then CTDB tries to add it, which may work on another interface, and a release may remove it.
  return isUnseen(view, pnn, address) ? [{ on: 'takes', pnn, address }] : []
}

/** Why event scripts of a node add and remove no address; undefined if nothing is known that prevents it. */
function whyInVain(view: View, pnn: Pnn): { readonly because: string; readonly fail: boolean } | undefined {
  const enabled = view.peek(pnn, 'host.enabledScripts')
  if (enabled && !enabled.some((name) => name.replace(/\.script$/, '') === '10.interface')) {
    return { because: '10.interface is not enabled there', fail: false }
  }
  if (view.peek(pnn, 'host.publicAddressesFile') === null) {
    return { because: '10.interface does nothing there without the public addresses file', fail: true }
  }
  return undefined
}

/** Takeover runs that do not help, or fail, which brings a ban unless the leader's EnableBans is 0. */
export const runsInVain = (
  view: View,
  pnn: Pnn,
  because: string,
  { fail = true, after }: { readonly fail?: boolean; readonly after?: Trigger } = {},
): Claim => ({
  kind: 'runs-in-vain',
  pnn,
  fail,
  ...(fail && tunableOf(view, view.snapshot.leader.pnn, 'EnableBans') === 0 && { bans: false }),
  ...(after && { after }),
  because,
})

/** Whether a takeover run finds a node for the address, as far as it is known: one that lists it as available and that works. */
export function findsHost(view: View, address: string): boolean {
  const { pnn: leader } = view.snapshot.leader
  const able = view.active.map(({ pnn }) => pnn).filter((pnn) => view.peek(pnn, 'available')?.includes(address))
  const isOwner = (pnn: Pnn) => saysItOwns(view, pnn, address) === true
  const candidates = tunableOf(view, leader, 'NoIPTakeover') === 0 ? able : able.filter(isOwner)
  return candidates.length > 0 && able.every((pnn) => whyInVain(view, pnn) === undefined)
}

/**
 * What CTDB does by itself about an address that is not where it belongs.
 * @param by the nodes whose recovery daemons may notice it, because their kernels have it or should have it.
 */
export function selfRepair(view: View, by: readonly Pnn[], address: string): Claim[] {
  const reasons = by.map((pnn) => ({ pnn, why: whyUnnoticed(view, pnn, address) }))
  const noticing = reasons.filter(({ why }) => why === undefined).map(({ pnn }) => pnn)
  const blocked = whyNoRun(view, noticing)
  const [first] = noticing
  if (first === undefined) {
    const ends = by.flatMap((pnn) => untilNoticed(view, pnn, address))
    return [staysUntilFirst(ends, reasons[0]?.why), ...afterRun(view, by, address)]
  }
  if (blocked) {
    const { because, until } = blocked
    const first: Claim[] =
      until.on === 'leader' || until.on === 'repair'
        ? [allReleased(view, noticing, { laterS: electionS(view), because })]
        : [until.on === 'recovery' ? recovering(view, noticing, because) : staysUntil(until, because)]
    return [...first, ...result(view, by, address).map((claim) => ({ ...claim, ...settledAfter(view, until) }))]
  }
  const vain = noticing.map((pnn) => ({ pnn, ...whyInVain(view, pnn) })).find(({ because }) => because !== undefined)
  if (vain?.because !== undefined) {
    return [runsInVain(view, vain.pnn, vain.because, { fail: vain.fail ?? false })]
  }
  const withinS = Math.max(...noticing.map((pnn) => noticeS(view, pnn)))
  return [
    { kind: 'run-asked', by: noticing, if: recoveryNeeds(view), withinS },
    ...result(view, by, address).map((claim): Claim => ({ ...claim, if: ['run succeeds'], withinS: withinS + runS(view) })),
  ]
}

/** What becomes of an address while a recovery is in progress. */
function recovering(view: View, noticing: readonly Pnn[], because: string): Claim {
  const pnns = noticing.filter((pnn) => view.peek(pnn, 'recoveryMode') === 1)
  return pnns.length > 0 ? allReleased(view, pnns, { because }) : staysUntil({ on: 'recovery' }, because)
}

/** What the next takeover run does about it, whatever triggers it. */
export const afterRun = (view: View, by: readonly Pnn[], address: string): Claim[] =>
  result(view, by, address).map((claim): Claim => ({ ...claim, after: { on: 'run' }, if: ['network works', 'nothing changes'] }))

const settledAfter = (view: View, until: Trigger): Pick<Claim, 'after' | 'if' | 'withinS'> => ({
  after: until,
  if: ['run succeeds', ...(until.on === 'other' ? [] : recoveryNeeds(view).filter((each) => each === 'lock works'))],
  withinS: (until.on === 'repair' ? electionS(view) + recoveryS(view) : ELECTION_S) + runS(view),
})

/** The nodes whose kernels have the address, and that no takeover run can make release it. */
const keepers = (view: View, address: string): Pnn[] =>
  view.nodes
    .map(({ pnn }) => pnn)
    .filter((pnn) => {
      const held = view.peek(pnn, 'host.addresses')?.filter((each) => each.address === address) ?? []
      if (held.length === 0) return false
      const isTold =
        !view.isDaemonDead(pnn) &&
        (view.isCutOff(pnn) || !hasFlag({ flags: view.flags(pnn) }, NODE_FLAG.DISCONNECTED)) &&
        view.peek(pnn, 'known')?.some((known) => known.address === address) !== false
      return (
        !isTold || isUnseen(view, pnn, address) || held.some(({ interfaceName }) => hidesFromScripts(view, pnn, interfaceName))
      )
    })

/** The address is in the kernel of its owner, besides those that nobody can tell to release it. */
export function hosted(view: View, address: string): Claim {
  const besides = keepers(view, address)
  return { kind: 'hosted', addresses: [address], ...(besides.length > 0 && { besides }) }
}

/** How a successful takeover run leaves the address. */
function result(view: View, by: readonly Pnn[], address: string): Claim[] {
  if (hasRivals(view)) return [WHOSE_RUN]
  if (findsHost(view, address)) return [hosted(view, address)]
  const told = by.filter(
    (pnn) =>
      !view.isDaemonDead(pnn) &&
      !isUnseen(view, pnn, address) &&
      view.peek(pnn, 'known')?.some((known) => known.address === address) === true,
  )
  return told.length === 0 ? [] : [{ kind: 'released', pnns: told, addresses: [address] }]
}
