import { hasFlag, INACTIVE_FLAGS, NODE_FLAG, type Pnn } from '../../cluster/node.ts'
import type { Check, Found } from '../check.ts'
import { addressFile, fileHas, kernelHas, rejectsItsFile } from '../facts.ts'
import { whyInVain } from '../idle-scripts.ts'
import { absentInterfaces } from '../interfaces.ts'
import { staysUntil } from '../outlook.ts'
import { mend } from '../remedy.ts'
import type { View } from '../view.ts'

export const check: Check = {
  id: 'iface-absent',
  order: 170,
  severity: 'error',
  title: 'A configured interface does not exist',
  seenBy: ['F', 'K'],
  moves: false,
  meaning:
    'The public addresses file names an interface that the kernel does not have. The running daemon cannot put addresses on it. When ctdbd is restarted, it rejects the whole file and does not start.',
  outlook:
    'The monitor event fails, which makes the node unhealthy, and its addresses move to other nodes. The node does not recover by itself. (If CTDB_PARTIALLY_ONLINE_INTERFACES is set, it stays healthy as long as another of its interfaces has a link.)',
  remedy: 'Create the interface, or correct its name in the file.',
  find(view) {
    return view.nodes.flatMap(({ pnn }) => {
      const file = addressFile(view, pnn)
      const links = view.need(pnn, 'host.links')
      if (!file || !links) return []
      return absentInterfaces(view, pnn, file).map(
        ({ name, users, altnameOf }): Found => ({
          subject: { pnn, interfaceName: name },
          addresses: users,
          message:
            altnameOf === undefined
              ? `node ${pnn} has no interface ${name}, but its public addresses file names it`
              : `the public addresses file of node ${pnn} names ${name}, an alternative name of ${altnameOf}, which CTDB accepts from 4.25 on`,
          evidence: [
            fileHas(pnn, `public_addresses names ${name} (${users.length} times)`),
            kernelHas(pnn, altnameOf === undefined ? `has no ${name}` : `has ${name} as an alternative name of ${altnameOf}`),
            ...(altnameOf === undefined ? [] : [`ctdb version on node ${pnn}: ${view.peek(pnn, 'host.version')}`]),
          ],
          claims: view.isDaemonDead(pnn)
            ? rejectsItsFile(pnn)
            : [staysUntil({ on: 'other', text: 'the interface exists' }, healthOf(view, pnn))],
          actions: [
            mend(
              { what: 'interface', pnn, interfaceName: name },
              altnameOf === undefined ? check.remedy : `Write ${altnameOf} in the file, or update CTDB.`,
            ),
          ],
        }),
      )
    })
  },
}

/** What an interface that is not there does to a node whose daemon runs. */
function healthOf(view: View, pnn: Pnn): string {
  const flags = { flags: view.flags(pnn) }
  if (hasFlag(flags, INACTIVE_FLAGS)) return 'CTDB does not monitor an inactive node, so it only fails when it is active again'
  const idle = whyInVain(view, pnn)
  if (idle) return `${idle.because}, so nothing notices before an address is to be added to the interface`
  return hasFlag(flags, NODE_FLAG.UNHEALTHY)
    ? 'the monitor event fails, so the node is unhealthy'
    : 'the monitor event fails, and the node becomes unhealthy, unless CTDB_PARTIALLY_ONLINE_INTERFACES is set'
}
