import { indexFrom } from '../../history/index-from.ts'
import type { HistoryEntry } from '../../history/story/entry.ts'
import { SEEN_MS, type When } from './span.ts'

/** The scripts of an address are ended after this long, unless EventScriptTimeout is set higher. */
const LONGEST_MS = 120_000

/** When something took effect that an entry from logs tells: what is done with an address, some time after its line. */
export function whenOf({ kind, what, atMs, notAfterMs }: HistoryEntry): When {
  const isDeed = kind === 'address' && DEEDS.has(what)
  return { atMs, endMs: notAfterMs ?? (isDeed ? atMs + LONGEST_MS : atMs) }
}

const TAKEN = new Set(['moved', 'taken'])
const LEFT = new Set(['released', 'lost'])
const DEEDS = new Set([...TAKEN, ...LEFT])
/** That a run is over, with or without success. */
const ENDED = new Set(['finished', 'failed', 'unfinished'])

/** What an entry is about. Entries of a recording and of logs that tell of the same event have the same key. */
export function keyOf({ kind, what, text, to, from, pnns, addresses }: HistoryEntry): string {
  if (kind === 'address' && TAKEN.has(what)) return `${addresses[0]} to ${to}`
  if (kind === 'address' && LEFT.has(what)) return `${addresses[0]} from ${from ?? pnns[0]}`
  if (kind === 'takeover-run') return `${kind} ${ENDED.has(what) ? 'over' : what}`
  if (kind === 'recovery') return `${kind} ${what}`
  return `${kind} ${text.split(';', 1)[0]}`
}

/** An entry that may be about the same event as one from logs. */
export interface Candidate {
  readonly entry: HistoryEntry
  readonly slackMs: number
}

/** Finds the entries of a recording that may tell of the same event as one of logs. */
export class SameEvents {
  /** By what they are about, and then by time. */
  private readonly recorded: ReadonlyMap<string, readonly Candidate[]>
  private readonly logged: ReadonlyMap<string, readonly HistoryEntry[]>
  /** So far from each other are times of the same event at most. */
  private readonly mostSlackMs: number
  private readonly longestMs: number
  /** Those that were found, by entry: each is asked for several times. */
  private readonly found = new Map<HistoryEntry, readonly Candidate[]>()

  constructor(recorded: readonly Candidate[], logged: readonly HistoryEntry[]) {
    this.recorded = Map.groupBy(
      recorded.toSorted((a, b) => a.entry.atMs - b.entry.atMs),
      ({ entry }) => keyOf(entry),
    )
    this.logged = Map.groupBy(
      logged.toSorted((a, b) => a.atMs - b.atMs),
      keyOf,
    )
    this.mostSlackMs = recorded.reduce((most, { slackMs }) => Math.max(most, slackMs), 0)
    this.longestMs = logged.map(whenOf).reduce((most, { atMs, endMs }) => Math.max(most, endMs - atMs), 0)
  }

  /** Those of the recording. */
  of(logged: HistoryEntry): readonly Candidate[] {
    const known = this.found.get(logged)
    if (known) return known
    const { atMs, endMs } = whenOf(logged)
    const span = [atMs - this.mostSlackMs, endMs + this.mostSlackMs + SEEN_MS] as const
    const all = between(this.recorded.get(keyOf(logged)), span, ({ entry }) => entry.atMs)
    const found = all.filter((each) => mayBeSame(logged, each))
    this.found.set(logged, found)
    return found
  }

  /**
   * The only one of the logs that can be about the same event as one of the recording, if this is the only one for that. Of runs that fail one after
   * the other, the nearest.
   */
  onlyFor(recorded: Candidate): HistoryEntry | undefined {
    const { entry, slackMs } = recorded
    const span = [entry.atMs - slackMs - SEEN_MS - this.longestMs, entry.atMs + slackMs] as const
    const all = between(this.logged.get(keyOf(entry)), span, ({ atMs }) => atMs)
    const found = all.filter((each) => mayBeSame(each, recorded))
    const [logged] = found
    if (!logged || (found.length === 1 && this.of(logged).length === 1)) return logged
    const nearest = nearestTo(recorded.entry.atMs, found, ({ atMs }) => atMs)
    const isFailedRun = nearest?.kind === 'takeover-run' && nearest.what === 'failed'
    return isFailedRun && nearestTo(nearest.atMs, this.of(nearest), ({ entry }) => entry.atMs) === recorded ? nearest : undefined
  }
}

/** Those of a time, both ends included. */
const between = <T>(
  all: readonly T[] = [],
  [fromMs, toMs]: readonly [number, number],
  timeOf: (each: T) => number,
): readonly T[] => all.slice(indexFrom(all, fromMs, timeOf), indexFrom(all, toMs + 1, timeOf))

const nearestTo = <T>(ms: number, all: readonly T[], timeOf: (each: T) => number): T | undefined =>
  all.toSorted((a, b) => Math.abs(timeOf(a) - ms) - Math.abs(timeOf(b) - ms))[0]

/** A run and a recovery are heard at once, all else perhaps only seen with a sample. */
function mayBeSame(logged: HistoryEntry, { entry, slackMs }: Candidate): boolean {
  const { atMs, endMs } = whenOf(logged)
  const lateMs = logged.kind === 'takeover-run' ? 0 : SEEN_MS
  return entry.atMs >= atMs - slackMs && entry.atMs <= endMs + slackMs + lateMs
}
