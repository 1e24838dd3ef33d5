import type { ClusterNode, Pnn } from '../lib/cluster/node.ts'
import type { CtdbClient } from './client.ts'
import { destinationOf } from './collect/node-map.ts'
import type { Control } from './wire/controls.ts'

/** The node that a command is about, reached through the local daemon. */
export interface AskedNode {
  readonly client: CtdbClient
  /** PNN of the node whose daemon we are connected to. */
  readonly localPnn: Promise<Pnn>
  /** PNN of the node that the command is about. */
  readonly pnn: Promise<Pnn>
  /** Where controls for it go; known before its PNN is, when it is the local one. */
  readonly to: number
  /** Time limit for each answer. */
  readonly timeoutMs: number
  /** The node map in which a node that was named was found. */
  readonly nodeMap?: readonly ClusterNode[] | undefined
}

/**
 * @param named what -n names; the node is the local one when nothing does.
 * @param nodeMap where it was found.
 */
export const askedNode = (
  { client, pnn: localPnn, timeoutMs }: { client: CtdbClient; pnn: Promise<Pnn>; timeoutMs: number },
  named: Pnn | undefined,
  nodeMap?: readonly ClusterNode[],
): AskedNode => ({
  client,
  localPnn,
  pnn: named === undefined ? localPnn : Promise.resolve(named),
  to: destinationOf(named),
  timeoutMs,
  nodeMap,
})

/**
 * Asks that node.
 * @throws as CtdbClient's `control` does.
 */
export const ask = <Q, R>({ client, to }: AskedNode, control: Control<Q, R>, data?: Q): Promise<R> =>
  client.control(control, data === undefined ? { to } : { to, data })
