import { emptyState } from '../../../lib/watch/cluster-tracker.ts'
import type { Model } from './model.ts'

/** What the terminal UI of a watch starts with, before the cluster was read. */
export interface InitialModelOptions {
  readonly title: string
  readonly isSimulated: boolean
  /** Whether the logs of the nodes can be read. */
  readonly readsLogs?: boolean
  /** Why this watch cannot change the cluster; undefined when it can. */
  readonly readOnly?: string | undefined
  readonly intervalMs: number
  readonly size: { readonly columns: number; readonly rows: number }
  /** Milliseconds since 1970. */
  readonly nowMs: number
}

/** The first model: nothing is known yet, and the address pane has the focus. */
export const initialModel = ({
  title,
  isSimulated,
  readsLogs = false,
  readOnly,
  intervalMs,
  size,
  nowMs,
}: InitialModelOptions): Model => ({
  cluster: emptyState(),
  timeline: [],
  droppedEntries: 0,
  log: [],
  readsLogs,
  isReadingLogs: false,
  nowMs,
  clockMs: nowMs,
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
  requests: 0,
})
