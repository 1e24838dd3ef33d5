import type { EntryKind, TimelineEntry } from './timeline.ts'

/** An entry without its number and its time. */
export type NewEntry = Omit<TimelineEntry, 'id' | 'atMs'>

/** Among entries of the same moment, causes come before effects. */
const RANKS: Readonly<Record<EntryKind, number>> = {
  connection: 0,
  action: 0,
  link: 1,
  health: 1,
  leader: 2,
  recovery: 3,
  'takeover-run': 4,
  kernel: 5,
  address: 5,
  finding: 6,
}

/** Collects new entries of the timeline, sorts them and numbers them. */
export class TimelineWriter {
  private nextId: number
  private entries: Omit<TimelineEntry, 'id'>[] = []

  constructor(firstId: number) {
    this.nextId = firstId
  }

  add(atMs: number, entry: NewEntry): void {
    this.entries.push({ atMs, ...entry })
  }

  /** The entries added since the last call: by time, then causes first, then in the order in which they were added. */
  take(): readonly TimelineEntry[] {
    const entries = this.entries.sort((a, b) => a.atMs - b.atMs || RANKS[a.kind] - RANKS[b.kind])
    const firstId = this.nextId
    this.nextId += entries.length
    this.entries = []
    return entries.map((entry, index) => ({ id: firstId + index, ...entry }))
  }
}
