import type { Pnn } from '../cluster/node.ts'
import { readsHomeNodes } from '../takeover/homes.ts'
import { algorithmOf } from '../takeover/settings.ts'
import { lastsWithLeader, type Tunables, whoseTunables } from './lasting.ts'
import type { Claim } from './outlook.ts'
import type { View } from './view.ts'

/** Whether these are the tunables of a node that goes by home nodes when it leads. */
export const isDeterministic = (tunables: Tunables): boolean => algorithmOf(tunables) === 'deterministic'

/** A node's home_nodes file. */
export interface HomeNodesFile {
  readonly pnn: Pnn
  /** Null where there is none. */
  readonly text: string | null
}

/**
 * Whether takeover runs go by home nodes: the leader's algorithm is the deterministic one. Undefined if its tunables are not known, which is
 * noted.
 */
export function goesByHomes(view: View): boolean | undefined {
  const pnn = whoseTunables(view) ?? view.nodes[0]?.pnn
  const tunables = pnn === undefined ? undefined : view.need(pnn, 'tunables')
  return tunables && isDeterministic(tunables)
}

/** The home_nodes files of the nodes whose CTDB reads them (4.20 and later), as far as they are known. */
export const homeNodesFiles = (view: View): HomeNodesFile[] =>
  view.nodes.flatMap(({ pnn }) => {
    const reads = readsHomeNodes(view.peek(pnn, 'host.version'))
    const text = reads === false ? undefined : view.want(pnn, 'host.homeNodesFile')
    return text === undefined || reads !== true ? [] : [{ pnn, text }]
  })

/** Nothing happens about a fault of a home_nodes file, which counts as long as the leader has the deterministic algorithm. */
export const lastsWithAlgorithm = (view: View, because: string): Claim =>
  lastsWithLeader(view, {
    has: isDeterministic,
    pnns: view.nodes.map(({ pnn }) => pnn),
    because,
  })
