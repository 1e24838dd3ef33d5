import type { Pnn } from '../../cluster/node.ts'
import { nodesText } from '../../cluster/node-text.ts'
import { oneOr } from '../../plural.ts'
import { cause } from '../cause.ts'
import type { Check, Found } from '../check.ts'
import { addressFile, knownBy, said, saidByNodes, sameMembers } from '../facts.ts'
import { silentAnswers } from '../lasting.ts'
import { staysUntilFirst } from '../outlook.ts'
import { mend } from '../remedy.ts'
import type { View } from '../view.ts'

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
    const files = silent.map(({ pnn }) => addressFile(view, pnn))
    if (files.includes(undefined)) return []
    const listedThere = new Set(files.flatMap((file) => file?.addresses.map(({ address }) => address) ?? []))
    const pending = view.nodes.map(({ pnn }) => pnn).filter((pnn) => differsFromFile(view, pnn))
    const lonely = [...knownBy(view)].flatMap(([address, [only, ...more]]) =>
      only && more.length === 0 && !listedThere.has(address) ? [{ address, only }] : [],
    )
    return lonely.map(({ address, only }): Found => {
      const others = view.nodes.filter(({ pnn }) => pnn !== only.pnn).map(({ pnn }) => pnn)
      const count = lonely.filter((each) => each.only.pnn === only.pnn).length
      return {
        subject: { pnn: only.pnn, address },
        message: `only node ${only.pnn} knows ${address}: there is no failover for it`,
        evidence: [said(only.pnn, 'knows it'), saidByNodes(others, oneOr(others.length, 'does not', 'do not'))],
        // A silent daemon may know more than its file lists.
        claims: [staysUntilFirst(silentAnswers(view), MATTER)],
        actions: [mend({ what: 'file', address }, `${check.remedy}${onceFor(only.pnn, count)}${warningOf(pending)}`)],
      }
    })
  },
}

const onceFor = (pnn: Pnn, count: number): string =>
  count > 1 ? ` One reload is enough for all ${count} addresses that only node ${pnn} knows.` : ''

/** Whether a reload would change more on a node than was just added to its file. */
function differsFromFile(view: View, pnn: Pnn): boolean {
  const known = view.peek(pnn, 'known')?.map(({ address }) => address)
  const lines = addressFile(view, pnn)?.addresses.map(({ address }) => address)
  return known !== undefined && lines !== undefined && !sameMembers(known, lines)
}

const warningOf = (pending: readonly Pnn[]): string =>
  pending.length === 0
    ? ''
    : ` On ${nodesText(pending)} a reload changes more than that, as the ${oneOr(pending.length, 'file differs', 'files differ')} from what the daemon knows: see file-not-loaded first.`
