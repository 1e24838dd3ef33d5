import { type ClusterNode, isActive, isReachable, type Pnn } from '../../lib/cluster/node.ts'
import { CtdbtsError } from '../../lib/errors.ts'
import { controls } from '../../lib/wire/controls.ts'
import type { TargetNode } from '../target-node.ts'
import { type DisabledRuns, withTakeoverRunsDisabled } from './disable-runs.ts'

/** The nodes of a reload, and how takeover runs are disabled meanwhile. */
export interface ReloadRequest extends Omit<DisabledRuns, 'nodes'> {
  /** All nodes of the cluster. */
  readonly nodeMap: readonly Pick<ClusterNode, 'pnn' | 'flags'>[]
  /** The nodes to reload; inactive ones are skipped. */
  readonly chosen: readonly Pick<ClusterNode, 'pnn' | 'flags'>[]
  /** Called when takeover runs are disabled and the nodes are about to be asked. */
  readonly onDisabled?: (() => void) | undefined
  /** Called with the results while takeover runs are still disabled. */
  readonly onReloaded?: ((nodes: readonly NodeReload[]) => void) | undefined
}

/** The result on one node. */
export interface NodeReload {
  readonly pnn: Pnn
  /** Why the node did not reload its file, or did not confirm it. */
  readonly error?: CtdbtsError
}

/**
 * Makes nodes reload their public_addresses files while takeover runs are disabled on all connected nodes. A node that fails does not stop
 * the others.
 * @throws CtdbtsError NO_ACTIVE_NODE; as `withTakeoverRunsDisabled` does; when the connection ends; the signal's reason.
 */
export async function reloadPublicIps(node: TargetNode, request: ReloadRequest): Promise<NodeReload[]> {
  const { nodeMap, chosen, onDisabled, onReloaded, ...runs } = request
  const connected = nodeMap.filter(isReachable).map(({ pnn }) => pnn)
  const active = chosen.filter(isActive).map(({ pnn }) => pnn)
  if (active.length === 0) throw noActiveNode()
  return await withTakeoverRunsDisabled(node, { ...runs, nodes: connected }, async () => {
    onDisabled?.()
    const nodes = await Promise.all(active.map((pnn) => reloadOn(node, pnn, runs.signal)))
    onReloaded?.(nodes)
    return nodes
  })
}

async function reloadOn({ client, timeoutMs }: TargetNode, pnn: Pnn, signal: AbortSignal | undefined): Promise<NodeReload> {
  try {
    await client.control(controls.reloadPublicIps, { to: pnn, timeoutMs, signal })
    return { pnn }
  } catch (error) {
    signal?.throwIfAborted()
    // Without the connection, no result is known.
    if (!(error instanceof CtdbtsError) || !client.isOpen) throw error
    return { pnn, error }
  }
}

/** The error for a reload without active nodes; ctdb mistakes the empty list for a lack of memory. */
export const noActiveNode = (): CtdbtsError =>
  new CtdbtsError('NO_ACTIVE_NODE', 'none of these nodes is active, so none reloads its file', {
    hint: 'see `ctdbts status` for nodes that are stopped, banned or disconnected',
    ctdbText: { stderr: ['Memory allocation error'] },
  })
