import { CANNOT_HOST_FLAGS, NODE_FLAG, type Pnn } from '../../cluster/node.ts'
import type { NodeEvent } from './entry.ts'

/** A change of a node that makes addresses move. */
export interface NodeChange {
  readonly atMs: number
  readonly text: string
  readonly by: NodeEvent
  /** Which flags it has now; undefined for other changes. */
  readonly flags?: number
  /** When what it ends began, if that had no effect by itself but only by takeover runs. */
  readonly endsMs?: number | undefined
}

/** What is known of a node at some time of the story. */
export interface NodeStory {
  readonly pnn: Pnn
  /** Whether we have its log. */
  readonly hasLog: boolean
  flags: number
  /** Whether the flags are known, not only some of them. */
  isKnown: boolean
  flagsSinceMs: number | undefined
  /** Since when takeover runs give it no addresses; undefined if it has released its addresses itself meanwhile, or may have. */
  unfitSinceMs: number | undefined
  /** The flags that others say it has. */
  othersFlags: number
  /** Flags that it said it has, and the others had not heard when they lost it. */
  unheardFlags: number
  /** What flags each other node last said that it has. */
  readonly heardBy: Map<Pnn, { readonly atMs: number; readonly flags: number }>
  /** It is unhealthy only in that others have lost the connection to it. */
  isAssumedUnhealthy: boolean
  /** The last changes that keep addresses away, or let them come. */
  worse: NodeChange | undefined
  better: NodeChange | undefined
  readonly linksDown: Map<string, NodeChange>
  /** When each link last came up. */
  readonly linksUpMs: Map<string, number>
  /** Addresses that it was told to know, or to forget. */
  readonly learnt: Map<string, NodeChange>
  readonly forgot: Map<string, NodeChange>
  /** Addresses that its kernel lacked or had by mistake, since when. */
  readonly missing: Map<string, NodeEvent>
  readonly stray: Map<string, number>
  /** Addresses for which its releaseip scripts have started. */
  readonly releasing: Set<string>
  /** What its event scripts said last. */
  said: NodeEvent | undefined
  scriptFailure: NodeChange | undefined
  /** While a tool keeps takeover runs from starting. */
  pausedBy: NodeEvent | undefined
  /** Whether the leader has asked it to start no run, because there is one. */
  isAskedForRun: boolean
  /** The last line of it; undefined before any. */
  lastMs: number | undefined
  startedMs: number | undefined
  isEnded: boolean
  /** Until when it releases all its addresses. */
  droppingUntilMs: number
  /** When it last released all its addresses, and had some. */
  droppedMs: number
  /** It released more addresses than it was known to have: how many, besides which, when and why. */
  unaccounted:
    | {
        count: number
        readonly named: ReadonlySet<string>
        readonly by: NodeEvent
        readonly notAfterMs: number
        readonly cause: string | undefined
      }
    | undefined
  /** Who lost the connection to it, since when. */
  readonly lostBy: Map<Pnn, number>
  /** Past reports of each flag: who said it and when. */
  readonly reports: Map<number, { readonly value: boolean; readonly atMs: number; readonly by: Set<Pnn> }[]>
}

export const beginNodeStory = (pnn: Pnn, hasLog: boolean): NodeStory => ({
  pnn,
  hasLog,
  flags: 0,
  isKnown: false,
  flagsSinceMs: undefined,
  unfitSinceMs: undefined,
  othersFlags: 0,
  unheardFlags: 0,
  heardBy: new Map(),
  isAssumedUnhealthy: false,
  worse: undefined,
  better: undefined,
  linksUpMs: new Map(),
  linksDown: new Map(),
  learnt: new Map(),
  forgot: new Map(),
  missing: new Map(),
  stray: new Map(),
  releasing: new Set(),
  said: undefined,
  scriptFailure: undefined,
  pausedBy: undefined,
  isAskedForRun: false,
  lastMs: undefined,
  startedMs: undefined,
  isEnded: false,
  droppingUntilMs: Number.NEGATIVE_INFINITY,
  droppedMs: Number.NEGATIVE_INFINITY,
  unaccounted: undefined,
  lostBy: new Map(),
  reports: new Map(),
})

/** Whether it cannot host addresses, as far as its flags are known. */
export const isUnfitStory = ({ flags }: NodeStory): boolean => (flags & CANNOT_HOST_FLAGS) !== 0

/** The flags that a daemon has when it starts. */
export const STARTING_FLAGS = NODE_FLAG.UNHEALTHY
