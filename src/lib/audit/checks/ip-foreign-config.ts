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
  title: 'A program other than CTDB is configured to set a public address',
  seenBy: ['F', 'C'],
  moves: false,
  meaning:
    'The configuration of systemd-networkd, NetworkManager, keepalived, ifupdown (`/etc/network/interfaces`) or network-scripts (`ifcfg-*`) on a node has a public address. That program sets the address when the machine or the program itself starts, or when a link comes back, no matter which node owns the address then: two nodes answer for it. It may also remove the address while CTDB has it there.',
  outlook: 'Nothing: CTDB does not look at the configuration of other programs.',
  remedy:
    'Remove the address from the other configuration: public addresses belong to CTDB alone. Another program generates the files under /run, such as netplan from /etc/netplan: remove the address from its configuration too, or it comes back. Before you restart systemd-networkd, disable the node (`ctdbts disable`), or choose a quiet time: without `KeepConfiguration=static` it removes all addresses that CTDB has added to the interface, and CTDB puts them back only some time later.',
  falseAlarm:
    'If the program does not use the file: its interface does not exist, another file takes precedence for the same interface, or the program has been stopped since.',
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
  return {
    subject: { pnn, address },
    message: `${listed(names)} on node ${pnn} ${oneOr(names.length, 'is', 'are')} configured to set ${address}, a public address`,
    evidence: places.map(({ file }) => fileHas(pnn, `${file} has ${address}`)),
    claims: [stays('CTDB does not look at the configuration of other programs')],
    actions: [
      mend({ what: 'other program', pnn, address }, [removalText(pnn, address, places), ...restartTexts(pnn, names)].join(' ')),
    ],
  }
}

function removalText(pnn: Pnn, address: string, places: readonly ForeignAddress[]): string {
  const files = places.map(({ file }) => file)
  const made = files.filter((file) => file.startsWith('/run/'))
  const removal = `Remove ${address} from ${listed(files)} on node ${pnn}`
  if (made.length === 0) return `${removal}.`
  return `${removal}, and from what makes ${listed(made)}, or it comes back at the next start of the machine (netplan makes such files from /etc/netplan).`
}

/** What the programs do to public addresses when they read their files again. */
function restartTexts(pnn: Pnn, names: readonly ForeignAddress['by'][]): string[] {
  const removes = `When ${listed(names)} ${oneOr(names.length, 'reads that, it', 'read that, they')} may remove the address: if the node owns it, CTDB puts it back.`
  const drops = `When systemd-networkd starts, it removes all public addresses from the interface, unless its file has \`KeepConfiguration=static\`, until CTDB puts them back: disable node ${pnn} first (\`ctdbts disable -n ${pnn}\`), or choose a quiet time.`
  return names.includes('systemd-networkd') ? [removes, drops] : [removes]
}
