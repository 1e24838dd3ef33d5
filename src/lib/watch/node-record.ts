import type { Pnn } from '../cluster/node.ts'
import type { RunState } from '../cluster/run-state.ts'
import type { KnownAddress } from '../snapshot/snapshot.ts'
import type { NodeState } from './story.ts'

type Blindness = NonNullable<NodeState['blind']>

/** An address that came to a node, or left it, and nobody could tell why. */
export interface Unexplained {
  readonly address: string
  readonly atMs: number
  readonly what: 'came' | 'left'
}

/** A node while it is being watched. */
export interface NodeRecord {
  readonly pnn: Pnn
  address: string
  flags: number
  flagsSinceMs: number | null
  /** What the flags were before; undefined while they have not changed. */
  flagsBefore: number | undefined
  runState: RunState | undefined
  links: NodeState['links']
  /** When links went up or down, by name. */
  readonly linkChangedMs: Map<string, number>
  /** Addresses that it says it owns. */
  readonly claims: Set<string>
  /** As it was last told; undefined when it never was. */
  known: readonly KnownAddress[] | undefined
  knownSet: Set<string>
  /** Public addresses in its kernel; undefined when that was not looked at. */
  held: Set<string> | undefined
  answers: boolean
  heard: boolean
  /** When the last look began in which it said what it owns. */
  saidMs: number
  /** Why it cannot be reached: its daemon, or its whole machine. */
  blind: (Blindness & { readonly what: 'daemon' | 'host' }) | undefined
  /** Of the last seconds. */
  unexplained: Unexplained[]
  shown: NodeState | undefined
}

export const beginNode = (pnn: Pnn): NodeRecord => ({
  pnn,
  address: '',
  flags: 0,
  flagsSinceMs: null,
  flagsBefore: undefined,
  runState: undefined,
  links: [],
  linkChangedMs: new Map(),
  claims: new Set(),
  known: undefined,
  knownSet: new Set(),
  held: undefined,
  answers: false,
  heard: false,
  saidMs: 0,
  blind: undefined,
  unexplained: [],
  shown: undefined,
})

/** For the views; the same object as long as nothing has changed. */
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
    kernelSeen: held !== undefined,
    heard,
    blind: record.blind,
    sinceMs: flagsSinceMs,
  }
  if (!record.shown || !isSame(record.shown, now)) record.shown = now
  return record.shown
}

const isSame = (before: NodeState, now: NodeState): boolean =>
  (Object.keys(now) as (keyof NodeState)[]).every((key) => before[key] === now[key])
