import { leadingUnsigned } from '../c-number.ts'
import { saidByCtdb } from '../errors.ts'
import type { ClusterNode, Pnn } from './node.ts'

/** What a list of nodes is of. */
type Numbered = Pick<ClusterNode, 'pnn'>

/**
 * The nodes that a word of the command line names: `all`, or PNNs with commas between them, read as the real tool reads them; without
 * a word the local one. None comes twice.
 * @throws CtdbtsError BAD_NODE_LIST or NO_SUCH_NODE, in the words of the real tool.
 */
export const namedNodes = <N extends Numbered>(nodes: readonly N[], word: string | undefined, local: Pnn): N[] => [
  ...new Set(nodesAsNamed(nodes, word, local)),
]

/** The same, where one that is named twice comes twice: a list to be shown. @throws as {@link namedNodes}. */
export function nodesAsNamed<N extends Numbered>(nodes: readonly N[], word: string | undefined, local: Pnn): N[] {
  if (word === 'all') return [...nodes]
  if (word === undefined) return nodes.filter(({ pnn }) => pnn === local)
  return word
    .split(',')
    .filter((part) => part !== '')
    .map((part) => nodeNamed(nodes, part))
}

function nodeNamed<N extends Numbered>(nodes: readonly N[], word: string): N {
  const pnn = leadingUnsigned(word)
  if (pnn === undefined)
    throw saidByCtdb('BAD_NODE_LIST', `Invalid node ${word}`, { hint: 'name nodes by their PNNs, as in 0,2; or all' })
  const node = nodes.find((candidate) => candidate.pnn === pnn)
  if (!node) throw saidByCtdb('NO_SUCH_NODE', `Node ${pnn} does not exist`, { hint: 'see `ctdbts status` for those that do' })
  return node
}
