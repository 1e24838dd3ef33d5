import { flagsText, type Pnn } from '../../lib/cluster/node.ts'
import type { KernelAddress } from '../daemon/kernel.ts'
import type { Wait } from '../process/wait.ts'
import type { World } from './world.ts'

/** The state of one node: what its daemon believes, and what its kernel has. */
export interface NodeOverview {
  readonly pnn: Pnn
  readonly state: 'runs' | 'hangs' | 'no ctdbd' | 'off'
  readonly isLeader: boolean
  /** The flags as `ctdb` shows them; undefined without a daemon. */
  readonly flags: string | undefined
  readonly runState: string | undefined
  /** Public addresses that the node owns, as its daemon believes. */
  readonly owns: readonly string[]
  /** Public addresses in its kernel. */
  readonly holds: readonly string[]
}

/** The state of all nodes. No program inside the cluster has this view. */
export function overviewOf(world: World, held: readonly (readonly KernelAddress[])[]): NodeOverview[] {
  const publicAddresses = new Set(
    world.nodes.flatMap(({ daemon }) => daemon?.publicIps.known().map(({ address }) => address.address)),
  )
  return world.nodes.map((node): NodeOverview => {
    const { pnn, daemon } = node
    const known = daemon?.publicIps.known() ?? []
    return {
      pnn,
      state: stateOf(node),
      isLeader: world.leader === pnn,
      flags: daemon && flagsText(daemon.ownFlags),
      runState: daemon?.runState,
      owns: known.filter((ip) => ip.pnn === pnn).map(({ address }) => address.address),
      holds: (held[pnn] ?? []).map(({ address }) => address).filter((address) => publicAddresses.has(address)),
    }
  })
}

function stateOf({ powered, daemon, answers }: World['nodes'][number]): NodeOverview['state'] {
  if (!powered) return 'off'
  if (!daemon) return 'no ctdbd'
  return answers ? 'runs' : 'hangs'
}

/** The addresses in the kernels of all nodes, by PNN. */
export const heldAddresses = (world: World): Wait<readonly KernelAddress[]>[] => world.nodes.map(({ host }) => host.addresses())
