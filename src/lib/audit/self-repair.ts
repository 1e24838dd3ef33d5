import { hasFlag, INACTIVE_FLAGS, NODE_FLAG, type Pnn } from '../cluster/node.ts'
import { nodesText } from '../cluster/node-text.ts'
import { enabledServices, SERVICE_SCRIPTS } from '../host/service-addresses.ts'
import { saysItOwns } from './facts.ts'
import { isFailoverDisabled } from './failover.ts'
import { whyInVain } from './idle-scripts.ts'
import { hidesFromScripts } from './interfaces.ts'
import { isDeceived, isUnseen } from './nonlocal.ts'
import { type Claim, staysUntil, staysUntilFirst, type Trigger } from './outlook.ts'
import { allReleased } from './release-all.ts'
import { hasRivals, hearsNoLeader, WHOSE_RUN } from './rivals.ts'
import { ownerInKernel } from './shared-kernel.ts'
import { ELECTION_S, electionS, noticeS, recoveryNeeds, recoveryS, runS, tunableOf } from './timing.ts'
import type { View } from './view.ts'

/** Why no takeover run is made, and what would end that; undefined if nothing is known that prevents one. */
export function whyNoRun(
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

/** Why a node's recovery daemon does not notice what is wrong with an address on its own node; undefined if it does. */
export function whyUnnoticed(view: View, pnn: Pnn, address: string): string | undefined {
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

/** What brings something about nevertheless, where a node does not notice what is wrong: at the latest a takeover run for another reason. */
function untilNoticed(view: View, pnn: Pnn, address: string): Trigger {
  if (view.isDaemonDead(pnn)) return { on: 'answers', pnn }
  // Then CTDB tries to add it, which may work on another interface, and a release may remove it.
  if (isUnseen(view, pnn, address)) return { on: 'takes', pnn, address }
  if (view.peek(pnn, 'known')?.every((known) => known.address !== address)) return { on: 'reload', pnn }
  return { on: 'run' }
}

/** A run is the same for all nodes. */
const eachOnce = (triggers: readonly Trigger[]): Trigger[] =>
  triggers.filter(({ on }, index) => on !== 'run' || triggers.findIndex((each) => each.on === 'run') === index)

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

/** The active nodes that list an address as available. */
const ableFor = (view: View, address: string): Pnn[] =>
  view.active.map(({ pnn }) => pnn).filter((pnn) => view.peek(pnn, 'available')?.includes(address))

/** Whether a takeover run finds a node for the address, as far as it is known: one that lists it as available and that works. */
export function findsHost(view: View, address: string): boolean {
  const { pnn: leader } = view.snapshot.leader
  const able = ableFor(view, address)
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
    const ends = by.map((pnn) => untilNoticed(view, pnn, address))
    return [staysUntilFirst(eachOnce(ends), reasons[0]?.why), ...afterRun(view, by, address)]
  }
  if (blocked) {
    const { because, until } = blocked
    const first: Claim[] =
      until.on === 'leader' || until.on === 'repair'
        ? [allReleased(view, noticing, { laterS: electionS(view), because })]
        : [until.on === 'recovery' ? recovering(view, noticing, because) : staysUntil(until, because)]
    return [...first, ...result(view, by, address).map((claim) => bounded(claim, settledAfter(view, until)))]
  }
  const vain = noticing.map((pnn) => ({ pnn, ...whyInVain(view, pnn) })).find(({ because }) => because !== undefined)
  if (vain?.because !== undefined) {
    return [runsInVain(view, vain.pnn, vain.because, { fail: vain.fail ?? false })]
  }
  const withinS = Math.max(...noticing.map((pnn) => noticeS(view, pnn)))
  return [
    { kind: 'run-asked', by: noticing, if: recoveryNeeds(view), withinS },
    ...result(view, by, address).map((claim) => bounded(claim, { if: ['run succeeds'], withinS: withinS + runS(view) })),
  ]
}

/** A claim with a bound; what is not known has no bound and no condition. */
export const bounded = (claim: Claim, bound: Pick<Claim, 'after' | 'if' | 'withinS'>): Claim =>
  claim.kind === 'unknown' ? claim : { ...claim, ...bound }

/** What becomes of an address while a recovery is in progress. */
function recovering(view: View, noticing: readonly Pnn[], because: string): Claim {
  const pnns = noticing.filter((pnn) => view.peek(pnn, 'recoveryMode') === 1)
  return pnns.length > 0 ? allReleased(view, pnns, { because }) : staysUntil({ on: 'recovery' }, because)
}

/** What the next takeover run does about it, whatever triggers it. */
export const afterRun = (view: View, by: readonly Pnn[], address: string): Claim[] =>
  result(view, by, address).map((claim) => bounded(claim, { after: { on: 'run' }, if: ['network works', 'nothing changes'] }))

const settledAfter = (view: View, until: Trigger): Pick<Claim, 'after' | 'if' | 'withinS'> => ({
  after: until,
  if: ['run succeeds', ...(until.on === 'other' ? [] : recoveryNeeds(view).filter((each) => each === 'lock works'))],
  withinS: (until.on === 'repair' ? electionS(view) + recoveryS(view) : ELECTION_S) + runS(view),
})

/** The nodes whose kernels have the address, and that no takeover run can make release it. */
export const keepers = (view: View, address: string): Pnn[] =>
  view.nodes
    .map(({ pnn }) => pnn)
    .filter((pnn) => {
      const held = view.peek(pnn, 'host.addresses')?.filter((each) => each.address === address) ?? []
      if (held.length === 0 || ownerInKernel(view, pnn, address) !== undefined) return false
      const isTold =
        !view.isDaemonDead(pnn) &&
        (view.isCutOff(pnn) || !hasFlag({ flags: view.flags(pnn) }, NODE_FLAG.DISCONNECTED)) &&
        view.peek(pnn, 'known')?.some((known) => known.address === address) !== false
      return (
        !isTold || isUnseen(view, pnn, address) || held.some(({ interfaceName }) => hidesFromScripts(view, pnn, interfaceName))
      )
    })

/** Nothing is promised of an address that the NAT gateway or LVS of CTDB has as well. */
function sharedWithService(view: View, address: string): Claim | undefined {
  const services = view.nodes.flatMap(({ pnn }) =>
    enabledServices(view.peek(pnn, 'host.serviceAddresses') ?? [], view.peek(pnn, 'host.enabledScripts')),
  )
  const shared = services.find((each) => each.address === address)
  if (!shared) return undefined
  const because = `${SERVICE_SCRIPTS[shared.service]} adds and removes it as well, on every node that has it configured`
  return { kind: 'unknown', what: 'which kernels have the address', because }
}

/** The address is in the kernel of its owner, besides those that nobody can tell to release it. */
export function hosted(view: View, address: string): Claim {
  const shared = sharedWithService(view, address)
  if (shared) return shared
  const besides = keepers(view, address)
  return { kind: 'hosted', addresses: [address], ...(besides.length > 0 && { besides }) }
}

/** How a successful takeover run leaves the address. */
function result(view: View, by: readonly Pnn[], address: string): Claim[] {
  if (hasRivals(view)) return [WHOSE_RUN]
  const lacks = (pnn: Pnn) => view.peek(pnn, 'host.addresses')?.every((held) => held.address !== address) !== false
  const deceived = ableFor(view, address).filter((pnn) => isDeceived(view, pnn, address) && lacks(pnn))
  if (deceived.length > 0) {
    const what = `whether a takeover run adds the address on ${nodesText(deceived)}`
    return [{ kind: 'unknown', what, because: 'with ip_nonlocal_bind=1 CTDB believes that the kernel has it already' }]
  }
  if (findsHost(view, address)) return [hosted(view, address)]
  const shared = sharedWithService(view, address)
  if (shared) return [shared]
  const told = by.filter(
    (pnn) =>
      !view.isDaemonDead(pnn) &&
      !isUnseen(view, pnn, address) &&
      view.peek(pnn, 'known')?.some((known) => known.address === address) === true,
  )
  return told.length === 0 ? [] : [{ kind: 'released', pnns: told, addresses: [address] }]
}
