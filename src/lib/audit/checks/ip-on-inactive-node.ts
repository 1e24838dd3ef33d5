import { flagsText, INACTIVE_FLAGS, NODE_FLAG, type Pnn } from '../../cluster/node.ts'
import type { HostAddress } from '../../snapshot/host-facts.ts'
import type { KnownAddress } from '../../snapshot/snapshot.ts'
import { cause, PRIVATE_TOO } from '../cause.ts'
import type { Check, Found } from '../check.ts'
import { heldText, kernelHas, knownBy, said } from '../facts.ts'
import { isFailoverDisabled, takeoverRun } from '../failover.ts'
import { hiddenText, hidesFromScripts } from '../interfaces.ts'
import { eachAddressOnce, heldForItself, interfacesOf, mayHoldNone } from '../kernel-addresses.ts'
import { isUnseen } from '../nonlocal.ts'
import { NOTHING_TRIGGERS_A_RUN, stays, staysUntil, type Trigger } from '../outlook.ts'
import { allReleased, keepsAll } from '../release-all.ts'
import { type Action, look } from '../remedy.ts'
import { removal } from '../removal.ts'
import { afterRun, findsHost, runsInVain, selfRepair } from '../self-repair.ts'
import type { View } from '../view.ts'

/** What is known of the address, and of the node that has it. */
interface Situation {
  readonly address: string
  readonly held: readonly HostAddress[]
  /** What the node's own daemon knows of it. */
  readonly own: KnownAddress | undefined
  readonly isInactive: boolean
}

function adviceOn(view: View, pnn: Pnn, situation: Situation): Pick<Found, 'claims' | 'actions'> {
  return situation.isInactive ? ofInactive(view, pnn, situation) : ofDisabled(view, pnn, situation)
}

/**
 * A node releases all it has when it becomes banned or stopped, and does not check its addresses any more. But a takeover run tells every
 * connected node to release what it knows and is not to have.
 */
function ofInactive(view: View, pnn: Pnn, { address, held, own }: Situation): Pick<Found, 'claims' | 'actions'> {
  const rest = look('If it comes back, look for other programs that manage its interfaces.')
  const removals = removal(view, pnn, held)
  if (!own) return { claims: [stays("the node's own daemon does not know the address")], actions: [...removals, rest] }
  if ((view.flags(pnn) & (NODE_FLAG.BANNED | NODE_FLAG.STOPPED)) === 0) {
    // Its daemon answers, so that it has just started or is just being lost.
    const until: Trigger = { on: 'connected', pnn }
    return { claims: [staysUntil(until, 'no takeover run reaches a node that is disconnected')], actions: [...removals, rest] }
  }
  const because = isFailoverDisabled(view, pnn) ? keepsAll([pnn]) : AT_ONCE
  const until =
    view.peek(pnn, 'recoveryMode') === 1 ? allReleased(view, [pnn], { because: LATER }) : staysUntil({ on: 'run' }, because)
  const claims = isUnseen(view, pnn, address) ? selfRepair(view, [pnn], address) : [until, ...afterRun(view, [pnn], address)]
  return {
    claims: [...claims, NOTHING_TRIGGERS_A_RUN],
    actions: [takeoverRun(view), ...removals.map((action): Action => ({ ...action, if: 'it persists' })), rest],
  }
}

const AT_ONCE = 'a node that is banned or stopped releases all its addresses at that moment, and does not check again later'
const LATER =
  'a node that is banned or stopped releases all its addresses at that moment, and once more if it stays in recovery mode for RecoveryDropAllIPs'

/** A takeover run tells a disabled node to release what it knows. */
function ofDisabled(view: View, pnn: Pnn, { address, held, own }: Situation): Pick<Found, 'claims' | 'actions'> {
  if (own?.owner === pnn) {
    const isLost = !findsHost(view, address)
    return {
      claims: [...afterRun(view, [pnn], address), NOTHING_TRIGGERS_A_RUN],
      actions: [takeoverRun(view, isLost ? { if: 'the address, which no other node can host, is not needed' } : {})],
    }
  }
  const rest = [...removal(view, pnn, held), look('Find out what put it there.')]
  if (!own) return { claims: [stays("the node's own daemon does not know the address")], actions: rest }
  const hidden = interfacesOf(held).filter((name) => hidesFromScripts(view, pnn, name))
  if (hidden.length > 0) {
    return { claims: [runsInVain(view, pnn, hiddenText(hidden))], actions: rest }
  }
  return {
    claims: selfRepair(view, [pnn], address),
    actions: [takeoverRun(view, { if: 'it persists' }), look('Find out what put it there.')],
  }
}

export const check: Check = {
  id: 'ip-on-inactive-node',
  order: 80,
  severity: 'error',
  title: 'A node that must not hold addresses has one in its kernel',
  seenBy: ['C', 'K'],
  moves: true,
  causes: [
    PRIVATE_TOO,
    cause('leader-disagreement', 'node'),
    { ...cause('failover-off'), when: (_effect, { subject }) => subject.detail?.startsWith('[') === true },
  ],
  meaning:
    'A banned, stopped, disabled or disconnected node holds a public address that belongs to the other nodes. As soon as one of them takes it over, the address is on two nodes.',
  outlook:
    'Nothing until the next takeover run, which tells every connected node to release the addresses that it must not have. A node that is banned or stopped releases all its addresses at that moment, and does not check again later.',
  remedy:
    'Run `ctdbts ipreallocate`. If that does not help, remove the address on that node with `ip addr del`. If it comes back, look for other programs that manage its interfaces.',
  falseAlarm: 'Shortly after the node was banned, stopped or disabled.',
  find(view) {
    const inactive = view.nodes.filter(({ pnn }) => mayHoldNone(view, pnn) && !view.isDaemonDead(pnn))
    if (inactive.length === 0) return []
    const publics = knownBy(view)
    return inactive.flatMap(({ pnn }) => {
      const entries = heldForItself(view, publics, pnn) ?? []
      return eachAddressOnce(entries).map((held): Found => {
        const flags = view.flags(pnn)
        const own = publics.get(held.address)?.find((knower) => knower.pnn === pnn)?.known
        const isOwner = own?.owner === pnn
        return {
          subject: { pnn, address: held.address },
          message: `node ${pnn} is ${flagsText(flags)}, but its kernel holds ${held.address}`,
          evidence: [
            `node map: node ${pnn} is ${flagsText(flags)}`,
            kernelHas(pnn, heldText(held)),
            ...(isOwner ? [said(pnn, 'says that it owns it')] : []),
          ],
          ...adviceOn(view, pnn, {
            address: held.address,
            held: entries.filter(({ address }) => address === held.address),
            own,
            isInactive: (flags & INACTIVE_FLAGS) !== 0,
          }),
        }
      })
    })
  },
}
