import type { Pnn } from '../cluster/node.ts'
import { onceFor } from '../once-for.ts'
import { factsOf, type MapEntry, type NodeFacts, type Snapshot } from '../snapshot/snapshot.ts'
import { saysItOwns } from './facts.ts'
import { normalAddress } from './normal.ts'
import type { View } from './view.ts'

/**
 * The nodes whose addresses are in one kernel (one network namespace), two or more: they have the same interfaces with the same link addresses, and
 * each has the private addresses of all of them.
 */
export const sharedKernels = ({ snapshot }: View): readonly (readonly Pnn[])[] => groupsIn(snapshot)

/** The lowest PNN of those that share the kernel of a node: its own if it shares it with none, as far as that is known. */
export const kernelOf = (view: View, pnn: Pnn): Pnn => sharedKernels(view).find((group) => group.includes(pnn))?.[0] ?? pnn

/** The other nodes whose addresses are in the kernel of a node. */
export const othersInKernel = (view: View, pnn: Pnn): Pnn[] =>
  (sharedKernels(view).find((group) => group.includes(pnn)) ?? []).filter((other) => other !== pnn)

/** Another node with the same kernel that says that it owns an address, which this node does not say: the kernel rightly has it. */
export function ownerInKernel(view: View, pnn: Pnn, address: string): Pnn | undefined {
  const owner = othersInKernel(view, pnn).find((other) => saysItOwns(view, other, address) === true)
  return owner === undefined || saysItOwns(view, pnn, address) === true ? undefined : owner
}

/** Whether another node with the same kernel owns an address, as far as it has not said that it does not. */
export const mayBeOfAnother = (view: View, pnn: Pnn, address: string): boolean =>
  othersInKernel(view, pnn).some((other) => saysItOwns(view, other, address) !== false)

const groupsIn = onceFor((snapshot: Snapshot): Pnn[][] => {
  const alike = Map.groupBy(snapshot.nodeMap, ({ pnn }) => linksKey(factsOf(snapshot, pnn)))
  return [...alike].flatMap(([key, nodes]) => {
    if (key === undefined) return []
    const group = nodes.filter(({ pnn }) => hasAll(factsOf(snapshot, pnn), nodes)).map(({ pnn }) => pnn)
    return group.length < 2 ? [] : [group.toSorted((a, b) => a - b)]
  })
})

/** Undefined where no link address is known. */
function linksKey(facts: NodeFacts | undefined): string | undefined {
  const links = facts?.host?.links ?? []
  if (links.every(({ mac }) => mac === undefined)) return undefined
  return JSON.stringify(links.map(({ name, mac }) => `${name} ${mac}`).toSorted())
}

const hasAll = (facts: NodeFacts | undefined, nodes: readonly MapEntry[]): boolean =>
  nodes.every((node) => facts?.host?.addresses?.some(({ address }) => address === normalAddress(node.address)))
