import type { EntryKind, TimelineEntry } from './timeline.ts'

/** An entry without its number and its time. */
export type Tale = Omit<TimelineEntry, 'id' | 'atMs'>

/** Of what was learnt at once, what brings about comes before what is brought about. */
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

/** Puts what is told in order, and numbers it. */
export class Teller {
  private nextId: number
  private tales: Omit<TimelineEntry, 'id'>[] = []

  constructor(firstId: number) {
    this.nextId = firstId
  }

  tell(atMs: number, tale: Tale): void {
    this.tales.push({ atMs, ...tale })
  }

  /** All that was told since the last time: by time, then causes first, then as it was told. */
  take(): readonly TimelineEntry[] {
    const tales = this.tales.sort((a, b) => a.atMs - b.atMs || RANKS[a.kind] - RANKS[b.kind])
    const firstId = this.nextId
    this.nextId += tales.length
    this.tales = []
    return tales.map((tale, index) => ({ id: firstId + index, ...tale }))
  }
}
