import type { Pnn } from '../../cluster/node.ts'
import type { HostAddress } from '../../snapshot/host-facts.ts'
import { cause, failingScript, PRIVATE_TOO } from '../cause.ts'
import type { Check, Found } from '../check.ts'
import { heldText, type Knowers, kernelHas, knownBy, ownerText, said } from '../facts.ts'
import { hiddenText, hidesFromScripts } from '../interfaces.ts'
import { interfacesOf, localFindings, mayHoldNone } from '../kernel-addresses.ts'
import { besideOwner } from '../kernel-of-owner.ts'
import { stays } from '../outlook.ts'
import { type Action, look } from '../remedy.ts'
import { removal } from '../removal.ts'
import { runsInVain, selfRepair } from '../self-repair.ts'
import type { View } from '../view.ts'

export const check: Check = {
  id: 'ip-rogue',
  order: 20,
  severity: 'error',
  title: 'A kernel holds a public address that its node does not own',
  seenBy: ['C', 'K'],
  moves: true,
  causes: [
    cause('ip-duplicate-claim', 'address'),
    cause('kernel-shared', 'node', 'address'),
    PRIVATE_TOO,
    cause('ip-foreign-manager', 'node', 'address'),
    cause('ip-of-service', 'address'),
    cause('ip-foreign-config', 'node', 'address'),
    cause('ip-duplicate-kernel', 'address'),
    failingScript('releaseip'),
  ],
  meaning:
    'The node answers for a public address that, according to its own daemon, belongs to another node or to none. If another node holds it too, clients sometimes reach one node, sometimes the other.',
  outlook:
    "The node's recovery daemon notices it within about a second and asks the leader for a takeover run, which tells the node to release the address. This does not happen if the node's own daemon does not know the address.",
  remedy:
    'If it persists: remove the address with `ip addr del` on that node, and find out what put it there (a network configuration, a script, a container).',
  falseAlarm: 'While the address is being moved; another sample shows whether it persists.',
  find(view) {
    const publics = knownBy(view)
    return view.nodes
      .filter(({ pnn }) => !mayHoldNone(view, pnn))
      .flatMap(({ pnn }) =>
        localFindings(view, publics, pnn).flatMap((finding): Found[] => {
          if (finding.kind !== 'unexpected') return []
          const { address } = finding
          const isKnown = publics.get(address)?.some((knower) => knower.pnn === pnn) === true
          const held = holders(view, pnn, address)
          const hidden = interfacesOf(held).filter((name) => hidesFromScripts(view, pnn, name))
          return [
            {
              subject: { pnn, address },
              message: `the kernel of node ${pnn} holds ${address}, which node ${pnn} does not own`,
              evidence: [beliefOf(publics, pnn, address), ...held.map((each) => kernelHas(pnn, heldText(each)))],
              ...(besideOwner(view, pnn, address) ?? adviceOn(view, pnn, held, { address, isKnown, hidden })),
            },
          ]
        }),
      )
  },
}

function adviceOn(
  view: View,
  pnn: Pnn,
  held: readonly HostAddress[],
  { address, isKnown, hidden }: { address: string; isKnown: boolean; hidden: readonly string[] },
): Pick<Found, 'claims' | 'actions'> {
  const removals = removal(view, pnn, held)
  const rest = look('Find out what put it there (a network configuration, a script, a container).')
  if (!isKnown) {
    return {
      claims: [stays("CTDB does not notice, as the node's own daemon does not know the address")],
      actions: [...removals, rest],
    }
  }
  if (hidden.length > 0) {
    return { claims: [runsInVain(view, pnn, hiddenText(hidden))], actions: [...removals, rest] }
  }
  return {
    claims: selfRepair(view, [pnn], address),
    actions: [...removals.map((action): Action => ({ ...action, if: 'it persists' })), rest],
  }
}

const beliefOf = (publics: ReadonlyMap<string, Knowers>, pnn: Pnn, address: string): string => {
  const belief = publics.get(address)?.find((knower) => knower.pnn === pnn)?.known
  return belief ? said(pnn, `believes that ${ownerText(belief.owner)} owns it`) : said(pnn, 'does not know it')
}

const holders = (view: View, pnn: Pnn, address: string): HostAddress[] =>
  (view.peek(pnn, 'host.addresses') ?? []).filter((held) => held.address === address)
