import { type ClusterNode, hasFlag, NODE_FLAG, type Pnn } from '../../lib/cluster/node.ts'
import { areSameNodes, compareNodes, type NodeChange } from '../../lib/cluster/nodes-change.ts'
import { adding, CtdbtsError, saidByCtdb } from '../../lib/errors.ts'
import { controls } from '../../lib/wire/controls.ts'
import { orAborted } from '../../transport/or-aborted.ts'
import { collectNodeMap } from '../collect/node-map.ts'
import type { TargetNode } from '../target-node.ts'
import { type DisabledRuns, withRecoveriesDisabled } from './disable-runs.ts'

export interface ReloadNodesOptions extends Pick<DisabledRuns, 'seconds' | 'signal' | 'reconnect' | 'leaves'> {
  /** Reads the list of nodes on the local node's machine. */
  readonly readList: () => Promise<ClusterNode[]>
  /** Called with each change before anything is done. */
  readonly onChange: (change: NodeChange) => void
  /** Called with the results so far when the reload fails after the nodes were asked. */
  readonly onUnfinished: (nodes: UnfinishedReload) => void
}

/** The progress of a reload that failed. */
export interface UnfinishedReload {
  readonly reloaded: readonly Pnn[]
  readonly failed: readonly Pnn[]
  /** Nodes that were asked and have not answered. */
  readonly unknown: readonly Pnn[]
}

export interface ReloadedNodes {
  readonly changes: readonly NodeChange[]
  /** Nodes that loaded the new list; empty if nothing has changed. */
  readonly reloaded: readonly Pnn[]
  /** Nodes that did not, and why. */
  readonly failed: readonly { readonly pnn: Pnn; readonly reason: CtdbtsError }[]
}

/**
 * Makes all connected nodes read their list of nodes again. Like ctdb, does so only if all nodes have the same list and no change is refused;
 * recoveries are disabled meanwhile.
 * @throws CtdbtsError NODES_FILE_UNKNOWN, NODES_FILE_DIFFERS, NODES_REFUSED; as `readList` and `withRecoveriesDisabled`; the signal's reason.
 */
export async function reloadNodes(node: TargetNode, options: ReloadNodesOptions): Promise<ReloadedNodes> {
  const { signal } = options
  const nodeMap = await collectNodeMap(node.client, node.localPnn, { signal })
  const list = await orAborted(options.readList(), signal)
  const connected = nodeMap.filter((each) => !hasFlag(each, NODE_FLAG.DISCONNECTED)).map(({ pnn }) => pnn)
  await requireSameList(node, connected, list, signal)
  const { changes, refused, needed } = compareNodes(nodeMap, list)
  for (const change of changes) options.onChange(change)
  if (refused) throw saidByCtdb('NODES_REFUSED', 'ERROR: Nodes will not be reloaded due to previous error')
  if (!needed) return { changes, reloaded: [], failed: [] }
  const results = await reloadAll(node, connected, options)
  return {
    changes,
    reloaded: results.flatMap(({ pnn, reason }) => (reason ? [] : [pnn])),
    failed: results.flatMap(({ pnn, reason }) => (reason ? [{ pnn, reason }] : [])),
  }
}

/** Throws the first problem in order of PNN, like ctdb, which asks one node after the other. */
async function requireSameList(
  node: TargetNode,
  connected: readonly Pnn[],
  list: readonly ClusterNode[],
  signal: AbortSignal | undefined,
): Promise<void> {
  const requests = connected.map((pnn) => {
    const file = node.client.control(controls.getNodesFile, { to: pnn, signal })
    file.catch(() => {})
    return { pnn, file }
  })
  for (const { pnn, file } of requests) {
    const theirs = await file.catch(adding('NODES_FILE_UNKNOWN', `ERROR: Failed to get nodes file from node ${pnn}`))
    if (!areSameNodes(list, theirs)) {
      const local = await node.localPnn
      throw saidByCtdb('NODES_FILE_DIFFERS', `ERROR: Nodes file on node ${pnn} differs from current node (${local})`)
    }
  }
}

interface Result {
  readonly pnn: Pnn
  readonly reason?: CtdbtsError
}

async function reloadAll(
  node: TargetNode,
  nodes: readonly Pnn[],
  { onUnfinished, ...runs }: ReloadNodesOptions,
): Promise<Result[]> {
  const results = new Map<Pnn, Result>()
  let areAsked = false
  const askAll = async () => {
    areAsked = true
    await Promise.all(nodes.map(async (pnn) => results.set(pnn, await reload(node, pnn, runs.signal))))
  }
  try {
    await withRecoveriesDisabled(node, { ...runs, nodes }, askAll)
    return nodes.flatMap((pnn) => results.get(pnn) ?? [])
  } catch (error) {
    if (areAsked) {
      const [known, unknown] = [nodes.filter((pnn) => results.has(pnn)), nodes.filter((pnn) => !results.has(pnn))]
      const hasFailed = (pnn: Pnn) => results.get(pnn)?.reason !== undefined
      onUnfinished({ reloaded: known.filter((pnn) => !hasFailed(pnn)), failed: known.filter(hasFailed), unknown })
    }
    throw error
  }
}

async function reload({ client }: TargetNode, pnn: Pnn, signal: AbortSignal | undefined): Promise<Result> {
  try {
    await client.control(controls.reloadNodesFile, { to: pnn, signal })
    return { pnn }
  } catch (error) {
    signal?.throwIfAborted()
    if (error instanceof CtdbtsError && error.ctdbText) return { pnn, reason: error }
    throw error
  }
}
