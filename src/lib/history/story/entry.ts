import type { Pnn } from '../../cluster/node.ts'
import type { TimelineEntry } from '../../watch/timeline.ts'
import { type NewEntry, TimelineWriter } from '../../watch/timeline-writer.ts'
import type { LogEvent } from '../log-event.ts'

/** A line of a log by the reference clock, with its node. */
export interface NodeEvent {
  /** By the reference clock, milliseconds since 1970. */
  readonly atMs: number
  /** How wrong that may be against other nodes; undefined if nothing shows it. */
  readonly uncertaintyMs: number | undefined
  readonly pnn: Pnn
  readonly event: LogEvent
}

/** An entry of the timeline, with the lines that it rests on. */
export interface HistoryEntry extends TimelineEntry {
  readonly lines: readonly NodeEvent[]
  /**
   * When it took effect at the latest, by the reference clock: CTDB logs the beginning of what it does with an address, and its scripts take
   * some time. Undefined if the log does not show it.
   */
  readonly notAfterMs?: number
  /** From then on, the log does not show who owns the address. */
  readonly leavesOwnerUnknown?: true
}

/** What an entry of the history has besides that of a live timeline. */
export interface EntryDetails {
  /** Lines that it rests on, besides the one that brings it about. */
  readonly lines?: readonly NodeEvent[]
  readonly notAfterMs?: number | undefined
  readonly leavesOwnerUnknown?: boolean
}

/** Writes the entries of a history: each rests on the line that is read just then. */
export class HistoryWriter extends TimelineWriter {
  /** The line that is read. */
  current: NodeEvent | undefined

  constructor() {
    super(1)
  }

  override add(atMs: number, entry: NewEntry, { lines = [], notAfterMs, leavesOwnerUnknown }: EntryDetails = {}): void {
    const { current } = this
    const all = [...new Set([...lines, ...(current ? [current] : [])])].sort((a, b) => a.atMs - b.atMs)
    const more = { ...(notAfterMs !== undefined && { notAfterMs }), ...(leavesOwnerUnknown && { leavesOwnerUnknown }) }
    super.add(atMs, { ...entry, lines: all, ...more } as NewEntry)
  }

  /** All entries, by time. */
  override take(): readonly HistoryEntry[] {
    return super.take() as readonly HistoryEntry[]
  }
}
