import type { Pnn } from '../../lib/cluster/node.ts'

/** The document of `ctdb --json status` (4.25), key by key. */
export interface CtdbStatus {
  readonly node_status: {
    readonly node_count: number
    readonly deleted_node_count: number
    /** By PNN. */
    readonly nodes: Readonly<Record<string, CtdbNodeStatus>>
  }
  readonly vnn_status?: {
    /** Null while a recovery is in progress. */
    readonly generation: number | null
    readonly size: number
    readonly vnn_map: readonly { readonly hash: number; readonly lmaster: Pnn }[]
  }
  readonly recovery_mode?: string
  readonly recovery_mode_raw?: number
  /** 4294967295 if there is none. */
  readonly leader?: Pnn
}

/** A node in that document. */
export interface CtdbNodeStatus {
  readonly pnn: Pnn
  /** The private address. */
  readonly address: string
  /** Some of its interfaces have no link. */
  readonly partially_online: boolean
  readonly flags_raw: number
  readonly flags_ok: boolean
  /** Each flag by its name in small letters. */
  readonly flags: Readonly<Record<string, boolean>>
  /** Whether it is the node that was asked. */
  readonly this_node: boolean
}

/** `status`: as `ctdb --json status`, and a key of our own. */
export interface StatusDocument extends CtdbStatus {
  /** The node that was asked sees no other node. */
  readonly viewLimit?: 'alone'
}
