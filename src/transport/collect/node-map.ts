import { type ClusterNode, flagsText, hasFlag, isReachable, NODE_FLAG, type Pnn } from '../../lib/cluster/node.ts'
import { DESTINATION } from '../../lib/cluster/srvid.ts'
import { EXIT_STATUS, retell, saidByCtdb } from '../../lib/errors.ts'
import type { CtdbClient } from '../client.ts'
import { controls } from '../wire/controls.ts'

interface NodeMapOptions {
  /** Time limit for each answer; that of the client unless given. */
  readonly timeoutMs?: number | undefined
  readonly signal?: AbortSignal | undefined
}

/**
 * The node map of the local daemon. A banned node's map is out of date, so then the next reachable node (by PNN, after the local one)
 * is asked instead, as the real tool does.
 * @throws CtdbtsError NO_NODE_MAP or ALL_BANNED when no node that is not banned can be asked; the signal's reason.
 */
export async function collectNodeMap(
  client: CtdbClient,
  localPnn: Promise<Pnn>,
  { timeoutMs, signal }: NodeMapOptions = {},
): Promise<ClusterNode[]> {
  const options = { signal, ...(timeoutMs !== undefined && { timeoutMs }) }
  const first = client.control(controls.getNodeMap, options)
  first.catch(() => {})
  let asked = await localPnn
  const askedNodes = (request: Promise<ClusterNode[]>) =>
    request.catch((error) =>
      retell(error, {
        code: 'NO_NODE_MAP',
        context: `no node map from node ${asked}`,
        exitStatus: EXIT_STATUS.failure,
        addStderr: `Failed to get nodemap from node ${asked}`,
      }),
    )
  let nodes = await askedNodes(first)
  const tried = new Set<Pnn>()
  while (isBanned(nodes, asked)) {
    tried.add(asked)
    const next = nextReachable(nodes, asked)
    if (next === undefined || tried.has(next)) throw saidByCtdb('ALL_BANNED', 'Warning: All nodes are banned.')
    asked = next
    nodes = await askedNodes(client.control(controls.getNodeMap, { to: asked, ...options }))
  }
  return nodes
}

/**
 * Refuses a node that cannot be asked, before anything is sent to it.
 * @throws CtdbtsError NO_SUCH_NODE or NODE_AWAY, in the words of the real tool.
 */
export function requireReachable(nodes: readonly ClusterNode[], pnn: Pnn): void {
  const node = nodes.find((candidate) => candidate.pnn === pnn)
  if (!node) throw saidByCtdb('NO_SUCH_NODE', `Node ${pnn} does not exist`)
  if (!isReachable(node)) throw saidByCtdb('NODE_AWAY', `Node ${pnn} has status ${flagsText(node.flags)}`)
}

function isBanned(nodes: readonly ClusterNode[], pnn: Pnn): boolean {
  const node = nodes.find((candidate) => candidate.pnn === pnn)
  return node !== undefined && hasFlag(node, NODE_FLAG.BANNED)
}

function nextReachable(nodes: readonly ClusterNode[], after: Pnn): Pnn | undefined {
  const inTurn = [...nodes.filter(({ pnn }) => pnn > after), ...nodes.filter(({ pnn }) => pnn < after)]
  return inTurn.find(isReachable)?.pnn
}

/** Where to send what is meant for this node: the local daemon when none is named, so that its PNN need not be known first. */
export const destinationOf = (pnn: Pnn | undefined): number => pnn ?? DESTINATION.CURRENT_NODE
