import { leadingUnsigned } from '../c-number.ts'
import { saidByCtdb } from '../errors.ts'
import type { ClusterNode, Pnn } from './node.ts'

/** Anything with a PNN. */
type Numbered = Pick<ClusterNode, 'pnn'>

/**
 * The nodes that a command-line argument names: `all`, or PNNs separated by commas, read as `ctdb` reads them; without an argument the
 * local node. Each node comes once.
 * @throws CtdbtsError BAD_NODE_LIST or NO_SUCH_NODE, in the words of ctdb.
 */
export const namedNodes = <N extends Numbered>(nodes: readonly N[], word: string | undefined, local: Pnn): N[] => [
  ...new Set(nodesAsNamed(nodes, word, local)),
]

/** Like {@link namedNodes}, but a node that is named twice comes twice, for lists that are printed. @throws as {@link namedNodes}. */
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
