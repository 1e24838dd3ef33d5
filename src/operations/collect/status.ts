import { type ClusterNode, hasFlag, NODE_FLAG, type Pnn } from '../../lib/cluster/node.ts'
import { viewLimitOf } from '../../lib/cluster/point-of-view.ts'
import type { NodeStatus, StatusReport } from '../../lib/cluster/report.ts'
import { knowsOtherNodes, type RunState } from '../../lib/cluster/run-state.ts'
import { CtdbtsError, EXIT_STATUS, retell } from '../../lib/errors.ts'
import { controls } from '../../lib/wire/controls.ts'
import type { CtdbClient } from '../../transport/client/client.ts'
import { collectLeader } from './leader.ts'
import { collectNodeMap, destinationOf, requireReachable } from './node-map.ts'
import { allInOrder } from './ordered-requests.ts'

export interface StatusRequest {
  /** The node to ask; the local one by default. */
  readonly node?: Pnn | undefined
  /** Report only the nodes: no generation, no recovery mode, and no leader, for which one may have to wait. */
  readonly nodesOnly: boolean
  /** Chooses the nodes to report; all by default. Only these are asked for their interfaces. */
  readonly choose?: (nodes: readonly ClusterNode[], asked: Pnn) => ClusterNode[]
  readonly timeoutMs: number
}

/** A report, and problems that did not prevent it. */
export interface Collected<Report> {
  readonly report: Report
  readonly problems: readonly CtdbtsError[]
}

/**
 * The report for `status`. All requests go to all nodes at the same time, so that a node that does not answer costs one time limit.
 * @throws CtdbtsError when the node asked or the local daemon does not answer.
 */
export async function collectStatus(
  client: CtdbClient,
  localPnn: Promise<Pnn>,
  { node, nodesOnly, choose, timeoutMs }: StatusRequest,
): Promise<Collected<StatusReport>> {
  const leader = nodesOnly ? undefined : collectLeader(client, timeoutMs)
  leader?.catch(() => {})
  const nodeMap = collectNodeMap(client, localPnn)
  if (node !== undefined) requireReachable(await nodeMap, node)
  const chosen = choose ? nodeMap.then(async (nodes) => choose(nodes, node ?? (await localPnn))) : nodeMap
  chosen.catch(() => {})

  const to = destinationOf(node)
  const runState = client.control(controls.getRunState, { to }).catch(explainRunState)
  const vnnMap = nodesOnly ? undefined : client.control(controls.getVnnMap, { to })
  const recoveryMode = nodesOnly ? undefined : client.control(controls.getRecoveryMode, { to })
  vnnMap?.catch(() => {})
  recoveryMode?.catch(() => {})

  const [pnn, seen, state] = await allInOrder(localPnn, chosen, runState)
  const thisNode = node ?? pnn
  const nodes = Promise.all(hideUnknown(seen, thisNode, state).map((candidate) => withInterfaces(client, candidate)))
  // It is awaited last, but may fail earlier.
  nodes.catch(() => {})
  const cluster = vnnMap && recoveryMode && leader ? await allInOrder(vnnMap, recoveryMode, leader) : undefined
  const answers = await nodes
  return {
    report: {
      thisNode,
      nodes: answers.map(({ status }) => status),
      viewLimit: viewLimitOf(pnn, hideUnknown(await nodeMap, thisNode, state)),
      ...(cluster ? { cluster: { vnnMap: cluster[0], recoveryMode: cluster[1], leader: cluster[2] } } : {}),
    },
    problems: answers.flatMap(({ problem }) => problem ?? []),
  }
}

/** Before its first recovery, a daemon reports every other connected node as unhealthy; ctdb (4.17 on) shows UNKNOWN instead. */
function hideUnknown(nodes: readonly ClusterNode[], thisNode: Pnn, runState: RunState): ClusterNode[] {
  if (knowsOtherNodes(runState)) return [...nodes]
  return nodes.map((node) => {
    const known = node.pnn === thisNode || hasFlag(node, NODE_FLAG.DELETED | NODE_FLAG.DISCONNECTED)
    return known ? node : { ...node, flags: NODE_FLAG.UNKNOWN }
  })
}

/** Adds whether a node without flags has an interface down. As in ctdb, a node that does not answer counts as fully online. */
async function withInterfaces(client: CtdbClient, node: ClusterNode): Promise<{ status: NodeStatus; problem?: CtdbtsError }> {
  if (node.flags !== 0) return { status: { ...node, partiallyOnline: false } }
  try {
    const interfaces = await client.control(controls.getIfaces, { to: node.pnn })
    return { status: { ...node, partiallyOnline: interfaces.some(({ linkState }) => linkState === 0) } }
  } catch (error) {
    if (!(error instanceof CtdbtsError) || !error.ctdbText) throw error
    return { status: { ...node, partiallyOnline: false }, problem: error }
  }
}

function explainRunState(error: unknown): never {
  return retell(error, {
    code: 'NO_RUN_STATE',
    context: 'cannot get the run state',
    exitStatus: EXIT_STATUS.failure,
    // ctdb prints this to stdout, and without a newline.
    stdout: 'Unable to get runstate',
  })
}
