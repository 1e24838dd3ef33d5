import type { Pnn } from '../../cluster/node.ts'
import { listed } from '../../cluster/node-text.ts'
import { oneOr } from '../../plural.ts'
import type { ForeignAddress } from '../../snapshot/host-facts.ts'
import type { Check, Found } from '../check.ts'
import { fileHas, knownBy } from '../facts.ts'
import { stays } from '../outlook.ts'
import { mend } from '../remedy.ts'

export const check: Check = {
  id: 'ip-foreign-config',
  order: 152,
  severity: 'warning',
  title: 'Another program than CTDB is configured to set a public address',
  seenBy: ['F', 'C'],
  moves: false,
  meaning:
    'The configuration of systemd-networkd, NetworkManager or keepalived on a node has a public address. That program sets the address at each start of the machine or of itself, or when a link comes back, whoever owns it then: two nodes answer for it. Or it removes the address while CTDB has it there.',
  outlook: 'Nothing: CTDB does not look at the configuration of other programs.',
  remedy: 'Remove the address from the other configuration: public addresses belong to CTDB alone.',
  falseAlarm: 'If the program does not use the file, as the interface that it is for does not exist.',
  find(view) {
    const publics = knownBy(view)
    return view.nodes.flatMap(({ pnn }): Found[] => {
      const configured = view.want(pnn, 'host.configuredAddresses') ?? []
      const byAddress = Map.groupBy(
        configured.filter(({ address }) => publics.has(address)),
        ({ address }) => address,
      )
      return [...byAddress].map(([address, places]) => foundIn(pnn, address, places))
    })
  },
}

function foundIn(pnn: Pnn, address: string, places: readonly ForeignAddress[]): Found {
  const names = [...new Set(places.map(({ by }) => by))]
  const programs = listed(names)
  const files = listed(places.map(({ file }) => file))
  return {
    subject: { pnn, address },
    message: `${programs} on node ${pnn} ${oneOr(names.length, 'is', 'are')} configured to set ${address}, a public address`,
    evidence: places.map(({ file }) => fileHas(pnn, `${file} has ${address}`)),
    claims: [stays('CTDB does not look at the configuration of other programs')],
    actions: [
      mend(
        { what: 'other program', pnn, address },
        `Remove ${address} from ${files} on node ${pnn}. When ${programs} ${oneOr(names.length, 'reads that, it', 'read that, they')} may remove the address: if the node owns it, CTDB puts it back.`,
      ),
    ],
  }
}
