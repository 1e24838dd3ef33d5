/** How the nodes that no host names are reached: through an entry, or straight from here. */
export const VIAS = ['entry', 'direct'] as const
export type Via = (typeof VIAS)[number]

/** Which kernel has a node's addresses: the one behind the words of `run`, or that of the machine on which they run. */
export const NETWORKS = ['inside', 'host'] as const
export type Network = (typeof NETWORKS)[number]
