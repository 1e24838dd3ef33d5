import type { Pnn } from '../../cluster/node.ts'
import type { HostLink } from '../../snapshot/host-facts.ts'
import type { Check, Found } from '../check.ts'
import { absentInterfaces, addressFile, fileHas, kernelHas, said } from '../facts.ts'

export const ifaceLinkMismatch: Check = {
  id: 'iface-link-mismatch',
  severity: 'warning',
  title: 'Daemon and kernel differ on whether an interface has a link',
  seenBy: ['C', 'K'],
  moves: true,
  meaning:
    'The daemon goes by what the event scripts last told it about a link. While it believes in a link that is gone, the node keeps addresses that nobody reaches; while it does not see one that is there, the node hosts less than it could.',
  outlook:
    'The next monitor event (MonitorInterval, 15 s) corrects it, if 10.interface is enabled and the interface is in the public addresses file.',
  remedy:
    'When it stays: check that 10.interface is enabled, whether `ctdb setifacelink` was used, and CTDB_PARTIALLY_ONLINE_INTERFACES.',
  falseAlarm: 'For up to MonitorInterval (15 s) after the link has changed.',
  find(view) {
    // An inactive node is not monitored, and so learns nothing of its links.
    return view.active.flatMap(({ pnn }) => {
      const interfaces = view.need(pnn, 'interfaces')
      const links = view.need(pnn, 'host.links')
      if (!interfaces || !links) return []
      return interfaces.flatMap(({ name, linkUp }): Found[] => {
        const link = links.find((candidate) => candidate.name === name)
        // One that does not exist is another matter.
        return link && linkUp !== (link.up && link.carrier) ? [mismatch(pnn, linkUp, link)] : []
      })
    })
  },
}

function mismatch(pnn: Pnn, linkUp: boolean, { name, up, carrier }: HostLink): Found {
  const [believed, real] = linkUp ? ['up', 'down'] : ['down', 'up']
  const seen = up ? `${name} has ${carrier ? 'a' : 'no'} carrier` : `${name} is set down`
  return {
    subject: { pnn, interfaceName: name },
    message: `node ${pnn}: the daemon believes that the link of ${name} is ${believed}, the kernel has it ${real}`,
    evidence: [said(pnn, `link of ${name} is ${believed}`), kernelHas(pnn, seen)],
  }
}

export const ifaceAbsent: Check = {
  id: 'iface-absent',
  severity: 'error',
  title: 'A configured interface does not exist',
  seenBy: ['F', 'K'],
  moves: false,
  meaning:
    'The public addresses file names an interface that the kernel does not have. The running daemon cannot put addresses on it; and when ctdbd is started again it refuses the whole file, and does not start.',
  outlook:
    'The monitor event fails, which makes the node unhealthy; its addresses go elsewhere. It does not come back by itself.',
  remedy: 'Create the interface, or correct its name in the file.',
  find(view) {
    return view.nodes.flatMap(({ pnn }) => {
      const file = addressFile(view, pnn)
      const links = view.need(pnn, 'host.links')
      if (!file || !links) return []
      return absentInterfaces(file, links).map(
        ({ name, users }): Found => ({
          subject: { pnn, interfaceName: name },
          addresses: users,
          message: `node ${pnn} has no interface ${name}, which its public addresses file names`,
          evidence: [fileHas(pnn, `public_addresses names ${name} (${users.length} times)`), kernelHas(pnn, `has no ${name}`)],
        }),
      )
    })
  },
}
