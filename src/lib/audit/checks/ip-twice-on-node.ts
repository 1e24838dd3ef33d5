import type { Pnn } from '../../cluster/node.ts'
import { listed, nodesText } from '../../cluster/node-text.ts'
import type { HostAddress } from '../../snapshot/host-facts.ts'
import { cause, PRIVATE_TOO } from '../cause.ts'
import type { Check, Found } from '../check.ts'
import { heldText, kernelHas } from '../facts.ts'
import { interfacesOf, publicAddressesHeld } from '../kernel-addresses.ts'
import { leavesInterface } from '../lasting.ts'
import { staysUntil } from '../outlook.ts'
import { checkedFact, look } from '../remedy.ts'
import { ONE_AT_A_TIME, removal, removing } from '../removal.ts'
import { selfRepair } from '../self-repair.ts'
import type { View } from '../view.ts'

export const check: Check = {
  id: 'ip-twice-on-node',
  order: 130,
  severity: 'error',
  title: 'An address is on two interfaces of one node',
  seenBy: ['K'],
  moves: true,
  meaning:
    'The node has a public address on two interfaces. When CTDB releases the address, the script removes it from one of them only; CTDB sees that the kernel still has it, and the takeover run fails.',
  outlook:
    'Nothing while the node owns the address. A release fails at first, and the node gets banning credits; CTDB repeats the takeover run, which then removes the address from the other interface.',
  remedy: 'Remove it by hand from the interface that the daemon does not name (see `ctdb ip -v`).',
  // A start of ctdbd changes what is there: until then nothing is to be removed by hand.
  causes: [PRIVATE_TOO, cause('ip-on-dead-daemon', 'node', 'address'), cause('ip-of-service', 'address')],
  falseAlarm: 'While CTDB moves it from one interface to another (event updateip).',
  find(view) {
    return [...publicAddressesHeld(view)].flatMap(({ pnn, address, held }): Found[] => {
      const names = interfacesOf(held)
      if (names.length < 2) return []
      return [
        {
          subject: { pnn, address },
          message: `node ${pnn} holds ${address} on ${listed(names)} at the same time`,
          evidence: held.map((each) => kernelHas(pnn, heldText(each))),
          ...adviceOn(view, pnn, address, held),
        },
      ]
    })
  },
}

function adviceOn(view: View, pnn: Pnn, address: string, held: readonly HostAddress[]): Pick<Found, 'claims' | 'actions'> {
  const own = view.peek(pnn, 'known')?.find((known) => known.address === address)
  const isOwner = own?.owner === pnn
  const extra = isOwner ? held.filter(({ interfaceName }) => interfaceName !== own.activeInterface) : []
  const claims =
    own && !isOwner ? selfRepair(view, [pnn], address) : [staysUntil(leavesInterface(view, pnn, [address]), ONE_AT_A_TIME)]
  // One that is left is enough, as long as it is where the daemon expects it.
  if (own?.activeInterface && extra.length > 0 && extra.length < held.length) {
    const checked = checkedFact(`${nodesText([pnn])} keeps it on ${own.activeInterface}`)
    return { claims, actions: [...removing(view, pnn, extra, checked), look('Find out what put it there.')] }
  }
  return {
    claims,
    actions: isOwner ? [look(check.remedy)] : [...removal(view, pnn, held), look('Find out what put it there.')],
  }
}
