import type { TimelineEntry } from './timeline.ts'

/** An entry without its number and its time. */
export type Tale = Omit<TimelineEntry, 'id' | 'atMs'>

/** Numbers what is told, in the order in which it is. */
export class Teller {
  private nextId: number
  private entries: TimelineEntry[] = []

  constructor(firstId: number) {
    this.nextId = firstId
  }

  tell(atMs: number, tale: Tale): void {
    this.entries.push({ id: this.nextId, atMs, ...tale })
    this.nextId += 1
  }

  /** All that was told since the last time. */
  take(): readonly TimelineEntry[] {
    const { entries } = this
    this.entries = []
    return entries
  }
}
