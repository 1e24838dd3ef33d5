import type { ClusterNode, Pnn } from '../lib/cluster/node.ts'
import type { Control } from '../lib/wire/controls.ts'
import type { CtdbClient } from '../transport/client/client.ts'
import { destinationOf } from './collect/node-map.ts'

/** The node that a command is for. Its controls go through the local daemon. */
export interface TargetNode {
  readonly client: CtdbClient
  /** PNN of the node whose daemon we are connected to. */
  readonly localPnn: Promise<Pnn>
  /** PNN of the target node. */
  readonly pnn: Promise<Pnn>
  /** Destination of its controls. For the local node it is known before the PNN. */
  readonly to: number
  /** Time limit for each answer, in milliseconds. */
  readonly timeoutMs: number
  /** The node map in which the named node was found. */
  readonly nodeMap?: readonly ClusterNode[] | undefined
}

/**
 * The node that -n names, or the local node.
 * @param named PNN given with -n, if any.
 * @param nodeMap the node map in which it was found.
 */
export const targetNode = (
  { client, pnn: localPnn, timeoutMs }: { client: CtdbClient; pnn: Promise<Pnn>; timeoutMs: number },
  named: Pnn | undefined,
  nodeMap?: readonly ClusterNode[],
): TargetNode => ({
  client,
  localPnn,
  pnn: named === undefined ? localPnn : Promise.resolve(named),
  to: destinationOf(named),
  timeoutMs,
  nodeMap,
})

/**
 * Sends a control to the target node and waits for its answer.
 * @throws as CtdbClient's `control` does.
 */
export const ask = <Q, R>({ client, to }: TargetNode, control: Control<Q, R>, data?: Q): Promise<R> =>
  client.control(control, data === undefined ? { to } : { to, data })
