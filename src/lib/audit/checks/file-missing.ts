import { counted } from '../../plural.ts'
import type { Check, Found } from '../check.ts'
import { fileHas, said } from '../facts.ts'
import { staysUntil } from '../outlook.ts'
import { mend } from '../remedy.ts'
import { runsInVain } from '../self-repair.ts'

export const check: Check = {
  id: 'file-missing',
  order: 195,
  severity: 'error',
  title: 'A node with public addresses has no public addresses file',
  seenBy: ['F', 'C'],
  moves: false,
  meaning:
    'The running daemon still knows its public addresses, but the event script 10.interface looks for the file each time, and without it does nothing at all: it adds no address and removes none. The first takeover run that moves an address to or from this node fails, and the node gets banning credits until it is banned, with its addresses still in its kernel. A symbolic link to a missing file has the same effect.',
  outlook: 'Nothing as long as no address moves. The next takeover run that concerns this node fails.',
  remedy:
    'Put the file back, or mount the file system that its symbolic link points to, before any address moves. Until then, do not disable or stop the node, and do not run `ctdb reloadips`.',
  find(view) {
    return view.nodes.flatMap(({ pnn }): Found[] => {
      // A daemon that is started without the file has no public addresses, which is a way to set up a node.
      if (view.isDaemonDead(pnn)) return []
      const text = view.need(pnn, 'host.publicAddressesFile')
      const known = view.need(pnn, 'known')
      if (text !== null || !known || known.length === 0) return []
      return [
        {
          subject: { pnn },
          message: `node ${pnn} has no public addresses file, so none of its addresses can move`,
          evidence: [
            fileHas(pnn, 'there is no public_addresses'),
            said(pnn, `knows ${counted(known.length, 'public address', 'public addresses')}`),
          ],
          claims: [
            staysUntil({ on: 'other', text: 'an address moves there or away' }),
            runsInVain(view, pnn, '10.interface does nothing without the file', {
              after: { on: 'other', text: 'an address moves there or away' },
            }),
          ],
          actions: [mend({ what: 'file', pnn }, check.remedy)],
        },
      ]
    })
  },
}
