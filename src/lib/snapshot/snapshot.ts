import type { Pnn } from '../cluster/node.ts'
import type { VnnMap } from '../cluster/report.ts'
import type { RunState } from '../cluster/run-state.ts'
import type { HostFacts } from './host-facts.ts'

/** What we write. */
export const SNAPSHOT_VERSION = '1.1'

/** All that is known of a cluster at a moment: what the views, the planner and the audit work on. Addresses are texts. */
export interface Snapshot {
  /** `major.minor`: a reader takes its own major version, with any minor. */
  readonly formatVersion: string
  /** ISO 8601, UTC. */
  readonly takenAt: string
  /** The node through whose daemon it was taken. */
  readonly askedNode: Pnn
  readonly leader: {
    /** Null when none was heard of. */
    readonly pnn: Pnn | null
    readonly era: 'leader' | 'recmaster'
  }
  /** As the asked node has it. */
  readonly nodeMap: readonly MapEntry[]
  /** One for each node of the node map that is not deleted. */
  readonly nodes: readonly NodeFacts[]
}

/** A node as a node map has it. */
export interface MapEntry {
  readonly pnn: Pnn
  /** The private address. */
  readonly address: string
  /** The bits of NODE_FLAG. */
  readonly flags: number
}

/** What one node said. What it did not say is absent, and named in `missing`. */
export interface NodeFacts {
  readonly pnn: Pnn
  readonly missing: readonly MissingFact[]
  readonly runState?: RunState | undefined
  /** The nodes as this one sees them. */
  readonly nodeMap?: readonly MapEntry[] | undefined
  readonly vnnMap?: VnnMap | undefined
  /** 0 normal, 1 a recovery is under way. */
  readonly recoveryMode?: number | undefined
  readonly times?: DaemonTimes | undefined
  readonly tunables?: Readonly<Record<string, number>> | undefined
  readonly capabilities?: { readonly leader: boolean; readonly lmaster: boolean } | undefined
  readonly known?: readonly KnownAddress[] | undefined
  /** The addresses that it could host at the moment. */
  readonly available?: readonly string[] | undefined
  readonly interfaces?: readonly { readonly name: string; readonly linkUp: boolean; readonly references: number }[] | undefined
  /** Seconds for which it is banned; 0 when it is not. */
  readonly banSeconds?: number | undefined
  /** The nodes file as its daemon reads it now; deleted nodes have that flag, the others none. */
  readonly nodesFile?: readonly MapEntry[] | undefined
  /** The file or command of the cluster lock; empty where there is none. */
  readonly clusterLock?: string | undefined
  /** Those who said on this node, while it was listened to, that they lead (before 4.16: whom its daemon takes for the recovery master). */
  readonly leaders?: readonly Pnn[] | undefined
  /** What was seen on the node itself, past its daemon; absent where nobody was there to look. */
  readonly host?: HostFacts | undefined
}

/** A question that a node did not answer. */
export interface MissingFact {
  readonly fact: string
  /** The code of the error. */
  readonly code: string
  readonly message: string
  /** What to do about it. */
  readonly hint?: string | undefined
}

/** Seconds since 1970, with microseconds behind the point. */
interface DaemonTimes {
  readonly now: number
  readonly daemonStart: number
  readonly lastRecoveryStarted: number
  readonly lastRecoveryFinished: number
  /** Our own clock when the node was asked, and when it had answered. */
  readonly askedAt?: number | undefined
  readonly answeredAt?: number | undefined
}

/** A public address as one node knows it. */
export interface KnownAddress {
  readonly address: string
  /** Who owns it, as the node believes; null for nobody. Only what a node says of itself can be relied on. */
  readonly owner: Pnn | null
  /** The names of the interfaces that it may be put on; absent when that could not be asked. */
  readonly interfaces?: readonly string[] | undefined
  /** The one that it is on. */
  readonly activeInterface?: string | null | undefined
  /** Only in a cluster that is imagined: the node is to forget it as soon as it has released it. */
  readonly leaving?: boolean | undefined
}

/** What a node of the snapshot said; undefined for one that is not in it. */
export const factsOf = ({ nodes }: Snapshot, pnn: number): NodeFacts | undefined => nodes.find((facts) => facts.pnn === pnn)
