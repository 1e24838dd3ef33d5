import { isSpoiled, readHomeNodes, takenHomes } from '../../cluster/home-nodes.ts'
import { listed, nodesText } from '../../cluster/node-text.ts'
import type { Check } from '../check.ts'
import { byValue, fileHas } from '../facts.ts'
import { goesByHomes, homeNodesFiles, lastsWithAlgorithm } from '../home-nodes.ts'
import { mend } from '../remedy.ts'
import type { View } from '../view.ts'

export const check: Check = {
  id: 'home-nodes-differ',
  order: 216,
  severity: 'warning',
  title: 'Nodes have different home_nodes files',
  seenBy: ['F', 'C'],
  moves: false,
  meaning:
    'A takeover run of the deterministic algorithm uses only the home_nodes file of the leader. If the files differ, addresses move when another node becomes the leader.',
  outlook: 'Nothing: each leader uses its own file.',
  remedy: 'Make the file the same on all nodes.',
  find(view) {
    if (goesByHomes(view) !== true) return []
    const able = homeNodesFiles(view).filter(({ pnn }) => view.peek(pnn, 'capabilities')?.leader !== false)
    const isPublic = publicAsFarAsKnown(view)
    const groups = byValue(able.map(({ pnn, text }) => [pnn, effectOf(view, text, isPublic)] as const))
    if (groups.length < 2) return []
    return [
      {
        subject: {},
        nodes: able.map(({ pnn }) => pnn),
        message: `the home_nodes files differ: that of ${groups.map(({ pnns }) => nodesText(pnns)).join(', that of ')}`,
        evidence: able.map(({ pnn, text }) => fileHas(pnn, textOf(text))),
        claims: [lastsWithAlgorithm(view, 'the first takeover run of another leader goes by its own file')],
        actions: [mend({ what: 'file' }, check.remedy)],
      },
    ]
  },
}

/** Whether an address may be public: a node that has not said what it knows may know any. */
function publicAsFarAsKnown(view: View): (address: string) => boolean {
  const lists = view.nodes.map(({ pnn }) => view.peek(pnn, 'known'))
  if (lists.includes(undefined)) return () => true
  const known = new Set(lists.flatMap((list) => (list ?? []).map(({ address }) => address)))
  return (address) => known.has(address)
}

/** What a file says to CTDB, as one text. Homes of addresses that no node knows, and on nodes that do not exist, have no effect. */
function effectOf(view: View, text: string | null, isPublic: (address: string) => boolean): string {
  return takenHomes(readHomeNodes(text ?? ''))
    .filter(({ address, pnn }) => isPublic(address) && view.nodes.some((node) => node.pnn === pnn))
    .map(({ address, pnn }) => `${address} ${pnn}`)
    .toSorted()
    .join('\n')
}

function textOf(text: string | null): string {
  if (text === null) return 'there is no home_nodes'
  const reading = readHomeNodes(text)
  if (isSpoiled(reading)) return 'home_nodes has a line for which CTDB ignores the whole file'
  return `home_nodes: ${listed(reading.homes.map(({ address, pnn }) => `${address} on node ${pnn}`))}`
}
