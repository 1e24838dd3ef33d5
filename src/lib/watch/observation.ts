import type { AuditReport } from '../audit/report.ts'
import type { Pnn } from '../cluster/node.ts'
import type { Snapshot } from '../snapshot/snapshot.ts'

/** What daemons tell their clients of addresses, and of the cluster as a whole. */
export type ToldEvent = 'TAKE_IP' | 'RELEASE_IP' | 'START_IPREALLOCATE' | 'IPREALLOCATED' | 'RECONFIGURE'

/** Something that was learnt of a cluster that is being watched. All times are milliseconds since 1970, by our own clock. */
export type Observation =
  /**
   * A look at all nodes. What a light look leaves out (files, scripts, tunables) is as it was at the last full look. What was told since it
   * began may be newer than what it saw.
   */
  | {
      readonly kind: 'seen'
      readonly atMs: number
      readonly beganMs: number
      readonly snapshot: Snapshot
      /** Nodes whose daemons somebody was connected to and listened to; none unless given. */
      readonly heard?: readonly Pnn[]
    }
  /** A daemon told its clients of something: TAKE_IP and RELEASE_IP of its own node, with the address; the others of the whole cluster. */
  | { readonly kind: 'told'; readonly atMs: number; readonly pnn: Pnn; readonly event: ToldEvent; readonly address?: string }
  /** A node was asked to do without takeover runs for a time, or (0 seconds) not to any more. */
  | {
      readonly kind: 'told'
      readonly atMs: number
      readonly pnn: Pnn
      readonly event: 'DISABLE_TAKEOVER_RUNS'
      readonly address?: undefined
      /** Who asked. */
      readonly by: Pnn
      readonly seconds: number
      /** Tools wait for an answer; a leader does not, who asks for the time of a takeover run of his own. */
      readonly wantsAnswer: boolean
    }
  /** Somebody said that he leads who was not known to; null: that nobody does. */
  | { readonly kind: 'leader'; readonly atMs: number; readonly pnn: Pnn | null; readonly toldBy: Pnn }
  /**
   * A node's daemon, or its whole machine (and then its daemon neither), cannot be reached; without a PNN, no node's daemon can. Said again
   * after each try that failed, with what is so by then: it replaces what was said before of the same node.
   */
  | {
      readonly kind: 'blind'
      readonly atMs: number
      readonly pnn?: Pnn
      readonly what: 'daemon' | 'host'
      readonly why: string
      /** When it will be tried again. */
      readonly retryAtMs: number
    }
  /** What was blind last can be reached again: a daemon, or a machine, of which `blind` may follow for its daemon. */
  | { readonly kind: 'sighted'; readonly atMs: number; readonly pnn?: Pnn; readonly what: 'daemon' | 'host' }
  /** An audit of all that was seen of late. */
  | { readonly kind: 'audited'; readonly atMs: number; readonly report: AuditReport }
  /** The user did something: an action of the view, first that it was begun, then how it ended; or a thing broken in an embedded cluster. */
  | {
      readonly kind: 'done'
      readonly atMs: number
      readonly text: string
      /** How far it is; what has no beginning of its own is done. */
      readonly stage?: 'begun' | 'done' | 'failed'
      /** Of what has ended: when it was begun. */
      readonly begunMs?: number
      /** It is something broken in an embedded cluster. */
      readonly isFault?: boolean
      /** Of an action: which; what it can bring about follows from that. */
      readonly does?: 'takeover-run' | 'disable' | 'enable' | 'move'
      readonly pnns: readonly Pnn[]
      readonly addresses: readonly string[]
    }
