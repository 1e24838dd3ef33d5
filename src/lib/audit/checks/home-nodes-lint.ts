import { type HomeNodeFault, type HomeNodesReading, isSpoiled, readHomeNodes } from '../../cluster/home-nodes.ts'
import type { Pnn } from '../../cluster/node.ts'
import { listed, nodesText } from '../../cluster/node-text.ts'
import { oneOr } from '../../plural.ts'
import type { Check, Found } from '../check.ts'
import { byValue, fileHas, knownBy } from '../facts.ts'
import { goesByHomes, homeNodesFiles, lastsWithAlgorithm } from '../home-nodes.ts'
import { mend } from '../remedy.ts'
import type { View } from '../view.ts'

/** How many lines are shown as evidence. */
const MAX_LINES = 8

export const check: Check = {
  id: 'home-nodes-lint',
  order: 215,
  severity: 'warning',
  title: 'A line of the home_nodes file has no effect, or makes CTDB ignore the file',
  seenBy: ['F', 'C'],
  moves: false,
  meaning:
    'CTDB (4.20 and later, deterministic algorithm) ignores the whole home_nodes file if any line is not `ADDRESS PNN`; a comment is enough. It reports this only in its log. A line also has no effect if its node does not exist or does not know the address, or if an earlier line has the address.',
  outlook: 'Nothing: the leader reads its file at each takeover run, and uses what it can read.',
  remedy: 'Make each line `ADDRESS PNN`, without comments and masks, with a node that knows the address.',
  find(view) {
    if (goesByHomes(view) !== true) return []
    const files = homeNodesFiles(view).flatMap(({ pnn, text }) => (text === null ? [] : [[pnn, text] as const]))
    return byValue(files).flatMap(({ value, pnns }) => foundIn(view, value, pnns))
  },
}

/** @param pnns the nodes that have this text. */
function foundIn(view: View, text: string, pnns: readonly Pnn[]): Found[] {
  const reading = readHomeNodes(text)
  const spoiled = isSpoiled(reading)
  const faults = spoiled ? reading.faults.filter(({ spoilsFile }) => spoilsFile) : [...reading.faults, ...vain(view, reading)]
  if (faults.length === 0) return []
  const which = `${oneOr(faults.length, 'line', 'lines')} ${listed(
    faults.map(({ line }) => String(line)),
    4,
  )}`
  const what = spoiled ? 'so CTDB ignores the whole file' : `and ${oneOr(faults.length, 'places', 'place')} no address`
  return [
    {
      subject: { detail: `nodes ${pnns.join()}: ${which}` },
      nodes: pnns,
      message: `${which} of home_nodes on ${nodesText(pnns)} ${oneOr(faults.length, 'is', 'are')} faulty, ${what}`,
      evidence: faults
        .slice(0, MAX_LINES)
        .map(({ line, reason }) => fileHas(pnns[0] ?? 0, `home_nodes, line ${line}: ${reason}`)),
      claims: [lastsWithAlgorithm(view, 'the leader reads its file at each takeover run, and takes what it can read')],
      actions: [mend({ what: 'file' }, check.remedy)],
    },
  ]
}

/** The lines that can be read, but of a node or an address that is not there. */
function vain(view: View, { homes }: HomeNodesReading): HomeNodeFault[] {
  const isNode = new Set(view.nodes.map(({ pnn }) => pnn))
  const known = knownBy(view)
  // An address may be known to a node that has not said what it knows.
  const saysAll = view.nodes.every(({ pnn }) => view.peek(pnn, 'known') !== undefined)
  return homes.flatMap(({ line, address, pnn }): HomeNodeFault[] => {
    if (!isNode.has(pnn)) return [{ line, reason: `there is no node ${pnn}`, spoilsFile: false }]
    if (saysAll && !known.has(address)) return [{ line, reason: `no node knows ${address}`, spoilsFile: false }]
    const isKnownThere = known.get(address)?.some((knower) => knower.pnn === pnn)
    return saysAll && !isKnownThere ? [{ line, reason: `node ${pnn} does not know ${address}`, spoilsFile: false }] : []
  })
}
