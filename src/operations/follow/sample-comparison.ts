import { hasFlag, NODE_FLAG, type Pnn } from '../../lib/cluster/node.ts'
import { factsOf, type NodeFacts, type Snapshot } from '../../lib/snapshot/snapshot.ts'

/** Whether a time limit has passed for anything in a snapshot. */
export const hasTimedOut = ({ nodes }: Snapshot): boolean =>
  nodes.some(({ missing }) => missing.some(({ code }) => code === 'TIMEOUT' || code === 'EXEC_TIMEOUT'))

/** A snapshot, completed with the facts of machines that a light sample does not read. */
export function withHostFactsBefore(snapshot: Snapshot, before: Snapshot): Snapshot {
  const nodes = snapshot.nodes.map((facts): NodeFacts => {
    const { host } = facts
    const hostBefore = factsOf(before, facts.pnn)?.host
    return host && hostBefore ? { ...facts, host: { ...hostBefore, ...host } } : facts
  })
  return { ...snapshot, nodes }
}

/** Nodes that are connected to the others again. */
export function reconnectedNodes(before: Snapshot | undefined, now: Snapshot): Pnn[] {
  const isDisconnected = (flags: number) => hasFlag({ flags }, NODE_FLAG.DISCONNECTED)
  const disconnected = new Set(before?.nodeMap.flatMap(({ pnn, flags }) => (isDisconnected(flags) ? [pnn] : [])))
  return now.nodeMap.flatMap(({ pnn, flags }) => (disconnected.has(pnn) && !isDisconnected(flags) ? [pnn] : []))
}

/** Whether anything that findings depend on has changed, other than where addresses are. */
export const isChanged = (before: Snapshot, now: Snapshot): boolean => shapeOf(before) !== shapeOf(now)

const shapeOf = ({ nodeMap, nodes, leader }: Snapshot): string =>
  JSON.stringify([
    leader.pnn,
    nodeMap.map(({ pnn, flags }) => [pnn, flags]),
    nodes.map(({ runState, recoveryMode, interfaces, host }) => [
      runState,
      recoveryMode,
      interfaces?.map(({ name, linkUp }) => [name, linkUp]),
      host?.links?.map(({ name, up, carrier }) => [name, up, carrier]),
    ]),
  ])
