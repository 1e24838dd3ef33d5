import { nodesText } from '../../cluster/node-text.ts'
import { cause } from '../cause.ts'
import type { Check, Found } from '../check.ts'
import { addressFile, byValue } from '../facts.ts'
import { LOAD_ANEW } from '../load-anew.ts'
import { stays } from '../outlook.ts'
import { mend } from '../remedy.ts'

export const check: Check = {
  id: 'file-cross-node',
  order: 210,
  severity: 'warning',
  title: 'The files of two nodes give an address different masks or interfaces',
  seenBy: ['F'],
  moves: false,
  causes: [cause('file-mask-iface-change', 'address')],
  meaning:
    'The prefix length or the interface of the address depends on which node hosts it. Different masks are a mistake (warning). Different interface names may be right if the nodes are built differently (info).',
  outlook: 'Nothing: each node reads its own file.',
  remedy: `Make the files agree. \`ctdb reloadips\` ignores such a change: afterwards, restart ctdbd on each node that changes, one after the other; or ${LOAD_ANEW}.`,
  falseAlarm: 'If interfaces have different names because the nodes are built differently.',
  find(view) {
    const lines = view.nodes.flatMap(({ pnn }) => (addressFile(view, pnn)?.addresses ?? []).map((line) => ({ pnn, ...line })))
    const byAddress = Map.groupBy(lines, ({ address }) => address)
    return [...byAddress].flatMap(([address, group]): Found[] => {
      const masks = byValue(group.map(({ pnn, maskBits }) => [pnn, `/${maskBits}`] as const))
      const interfaces = byValue(group.map(({ pnn, interfaces: names }) => [pnn, names.toSorted().join(',')] as const))
      const differing = [...(masks.length > 1 ? masks : []), ...(interfaces.length > 1 ? interfaces : [])]
      if (differing.length === 0) return []
      return [
        {
          subject: { address },
          nodes: differing.slice(1).flatMap(({ pnns }) => pnns),
          severity: masks.length > 1 ? 'warning' : 'info',
          message: `the public addresses files differ in the ${masks.length > 1 ? 'mask' : 'interfaces'} of ${address}`,
          evidence: differing.map(({ value, pnns }) => `file on ${nodesText(pnns)}: ${value}`),
          claims: [stays('each node reads its own file')],
          actions: [mend({ what: 'file', address }, check.remedy)],
        },
      ]
    })
  },
}
