import { type ClusterNode, hasFlag, NODE_FLAG, type Pnn } from '../../lib/cluster/node.ts'
import { areSameNodes, compareNodes, type NodeChange } from '../../lib/cluster/nodes-change.ts'
import { adding, CtdbtsError, saidByCtdb } from '../../lib/errors.ts'
import type { AskedNode } from '../asked-node.ts'
import { collectNodeMap } from '../collect/node-map.ts'
import { orAborted } from '../or-aborted.ts'
import { controls } from '../wire/controls.ts'
import { type DisabledRuns, withRecoveriesDisabled } from './takeover-runs-disabled.ts'

export interface ReloadNodesOptions extends Pick<DisabledRuns, 'seconds' | 'signal' | 'again' | 'leaves'> {
  /** Reads the list of the local node's machine. */
  readonly readList: () => Promise<ClusterNode[]>
  /** Told of each change, before anything is done. */
  readonly onChange: (change: NodeChange) => void
  /** Told what became of it on the nodes, when it fails after they were asked. */
  readonly onUnfinished: (nodes: UnfinishedReload) => void
}

/** How far a reload of the nodes has come. */
export interface UnfinishedReload {
  readonly reloaded: readonly Pnn[]
  readonly failed: readonly Pnn[]
  /** They were asked, and have not answered. */
  readonly unknown: readonly Pnn[]
}

export interface ReloadedNodes {
  readonly changes: readonly NodeChange[]
  /** Those that took the new list; empty when there was nothing to take. */
  readonly reloaded: readonly Pnn[]
  /** Those that did not, and why. */
  readonly failed: readonly { readonly pnn: Pnn; readonly reason: CtdbtsError }[]
}

/**
 * Makes all connected nodes read their list of nodes again, as the real tool does: only when all have the same one, and nothing in it
 * could harm; with recoveries disabled meanwhile.
 * @throws CtdbtsError NODES_FILE_UNKNOWN, NODES_FILE_DIFFERS, NODES_REFUSED; as `readList` and `withRecoveriesDisabled`; the signal's reason.
 */
export async function reloadNodes(node: AskedNode, options: ReloadNodesOptions): Promise<ReloadedNodes> {
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

/** The first fault by PNN is told, as by the real tool, which asks one node after the other. */
async function requireSameList(
  node: AskedNode,
  connected: readonly Pnn[],
  list: readonly ClusterNode[],
  signal: AbortSignal | undefined,
): Promise<void> {
  const asked = connected.map((pnn) => {
    const file = node.client.control(controls.getNodesFile, { to: pnn, signal })
    file.catch(() => {})
    return { pnn, file }
  })
  for (const { pnn, file } of asked) {
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
  node: AskedNode,
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

async function reload({ client }: AskedNode, pnn: Pnn, signal: AbortSignal | undefined): Promise<Result> {
  try {
    await client.control(controls.reloadNodesFile, { to: pnn, signal })
    return { pnn }
  } catch (error) {
    signal?.throwIfAborted()
    if (error instanceof CtdbtsError && error.ctdbText) return { pnn, reason: error }
    throw error
  }
}
