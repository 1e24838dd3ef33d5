import { ALGORITHMS, type Algorithm } from '../allocation/input.ts'
import { factsOf, type Snapshot } from '../snapshot/snapshot.ts'

/** The settings of a takeover run: the leader's tunables. */
export interface Settings {
  readonly algorithm: Algorithm
  readonly noIpTakeover: boolean
  readonly noIpFailback: boolean
  /** The leader's tunables are unknown, so these are CTDB's defaults. */
  readonly isDefault: boolean
}

/** The algorithm of a node's tunables: LCP2 unless they say otherwise, or where they say something that there is not. */
export const algorithmOf = ({ IPAllocAlgorithm = 2 }: Readonly<Record<string, number>>): Algorithm =>
  ALGORITHMS[IPAllocAlgorithm] ?? 'lcp2'

/** The settings that the next takeover run will use. */
export function settingsOf(snapshot: Snapshot): Settings {
  const tunables = snapshot.leader.pnn === null ? undefined : factsOf(snapshot, snapshot.leader.pnn)?.tunables
  return {
    algorithm: algorithmOf(tunables ?? {}),
    noIpTakeover: (tunables?.NoIPTakeover ?? 0) !== 0,
    noIpFailback: (tunables?.NoIPFailback ?? 0) !== 0,
    isDefault: tunables === undefined,
  }
}
