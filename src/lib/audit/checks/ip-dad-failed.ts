import { hasFlag, INACTIVE_FLAGS, type Pnn } from '../../cluster/node.ts'
import type { HostAddress } from '../../snapshot/host-facts.ts'
import { type Cause, cause } from '../cause.ts'
import type { Check, Found } from '../check.ts'
import { heldText, kernelHas, saysItOwns } from '../facts.ts'
import { takeoverRun } from '../failover.ts'
import { publicAddressesHeld } from '../kernel-addresses.ts'
import { leavesInterface } from '../lasting.ts'
import { isDeceived, testsWithBind } from '../nonlocal.ts'
import { type Claim, staysUntil, type Trigger } from '../outlook.ts'
import { type Action, checkedFact, mend } from '../remedy.ts'
import { removing } from '../removal.ts'
import type { View } from '../view.ts'

export const check: Check = {
  id: 'ip-dad-failed',
  order: 140,
  severity: 'error',
  title: 'An IPv6 address is in the kernel but cannot be used',
  seenBy: ['K'],
  moves: true,
  causes: [cause('ip-duplicate-kernel', 'address'), ...['ip-on-dead-daemon', 'ip-on-inactive-node'].map(answersElsewhere)],
  meaning:
    'Before the kernel uses an IPv6 address, it asks the network whether another host has it (duplicate address detection). Until that is done, the address is tentative. If another host answers, detection has failed, and the node does not serve the address although its kernel has it.',
  outlook:
    'Up to 4.21, CTDB considers the address missing and tries to take it over again. That fails because the kernel already has it, and in the end the node is banned. Newer versions only check that the kernel has the address, and do nothing.',
  remedy:
    'Find out which other host on that network has the address (see ip-duplicate-kernel) and remove it there. Then remove the address from this node with `ip addr del`, and run `ctdbts ipreallocate`.',
  falseAlarm: 'For a second or two after the address was added.',
  find(view) {
    return [...publicAddressesHeld(view)].flatMap(({ pnn, address, held }): Found[] => {
      const bad = held.filter(({ tentative, dadFailed }) => tentative || dadFailed)
      if (bad.length === 0) return []
      const failed = bad.filter(({ dadFailed }) => dadFailed)
      const state = failed.length > 0 ? 'another host on the network has answered for it (dadfailed)' : 'it is tentative'
      const isOwner = saysItOwns(view, pnn, address) === true
      return [
        {
          subject: { pnn, address },
          message: `node ${pnn} holds ${address}, but cannot use it: ${state}`,
          evidence: bad.map((each) => kernelHas(pnn, `${heldText(each)}: ${each.dadFailed ? 'dadfailed' : 'tentative'}`)),
          claims: claimsOn(view, pnn, { address, isOwner, isElsewhere: bad.length < held.length }),
          actions: actionsFor(view, pnn, { address, failed, isOwner }),
        },
      ]
    })
  },
}

/** A finding of another node whose kernel has the address, and answers for it. A kernel that has found that out is no second holder. */
function answersElsewhere(id: string): Cause {
  return { ...cause(id, 'address'), when: (effect, { subject }) => subject.pnn !== effect.subject.pnn }
}

/** @param isElsewhere whether the kernel also has the address where it can be used. */
function claimsOn(
  view: View,
  pnn: Pnn,
  { address, isOwner, isElsewhere }: { readonly address: string; readonly isOwner: boolean; readonly isElsewhere: boolean },
): Claim[] {
  const version = view.peek(pnn, 'host.version')
  const bind = version === undefined ? undefined : testsWithBind(version)
  const checks = isOwner && !view.isDaemonDead(pnn) && !hasFlag({ flags: view.flags(pnn) }, INACTIVE_FLAGS)
  if (bind === undefined) return [{ kind: 'unknown', what: 'whether CTDB notices it' }]
  const until = leavesInterface(view, pnn, [address])
  if (!bind)
    return isOwner
      ? [staysUntil(until, 'CTDB only checks that the kernel has the address')]
      : [{ kind: 'unknown', what: 'what CTDB does about it' }]
  if (isElsewhere || isDeceived(view, pnn, address)) return [staysUntil(until, 'CTDB believes that the kernel has the address')]
  // A daemon that starts drops all addresses of its file first. One that runs tries to add it, which may work on another interface, and a release may
  // remove it then.
  const end: Trigger = view.isDaemonDead(pnn) ? { on: 'answers', pnn } : { on: 'takes', pnn, address }
  if (!checks) return [staysUntil(end, 'CTDB does not see an address that cannot be used')]
  const because = 'CTDB takes the address for missing, and cannot add it, as the kernel has it'
  return [{ kind: 'runs-in-vain', pnn, fail: true, because }]
}

/** A release does not remove what CTDB takes for missing, so that somebody has to. */
function actionsFor(
  view: View,
  pnn: Pnn,
  { address, failed, isOwner }: { readonly address: string; readonly failed: readonly HostAddress[]; readonly isOwner: boolean },
): Action[] {
  const other = mend(
    { what: 'other program', address },
    'Find out which other host on that network has the address (see ip-duplicate-kernel), and make it give the address up.',
  )
  if (failed.length === 0) return [{ kind: 'wait', for: 'the kernel is asking the network whether another host has it' }]
  return [
    other,
    ...removing(view, pnn, failed, checkedFact('it cannot be used there')),
    ...(isOwner ? [takeoverRun(view, { purpose: 'to add it again' })] : []),
  ]
}
