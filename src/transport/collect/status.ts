import { type ClusterNode, hasFlag, NODE_FLAG, type Pnn } from '../../lib/cluster/node.ts'
import type { NodeStatus, StatusReport } from '../../lib/cluster/report.ts'
import { knowsOtherNodes, type RunState } from '../../lib/cluster/run-state.ts'
import { CtdbtsError, EXIT_STATUS, retell } from '../../lib/errors.ts'
import type { CtdbClient } from '../client.ts'
import { controls } from '../wire/controls.ts'
import { inOrder } from './in-order.ts'
import { collectLeader } from './leader.ts'
import { collectNodeMap, destinationOf, requireReachable } from './node-map.ts'

export interface StatusQuestion {
  /** The node asked; the local one unless given. */
  readonly node?: Pnn | undefined
  /** Only the nodes: no generation, no recovery mode, no leader (for whom one may have to wait). */
  readonly nodesOnly: boolean
  /** Which of the nodes; all unless given. Only those are asked for their interfaces. */
  readonly choose?: (nodes: readonly ClusterNode[], asked: Pnn) => ClusterNode[]
  readonly timeoutMs: number
}

/** An answer, and what went wrong on the way without making it worthless. */
export interface Collected<Report> {
  readonly report: Report
  readonly problems: readonly CtdbtsError[]
}

/**
 * What `status` shows. Everything is asked at the same time, of all nodes, so that a node that does not answer costs one time limit.
 * @throws CtdbtsError when the node asked, or the local daemon, cannot tell.
 */
export async function collectStatus(
  client: CtdbClient,
  localPnn: Promise<Pnn>,
  { node, nodesOnly, choose, timeoutMs }: StatusQuestion,
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

  const [pnn, seen, state] = await inOrder(localPnn, chosen, runState)
  const thisNode = node ?? pnn
  const nodes = Promise.all(hideUnknown(seen, thisNode, state).map((candidate) => withInterfaces(client, candidate)))
  // It is awaited last, and may fail before.
  nodes.catch(() => {})
  const cluster = vnnMap && recoveryMode && leader ? await inOrder(vnnMap, recoveryMode, leader) : undefined
  const answers = await nodes
  return {
    report: {
      thisNode,
      nodes: answers.map(({ status }) => status),
      ...(cluster ? { cluster: { vnnMap: cluster[0], recoveryMode: cluster[1], leader: cluster[2] } } : {}),
    },
    problems: answers.flatMap(({ problem }) => problem ?? []),
  }
}

/** Before its first recovery a daemon takes every other connected node for unhealthy; the tool (4.17 on) says UNKNOWN instead. */
function hideUnknown(nodes: readonly ClusterNode[], thisNode: Pnn, runState: RunState): ClusterNode[] {
  if (knowsOtherNodes(runState)) return [...nodes]
  return nodes.map((node) => {
    const known = node.pnn === thisNode || hasFlag(node, NODE_FLAG.DELETED | NODE_FLAG.DISCONNECTED)
    return known ? node : { ...node, flags: NODE_FLAG.UNKNOWN }
  })
}

/** Whether a node without flags has an interface down. One that cannot tell counts as fully online, as the real tool has it. */
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
    // The real tool prints this to stdout, and without a newline.
    stdout: 'Unable to get runstate',
  })
}
