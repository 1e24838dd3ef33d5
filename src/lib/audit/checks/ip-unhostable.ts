import { CANNOT_HOST_FLAGS, flagsText, hasFlag, NODE_FLAG, type Pnn } from '../../cluster/node.ts'
import { listed } from '../../cluster/node-text.ts'
import { whyNot } from '../../takeover/can-host.ts'
import { cause } from '../cause.ts'
import type { Check, Found } from '../check.ts'
import { staysUntil, staysUntilFirst, type Trigger } from '../outlook.ts'
import { type Action, look, mend } from '../remedy.ts'
import { bounded, hosted } from '../self-repair.ts'
import { electionS, recoveryNeeds, recoveryS } from '../timing.ts'
import { beliefs, isGone, unownedAddresses } from '../unowned-addresses.ts'
import type { View } from '../view.ts'

export const check: Check = {
  id: 'ip-unhostable',
  order: 60,
  severity: 'warning',
  title: 'No node owns an address, and none can or may host it',
  seenBy: ['C'],
  moves: true,
  causes: [
    cause('failover-off'),
    cause('recovery-stuck'),
    cause('iface-absent', 'node', 'address'),
    cause('node-disconnected', 'node'),
    cause('node-banned', 'node'),
    cause('node-unhealthy', 'node'),
    cause('node-not-running', 'node'),
    cause('iface-link-mismatch', 'node'),
  ],
  meaning:
    'No node claims a public address, and none of the nodes that know it can host it now: they are inactive, disabled, unhealthy or not yet running, none of their interfaces for it has a link, or failover is turned off. Clients cannot reach it.',
  outlook: 'As soon as a node can host it, that node asks for a takeover run.',
  remedy: 'Fix what keeps the nodes from hosting it. The evidence gives the reason for each node.',
  find(view) {
    return unownedAddresses(view).flatMap(({ address, knowers, able, blocks }): Found[] => {
      const incomplete = view.active.some(({ pnn }) => view.peek(pnn, 'available') === undefined)
      if ((able.length > 0 && blocks.length === 0) || (able.length === 0 && incomplete)) return []
      const reasons = view.nodes.flatMap(({ pnn }) => {
        const why = reasonOf(view, pnn, address)
        return why === undefined ? [] : [`node ${pnn} cannot: ${why}`]
      })
      return [
        {
          subject: { address },
          nodes: view.nodes
            .filter(({ pnn }) => knowers.some((knower) => knower.pnn === pnn) || isGone(view, pnn))
            .map(({ pnn }) => pnn),
          message: `no node owns ${address}, and ${able.length > 0 ? 'the leader gives it to none' : 'no node can host it'}`,
          evidence: [...beliefs(knowers), ...blocks, ...reasons],
          ...(blocks.length > 0
            ? {
                claims: [staysUntilFirst([{ on: 'other', text: 'failover is turned on again' }, ...leaderLeaves(view)])],
                actions: [mend({ what: 'configuration', address }, 'Turn failover on again.')],
              }
            : {
                claims: [
                  staysUntil({ on: 'able', addresses: [address] }),
                  bounded(hosted(view, address), {
                    after: { on: 'able', addresses: [address] },
                    if: ['run succeeds', ...recoveryNeeds(view)],
                    withinS: electionS(view) + recoveryS(view),
                  }),
                ],
                actions: actionsFor(view, address),
              }),
        },
      ]
    })
  },
}

/** The settings of another leader would count. */
const leaderLeaves = ({ snapshot: { leader } }: View): Trigger[] =>
  leader.pnn === null ? [] : [{ on: 'leader leaves', pnn: leader.pnn }]

/** What lets each node host it again, as far as one step does; other findings say what to do about a ban, or about health. */
function actionsFor(view: View, address: string): Action[] {
  const steps = view.nodes.flatMap(({ pnn }): Action[] => {
    const known = view.peek(pnn, 'known')?.find((each) => each.address === address)
    if (!known) return []
    const flags = { flags: view.flags(pnn) }
    const links = view.peek(pnn, 'interfaces') ?? []
    const isUp = known.interfaces?.some((name) => links.some((link) => link.name === name && link.linkUp))
    return [
      ...(hasFlag(flags, NODE_FLAG.STOPPED) ? [command('ctdb continue', pnn, 'it need not stay stopped')] : []),
      ...(hasFlag(flags, NODE_FLAG.DISABLED) ? [command('ctdb enable', pnn, 'it need not stay disabled')] : []),
      ...(isUp === false
        ? [mend({ what: 'link', pnn }, `Repair the link of ${listed(known.interfaces ?? [])} on node ${pnn}.`)]
        : []),
    ]
  })
  return [look(check.remedy), ...steps]
}

const command = (text: string, on: Pnn, when: string): Action => ({ kind: 'command', command: text, on, if: when })

function reasonOf(view: View, pnn: Pnn, address: string): string | undefined {
  if (view.isDaemonDead(pnn)) return 'its daemon does not answer'
  const flags = view.flags(pnn)
  if ((flags & CANNOT_HOST_FLAGS) !== 0) return `it is ${flagsText(flags)}`
  return whyNot(view.snapshot, pnn, address)
}
