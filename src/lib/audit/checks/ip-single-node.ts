import { listed } from '../../cluster/node-text.ts'
import { cause } from '../cause.ts'
import type { Check, Found } from '../check.ts'
import { addressFile, knownBy, said } from '../facts.ts'
import { stays, staysUntil } from '../outlook.ts'
import { mend } from '../remedy.ts'

const MATTER = 'for CTDB this is a matter of configuration'

export const check: Check = {
  id: 'ip-single-node',
  order: 100,
  severity: 'warning',
  title: 'Only one node knows an address',
  seenBy: ['C'],
  moves: false,
  causes: [cause('file-not-loaded', 'address')],
  meaning:
    'Only one node of the cluster has the address among its public addresses, so no other node can take it over when that node fails.',
  outlook: 'Nothing: for CTDB this is a matter of configuration.',
  remedy: 'Add the address to the public addresses file of at least one other node, and run `ctdb reloadips` there.',
  falseAlarm: 'If this is intended.',
  find(view) {
    if (view.nodes.length < 2) return []
    // What a silent node knows can only be inferred from its file. Without the file, it may know any address.
    const silent = view.nodes.filter(({ pnn }) => view.need(pnn, 'known') === undefined)
    // Its daemon may know more than its file lists.
    const [first] = silent
    const files = silent.map(({ pnn }) => addressFile(view, pnn))
    if (files.includes(undefined)) return []
    const listedThere = new Set(files.flatMap((file) => file?.addresses.map(({ address }) => address) ?? []))
    return [...knownBy(view)].flatMap(([address, knowers]): Found[] => {
      const [only] = knowers
      if (!only || knowers.length > 1 || listedThere.has(address)) return []
      const others = view.nodes.filter(({ pnn }) => pnn !== only.pnn).map(({ pnn }) => pnn)
      return [
        {
          subject: { pnn: only.pnn, address },
          message: `only node ${only.pnn} knows ${address}: there is no failover for it`,
          evidence: [
            said(only.pnn, 'knows it'),
            `CTDB on nodes ${listed(others.map(String))}: ${others.length === 1 ? 'does' : 'do'} not`,
          ],
          claims: [first ? staysUntil({ on: 'answers', pnn: first.pnn }, MATTER) : stays(MATTER)],
          actions: [mend({ what: 'file', address }, check.remedy)],
        },
      ]
    })
  },
}
