import { type ClusterNode, isActive, isReachable, type Pnn } from '../../lib/cluster/node.ts'
import { CtdbtsError } from '../../lib/errors.ts'
import type { AskedNode } from '../asked-node.ts'
import { controls } from '../wire/controls.ts'
import { type DisabledRuns, withTakeoverRunsDisabled } from './takeover-runs-disabled.ts'

/** What a reload concerns, and how takeover runs are kept from it. */
export interface ReloadRequest extends Omit<DisabledRuns, 'nodes'> {
  /** All nodes of the cluster. */
  readonly nodeMap: readonly Pick<ClusterNode, 'pnn' | 'flags'>[]
  /** Those that shall reload; the ones that are not active are passed over. */
  readonly chosen: readonly Pick<ClusterNode, 'pnn' | 'flags'>[]
  /** Told when takeover runs are disabled, and the nodes are asked. */
  readonly onDisabled?: (() => void) | undefined
  /** Told of the result while takeover runs are still disabled. */
  readonly onReloaded?: ((nodes: readonly NodeReload[]) => void) | undefined
}

/** What became of it on a node. */
export interface NodeReload {
  readonly pnn: Pnn
  /** Why the node did not reload its file, or did not say so. */
  readonly error?: CtdbtsError
}

/**
 * Lets nodes reload their public addresses files, while takeover runs are disabled on all connected nodes. A node that fails does not
 * keep the others from it.
 * @throws CtdbtsError NO_ACTIVE_NODE; as `withTakeoverRunsDisabled` does; when the connection ends; the signal's reason.
 */
export async function reloadPublicIps(node: AskedNode, request: ReloadRequest): Promise<NodeReload[]> {
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

async function reloadOn({ client, timeoutMs }: AskedNode, pnn: Pnn, signal: AbortSignal | undefined): Promise<NodeReload> {
  try {
    await client.control(controls.reloadPublicIps, { to: pnn, timeoutMs, signal })
    return { pnn }
  } catch (error) {
    signal?.throwIfAborted()
    // Without the connection nobody knows anything.
    if (!(error instanceof CtdbtsError) || !client.isOpen) throw error
    return { pnn, error }
  }
}

/** The real tool takes an empty list for a lack of memory. */
export const noActiveNode = (): CtdbtsError =>
  new CtdbtsError('NO_ACTIVE_NODE', 'none of these nodes takes part in the cluster, so none reloads its file', {
    hint: 'a node that is stopped, banned or disconnected cannot; see `ctdbts status`',
    ctdbText: { stderr: ['Memory allocation error'] },
  })
