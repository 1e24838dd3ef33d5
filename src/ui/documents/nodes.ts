import type { Pnn } from '../../lib/cluster/node.ts'
import type { NodeChange } from '../../lib/cluster/nodes-change.ts'
import type { RunState } from '../../lib/cluster/run-state.ts'
import type { Capabilities } from '../../lib/wire/structs.ts'
import type { OfNode, Versioned } from './common.ts'
import type { CtdbStatus } from './ctdb-status.ts'

/** `pnn`: the number of a node. */
export interface PnnDocument extends OfNode {}

/** `listnodes`: the nodes of the nodes file. */
export interface ListnodesDocument extends Versioned {
  readonly nodes: readonly {
    readonly pnn: Pnn
    /** The private address. */
    readonly address: string
  }[]
}

/** `nodestatus`: the state of nodes. */
export interface NodestatusDocument extends Versioned, CtdbStatus {}

/** `leader` and `recmaster`. */
export interface LeaderDocument extends Versioned {
  /** Null if there is none. */
  readonly leader: Pnn | null
}

/** `isnotrecmaster`. */
export interface IsnotrecmasterDocument extends OfNode {
  /** Null if there is none. */
  readonly leader: Pnn | null
  /** Whether the node that was asked is the leader. */
  readonly isLeader: boolean
}

/** `disable`, `enable`, `stop`, `continue`, `ban` and `unban`. */
export interface NodeStateDocument extends OfNode {
  /** False if the node was in this state already. */
  readonly changed: boolean
  /** The leader that has made the takeover run afterwards. */
  readonly leader?: Pnn
}

/** `reloadnodes`: what has changed in the nodes file, and who has reloaded it. */
export interface ReloadnodesDocument extends Versioned {
  readonly changes: readonly NodeChange[]
  readonly reloaded: readonly Pnn[]
  readonly failed: readonly { readonly pnn: Pnn; readonly code: string; readonly message: string }[]
}

/** `getcapabilities`. */
export interface GetcapabilitiesDocument extends OfNode {
  readonly capabilities: Omit<Capabilities, 'raw'>
}

/** `setleaderrole`. */
export interface SetleaderroleDocument extends OfNode {
  /** Whether the node may be the leader. */
  readonly leader: boolean
}

/** `setlmasterrole`. */
export interface SetlmasterroleDocument extends OfNode {
  /** Whether the node may be a location master of records. */
  readonly lmaster: boolean
}

/** `runstate`. */
export interface RunstateDocument extends OfNode {
  readonly runState: RunState
}

/** `shutdown`. */
export interface ShutdownDocument extends OfNode {
  /** False if the daemon was told to end, and that it has ended was not seen. */
  readonly ended: boolean
}

/** `recover`: generations are numbers that each recovery changes. */
export interface RecoverDocument extends Versioned {
  readonly generation: number
  readonly generationBefore: number
}

/** `ipreallocate` and `sync`: the leader that has made the takeover run. */
export interface TakeoverRunDoneDocument extends Versioned {
  readonly leader: Pnn
}
