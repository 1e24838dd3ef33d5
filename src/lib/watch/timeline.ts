import type { Pnn } from '../cluster/node.ts'

/** What an entry of the timeline is about. */
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
] as const
export type EntryKind = (typeof ENTRY_KINDS)[number]

/** How good or bad the news is; shown by a sign and a word, never by colour alone. */
export type Tone = 'good' | 'plain' | 'warning' | 'error'

/** Something that happened in a cluster. Texts may hold what nodes said, raw: whoever shows them makes them harmless. */
export interface TimelineEntry {
  /** Rises by one from entry to entry. */
  readonly id: number
  /** Milliseconds since 1970; now and then a little before that of the entry before, where something was told once it was sure. */
  readonly atMs: number
  readonly kind: EntryKind
  /**
   * One word. address: `moved`, `taken`, `released`, `lost` (with its node), `claimed` (by several), `settled` (by one again), `interface`,
   * `configured`, `unconfigured`; kernel: `missing`, `elsewhere`, `twice`, `stray`, `back`, `mended`; health: `healthy` or the first flag
   * (`disconnected`, …), `run-state`, `added`, `deleted`; link: `up`, `down`; leader: `changed`, `lost`; recovery: `started`, `finished`;
   * takeover-run: `started`, `finished`, `unfinished`; finding: `appeared`, `cleared`; connection: `began`, `blind`, `sighted`; action: `begun`, `done`,
   * `failed`.
   */
  readonly what: string
  /** What happened, in one sentence without a full stop: `10.0.0.31 moved from node 1 to node 2`. */
  readonly text: string
  readonly tone: Tone
  /** All nodes that have to do with it. */
  readonly pnns: readonly Pnn[]
  /** All addresses that have to do with it. */
  readonly addresses: readonly string[]
  /** Of an address: who owned it before, and who does now; null for nobody. */
  readonly from?: Pnn | null
  readonly to?: Pnn | null
  /** Why, where that can be told. */
  readonly cause?: string
  /** How long an address was on no node, or something else was away, until now. */
  readonly awayMs?: number
  /** Id of the check, of a finding. */
  readonly check?: string
}
