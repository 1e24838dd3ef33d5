import { CANNOT_HOST_FLAGS, type Pnn } from '../cluster/node.ts'
import type { RunState } from '../cluster/run-state.ts'
import type { KnownAddress } from '../snapshot/snapshot.ts'
import type { NodeState } from './cluster-state.ts'

type Blindness = NonNullable<NodeState['blind']>

/** An address that came to a node, or left it, for an unknown reason. */
export interface UnexplainedMove {
  readonly address: string
  readonly atMs: number
  readonly what: 'came' | 'left'
}

/** When a change took place: after the last sample without it began, before the first sample with it ended. */
export interface ChangeTime {
  readonly afterMs: number
  readonly atMs: number
}

/** What is known of a node during a watch. */
export interface NodeRecord {
  readonly pnn: Pnn
  address: string
  flags: number
  flagsSinceMs: number | null
  /** The change to these flags came later than this. */
  flagsAfterMs: number
  /** The previous flags; undefined while they have not changed. */
  flagsBefore: number | undefined
  /**
   * After when it last became unfit for addresses, which only takeover runs can have taken away since; undefined if it releases them itself, or
   * is gone.
   */
  unfitAfterMs: number | undefined
  /** The flags that it has as itself says, since when, and when the last sample began in which it did; others learn of a change later. */
  own: (ChangeTime & { readonly flags: number; readonly seenMs: number }) | undefined
  runState: RunState | undefined
  /** When its daemon was started, in seconds since 1970 by its own clock, as last reported. */
  daemonStart: number | undefined
  /** When its daemon was last started again, as samples show it. */
  restart: ChangeTime | undefined
  links: NodeState['links']
  /** When each link last went up or down, by name. */
  readonly linkChanges: Map<string, ChangeTime>
  /** When the last sample began in which it reported its links. */
  linksMs: number
  /** Addresses that it claims. */
  readonly claims: Set<string>
  /** The list that it last reported; undefined if it never did. */
  known: readonly KnownAddress[] | undefined
  knownSet: Set<string>
  /** Public addresses in its kernel; undefined if the last sample did not see it. */
  held: Set<string> | undefined
  /** When the last sample began that saw its kernel; undefined if none did. */
  kernelMs: number | undefined
  /** While the kernel is not seen: what it had when it last was; undefined if it never was. */
  heldUnseen: Set<string> | undefined
  answers: boolean
  /** Nothing is known of it now: the only daemon that answers sees no other node. Its flags are those from before. */
  isOutOfSight: boolean
  /** Its flags are not known: it has been out of sight ever since the watch began. */
  isUnknown: boolean
  heard: boolean
  /** When the last sample began in which it reported its addresses; 0 if none did. */
  saidMs: number
  /** When it last took an address that it did not own: then it could host addresses, whatever its flags were when they were last seen. */
  tookMs: number
  /** When the last sample began that showed its flags and links. */
  seenMs: number
  /** It was not part of the cluster when the watch began. */
  isAdded: boolean
  /** Why it cannot be reached: its daemon, or its whole machine. */
  blind: (Blindness & { readonly what: 'daemon' | 'host' }) | undefined
  /** Moves of the last seconds. */
  unexplained: UnexplainedMove[]
  shown: NodeState | undefined
}

export const beginNode = (pnn: Pnn): NodeRecord => ({
  pnn,
  address: '',
  flags: 0,
  flagsSinceMs: null,
  flagsAfterMs: 0,
  flagsBefore: undefined,
  unfitAfterMs: undefined,
  own: undefined,
  runState: undefined,
  daemonStart: undefined,
  restart: undefined,
  links: [],
  linkChanges: new Map(),
  linksMs: 0,
  claims: new Set(),
  known: undefined,
  knownSet: new Set(),
  held: undefined,
  kernelMs: undefined,
  heldUnseen: undefined,
  answers: false,
  isOutOfSight: false,
  isUnknown: false,
  heard: false,
  saidMs: 0,
  tookMs: Number.NEGATIVE_INFINITY,
  seenMs: Number.NEGATIVE_INFINITY,
  isAdded: false,
  blind: undefined,
  unexplained: [],
  shown: undefined,
})

/** The state for views: the same object as long as nothing has changed. */
export function shownNode(record: NodeRecord, leader: Pnn | null | undefined): NodeState {
  const { pnn, address, flags, runState, links, claims, knownSet, answers, heard, held, flagsSinceMs } = record
  const now: NodeState = {
    pnn,
    address,
    flags,
    runState,
    isLeader: leader === pnn,
    links,
    owns: claims.size,
    knows: knownSet.size,
    answers,
    ...(record.isOutOfSight && { isOutOfSight: true }),
    kernelSeen: held !== undefined,
    heard,
    blind: record.blind,
    sinceMs: flagsSinceMs,
  }
  if (!record.shown || !isSame(record.shown, now)) record.shown = now
  return record.shown
}

const isSame = (before: NodeState, now: NodeState): boolean =>
  before.isOutOfSight === now.isOutOfSight && (Object.keys(now) as (keyof NodeState)[]).every((key) => before[key] === now[key])

/** CTDB moves addresses within a second or two after a change; with slow scripts it takes longer. */
const RECENT_MS = 15_000

/** Whether something happened recently enough to be the cause of what happens now. What seems to be in the future happened before the clock was set back. */
export const isRecent = (sinceMs: number | null | undefined, atMs: number): boolean =>
  typeof sinceMs === 'number' && Math.abs(atMs - sinceMs) <= RECENT_MS

/** Whether a node with these flags cannot host any address. */
export const isUnfit = (flags: number): boolean => (flags & CANNOT_HOST_FLAGS) !== 0
