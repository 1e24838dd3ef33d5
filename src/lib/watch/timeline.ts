import type { Pnn } from '../cluster/node.ts'

/** What an entry of the timeline is about. */
export type EntryKind =
  | 'address'
  | 'kernel'
  | 'health'
  | 'link'
  | 'leader'
  | 'recovery'
  | 'takeover-run'
  | 'finding'
  | 'connection'
  | 'action'

/** All kinds. */
export const ENTRY_KINDS = [
  'address',
  'kernel',
  'health',
  'link',
  'leader',
  'recovery',
  'takeover-run',
  'finding',
  'connection',
  'action',
] as const satisfies readonly EntryKind[]

/** How good or bad an event is. Views show it by a sign and a word, never by colour alone. */
export type Tone = 'good' | 'plain' | 'warning' | 'error'

/** Something that happened in a cluster. It may contain raw texts from nodes; escape them before you print them. */
export interface TimelineEntry {
  /** Increases by one from entry to entry. */
  readonly id: number
  /** Milliseconds since 1970. May be a little before the previous entry, because some events are reported only once they are certain. */
  readonly atMs: number
  readonly kind: EntryKind
  /**
   * One word. address: `moved`, `taken`, `released`, `lost` (with its node), `claimed` (by several), `settled` (by one again), `interface`,
   * `configured`, `unconfigured`; kernel: `missing`, `elsewhere`, `twice`, `stray`, `back`, `mended`; health: `healthy` or the first flag
   * (`disconnected`, …), `run-state`, `restarted` (its daemon), `added`, `deleted`; link: `up`, `down`; leader: `changed`, `lost`, `rivals` (several), `settled`; recovery: `started`, `finished`;
   * takeover-run: `started`, `finished`, `unfinished`; finding: `appeared`, `cleared`; connection: `began`, `blind`, `sighted`, `late`, `alone`, `clock-set-back` (in
   * a recording); action: `begun`, `done`, `failed`.
   */
  readonly what: string
  /** What happened, in one sentence without a full stop: `10.0.0.31 moved from node 1 to node 2`. */
  readonly text: string
  readonly tone: Tone
  /** All nodes involved. */
  readonly pnns: readonly Pnn[]
  /** All addresses involved. */
  readonly addresses: readonly string[]
  /** For an address: the owner before and after; null for none. */
  readonly from?: Pnn | null
  readonly to?: Pnn | null
  /** Why, if known. */
  readonly cause?: string
  /** How long no kernel had an address, or how long another state lasted, until now. */
  readonly awayMs?: number
  /**
   * For an address: the bounds of that time. A kernel is seen only now and then, so that only from and until when it lasted at least and at
   * most is known. Where the kernels are not seen, all three are absent.
   */
  readonly awayAtLeastMs?: number
  readonly awayAtMostMs?: number
  /** For a finding: the id of its check. */
  readonly check?: string
}
