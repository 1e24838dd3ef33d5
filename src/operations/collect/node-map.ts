import { type ClusterNode, flagsText, hasFlag, isReachable, NODE_FLAG, type Pnn } from '../../lib/cluster/node.ts'
import { EXIT_STATUS, retell, saidByCtdb } from '../../lib/errors.ts'
import { controls } from '../../lib/wire/controls.ts'
import { DESTINATION } from '../../lib/wire/destination.ts'
import type { CtdbClient } from '../../transport/client/client.ts'

interface NodeMapOptions {
  /** Time limit for each answer in milliseconds; by default that of the client. */
  readonly timeoutMs?: number | undefined
  readonly signal?: AbortSignal | undefined
}

/**
 * The node map of the local daemon. A banned node's map is out of date, so the next reachable node (by PNN, after the local one) is asked
 * instead, as `ctdb` does.
 * @throws CtdbtsError NO_NODE_MAP or ALL_BANNED when no node that is not banned can be asked; the signal's reason.
 */
export async function collectNodeMap(
  client: CtdbClient,
  localPnn: Promise<Pnn>,
  { timeoutMs, signal }: NodeMapOptions = {},
): Promise<readonly ClusterNode[]> {
  const options = { signal, ...(timeoutMs !== undefined && { timeoutMs }) }
  const first = client.control(controls.getNodeMap, options)
  first.catch(() => {})
  let asked = await localPnn
  const withContext = (request: Promise<readonly ClusterNode[]>) =>
    request.catch((error) =>
      retell(error, {
        code: 'NO_NODE_MAP',
        context: `cannot get the node map of node ${asked}`,
        exitStatus: EXIT_STATUS.failure,
        addStderr: `Failed to get nodemap from node ${asked}`,
      }),
    )
  let nodes = await withContext(first)
  const tried = new Set<Pnn>()
  while (isBanned(nodes, asked)) {
    tried.add(asked)
    const next = nextReachable(nodes, asked)
    if (next === undefined || tried.has(next)) throw saidByCtdb('ALL_BANNED', 'Warning: All nodes are banned.')
    asked = next
    nodes = await withContext(client.control(controls.getNodeMap, { to: asked, ...options }))
  }
  return nodes
}

/**
 * Checks that a node can be asked, before anything is sent to it.
 * @throws CtdbtsError NO_SUCH_NODE or NODE_AWAY, in ctdb's words.
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

/** The destination of packets for a node; without a PNN the local daemon, whose PNN need not be known. */
export const destinationOf = (pnn: Pnn | undefined): number => pnn ?? DESTINATION.CURRENT_NODE
