import { beginStory } from '../../lib/watch/observe.ts'
import type { Model } from './model.ts'

/** What the terminal UI of a watch begins with, before anything of the cluster was seen. */
export interface Beginning {
  readonly title: string
  readonly isSimulated: boolean
  /** Why nothing can be changed from here; undefined when it can. */
  readonly readOnly?: string | undefined
  readonly intervalMs: number
  readonly size: { readonly columns: number; readonly rows: number }
  /** Milliseconds since 1970. */
  readonly nowMs: number
}

/** The first model: nothing is known yet, and the addresses have the keys. */
export const beginModel = ({ title, isSimulated, readOnly, intervalMs, size, nowMs }: Beginning): Model => ({
  story: beginStory(),
  timeline: [],
  forgotten: 0,
  log: [],
  nowMs,
  startedMs: nowMs,
  size,
  title,
  isSimulated,
  ...(readOnly !== undefined && { readOnly }),
  intervalMs,
  isPaused: false,
  pane: 'addresses',
  sort: 'address',
  grouping: 'none',
  filter: '',
  cursors: { nodes: undefined, addresses: undefined, timeline: undefined, log: undefined },
  tops: { nodes: 0, addresses: 0, timeline: 0, log: 0 },
  questions: 0,
})
