import type { AuditReport } from '../audit/report.ts'
import type { Pnn } from '../cluster/node.ts'
import type { Snapshot } from '../snapshot/snapshot.ts'

/**
 * Events that daemons report to their clients, about addresses and about the cluster.
 * @inline
 */
export type ToldEvent = 'TAKE_IP' | 'RELEASE_IP' | 'START_IPREALLOCATE' | 'IPREALLOCATED' | 'RECONFIGURE'

/** Something learnt about a watched cluster. All times are milliseconds since 1970, by our own clock. */
export type Observation =
  /**
   * A sample of all nodes. A light sample keeps the files, scripts and tunables of the last full sample. An event since the sample began may be newer
   * than what the sample saw.
   */
  | {
      readonly kind: 'seen'
      readonly atMs: number
      readonly beganMs: number
      readonly snapshot: Snapshot
      /** The interval at which samples are due, in milliseconds; absent where the time since the last one means nothing. */
      readonly everyMs?: number
      /** Nodes whose daemons we were connected to and whose events we received; default: none. */
      readonly heard?: readonly Pnn[]
    }
  /** A daemon reported an event: TAKE_IP and RELEASE_IP are about its own node and name the address, the others are about the whole cluster. */
  | { readonly kind: 'told'; readonly atMs: number; readonly pnn: Pnn; readonly event: ToldEvent; readonly address?: string }
  /** A node was asked to disable takeover runs for a time, or (0 seconds) to enable them again. */
  | {
      readonly kind: 'told'
      readonly atMs: number
      readonly pnn: Pnn
      readonly event: 'DISABLE_TAKEOVER_RUNS'
      readonly address?: undefined
      /** The node that asked. */
      readonly by: Pnn
      readonly seconds: number
      /** Tools wait for an answer. A leader, which disables other runs during its own, does not. */
      readonly wantsAnswer: boolean
    }
  /** A node was asked for a takeover run, in case it leads: recovery daemons, daemons and tools ask all nodes. */
  | {
      readonly kind: 'told'
      readonly atMs: number
      readonly pnn: Pnn
      readonly event: 'TAKEOVER_RUN'
      readonly address?: undefined
      /** The node on which it was asked. */
      readonly by: Pnn
      /** Tools wait for an answer, daemons do not. */
      readonly wantsAnswer: boolean
    }
  /** A new leader announced itself; null: there is none. */
  | { readonly kind: 'leader'; readonly atMs: number; readonly pnn: Pnn | null; readonly toldBy: Pnn }
  /**
   * A node's daemon, or its whole machine including the daemon, cannot be reached; without a PNN: no node's daemon can. Repeated after each
   * failed attempt; the newest observation about a node replaces earlier ones.
   */
  | {
      readonly kind: 'blind'
      readonly atMs: number
      readonly pnn?: Pnn
      readonly what: 'daemon' | 'host'
      readonly why: string
      /** When the next attempt is due. */
      readonly retryAtMs: number
    }
  /** A daemon or a machine can be reached again. For a machine, `blind` may follow for its daemon. */
  | { readonly kind: 'sighted'; readonly atMs: number; readonly pnn?: Pnn; readonly what: 'daemon' | 'host' }
  /** An audit of the recent samples. */
  | { readonly kind: 'audited'; readonly atMs: number; readonly report: AuditReport }
  /** The user did something: an action (first its beginning, then its end), or a fault in an embedded cluster. */
  | {
      readonly kind: 'done'
      readonly atMs: number
      readonly text: string
      /** Its stage; an observation without a beginning is done. */
      readonly stage?: 'begun' | 'done' | 'failed'
      /** At the end of an action: when it began. */
      readonly begunMs?: number
      /** It is a fault in an embedded cluster. */
      readonly isFault?: boolean
      /** For an action: its kind, which determines what it can cause. */
      readonly does?: 'takeover-run' | 'disable' | 'enable' | 'move'
      readonly pnns: readonly Pnn[]
      readonly addresses: readonly string[]
    }
