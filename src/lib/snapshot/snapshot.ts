import type { ClusterNode, Pnn } from '../cluster/node.ts'
import type { VnnMap } from '../cluster/report.ts'
import type { RunState } from '../cluster/run-state.ts'
import type { MeasuredTimes, RecentRecoveries } from '../cluster/statistics.ts'
import { onceFor } from '../once-for.ts'
import type { HostFacts, OutsideFacts } from './host-facts.ts'

/** The version that ctdbts writes. */
export const SNAPSHOT_VERSION = '1.3'

/** Whether an older version wrote a snapshot, which did not collect all that this one does. */
export function isOlderFormat({ formatVersion }: Pick<Snapshot, 'formatVersion'>): boolean {
  const [minor, own] = [formatVersion, SNAPSHOT_VERSION].map((version) => Number(version.split('.')[1]))
  return minor !== undefined && own !== undefined && minor < own
}

/** Everything known about a cluster at one moment: the input of the views, the planner and the audit. Addresses are texts. */
export interface Snapshot {
  /** `major.minor`: a reader accepts its own major version with any minor. */
  readonly formatVersion: string
  /** ISO 8601, UTC. */
  readonly takenAt: string
  /** The node whose daemon was queried. */
  readonly askedNode: Pnn
  readonly leader: {
    /** Null if no node named one. */
    readonly pnn: Pnn | null
    readonly era: 'leader' | 'recmaster'
  }
  /** The node map of the queried node. */
  readonly nodeMap: readonly MapEntry[]
  /** One for each node of the node map, without deleted ones. */
  readonly nodes: readonly NodeFacts[]
  /** Whether the networks were asked about the public addresses (`verify --probe`). */
  readonly isProbed?: boolean | undefined
  /** What the machine that ctdbts runs on sees of the networks; absent unless it was looked at, and is no node. */
  readonly outside?: OutsideFacts | undefined
}

/** A node in a node map. */
export interface MapEntry {
  readonly pnn: Pnn
  /** The private address. */
  readonly address: string
  /** The bits of NODE_FLAG. */
  readonly flags: number
}

/** A node in the form that snapshots have. */
export const mapEntryOf = ({ pnn, address, flags }: ClusterNode): MapEntry => ({ pnn, address: address.address, flags })

/** What one node reported. Facts that it did not report are absent, and listed in `missing`. */
export interface NodeFacts {
  readonly pnn: Pnn
  readonly missing: readonly MissingFact[]
  readonly runState?: RunState | undefined
  /** The nodes as this one sees them. */
  readonly nodeMap?: readonly MapEntry[] | undefined
  readonly vnnMap?: VnnMap | undefined
  /** 0: normal; 1: a recovery is in progress. */
  readonly recoveryMode?: number | undefined
  readonly times?: DaemonTimes | undefined
  /** Only after a recovery that was not long ago. */
  readonly recentRecoveries?: RecentRecoveries | undefined
  readonly tunables?: Readonly<Record<string, number>> | undefined
  readonly capabilities?: { readonly leader: boolean; readonly lmaster: boolean } | undefined
  readonly known?: readonly KnownAddress[] | undefined
  /** The addresses that it could host at the moment. */
  readonly available?: readonly string[] | undefined
  readonly interfaces?: readonly { readonly name: string; readonly linkUp: boolean; readonly references: number }[] | undefined
  /** How long its ban lasts in all, in seconds; 0 if it is not banned. A daemon does not say how much of it is left. */
  readonly banSeconds?: number | undefined
  /** The nodes file as its daemon reads it now. Deleted nodes have that flag, the others have none. */
  readonly nodesFile?: readonly MapEntry[] | undefined
  /** The file or command of the cluster lock; empty if there is none. */
  readonly clusterLock?: string | undefined
  /** How long it took to take the cluster lock (as the leader), and to test in recoveries that it is taken. */
  readonly lockLatency?: { readonly take: MeasuredTimes; readonly test: MeasuredTimes } | undefined
  /** The nodes that announced themselves as leader on this node while we listened (before 4.16: the recovery master of its daemon). */
  readonly leaders?: readonly Pnn[] | undefined
  /** What was read from the node's machine; absent if it was not reached. */
  readonly host?: HostFacts | undefined
}

/** A fact that a node did not report. */
export interface MissingFact {
  readonly fact: string
  /** An {@link ErrorCode}; in a snapshot file of a newer version perhaps one that this version does not have. */
  readonly code: string
  readonly message: string
  /** What to do about it. */
  readonly hint?: string | undefined
}

/** Times of a daemon, by its own clock: seconds since 1970, with microseconds as a fraction. */
export interface DaemonTimes {
  readonly now: number
  readonly daemonStart: number
  readonly lastRecoveryStarted: number
  readonly lastRecoveryFinished: number
  /** Our own clock before the query and after the answer. */
  readonly askedAt?: number | undefined
  readonly answeredAt?: number | undefined
}

/** A public address as one node knows it. */
export interface KnownAddress {
  readonly address: string
  /** The owner that the node believes in; null for none. Only what a node says about itself is reliable. */
  readonly owner: Pnn | null
  /** Names of the interfaces that may have it; absent if they could not be queried. */
  readonly interfaces?: readonly string[] | undefined
  /** The interface that has it. */
  readonly activeInterface?: string | null | undefined
  /** Only in what-if snapshots: the node forgets the address as soon as it has released it. */
  readonly leaving?: boolean | undefined
}

/** The interfaces that addresses may be on, by their names. */
export const interfacesOf = (known: readonly KnownAddress[]): string[] => [
  ...new Set(known.flatMap(({ interfaces }) => interfaces ?? [])),
]

/** Cached, because each node is asked about each address. */
const factsByPnn = onceFor((nodes: Snapshot['nodes']) => new Map(nodes.toReversed().map((facts) => [facts.pnn, facts])))

/** The facts of a node; undefined if it is not in the snapshot. */
export const factsOf = ({ nodes }: Snapshot, pnn: number): NodeFacts | undefined => factsByPnn(nodes).get(pnn)
