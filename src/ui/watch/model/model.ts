import type { Pnn } from '../../../lib/cluster/node.ts'
import type { Snapshot } from '../../../lib/snapshot/snapshot.ts'
import type { Plan } from '../../../lib/takeover/plan.ts'
import type { Edit } from '../../../lib/takeover/what-if.ts'
import type { ClusterState } from '../../../lib/watch/cluster-state.ts'
import type { TimelineEntry } from '../../../lib/watch/timeline.ts'

/** The panes, shown side by side; on a small terminal one at a time. */
export type Pane = 'nodes' | 'addresses' | 'timeline' | 'log'

/** Sort orders of the addresses. */
export const SORTS = ['address', 'owner', 'since', 'severity'] as const
export type Sort = (typeof SORTS)[number]
/** Groupings of the addresses. */
export const GROUPINGS = ['none', 'node', 'subnet'] as const
export type Grouping = (typeof GROUPINGS)[number]

/** A change of the cluster that the user has to confirm. */
export type ClusterAction =
  | { readonly kind: 'takeover-run' }
  | { readonly kind: 'disable' | 'enable'; readonly pnn: Pnn }
  | { readonly kind: 'move'; readonly address: string; readonly to: Pnn }

/** The result of a plan request. The planner runs in a thread of its own, as 2,000 addresses take seconds. */
export type Planned =
  | { readonly state: 'working' }
  | { readonly state: 'done'; readonly plan: Plan }
  | { readonly state: 'failed'; readonly why: string }

/** What covers the panes. */
export type Overlay =
  | { readonly kind: 'help'; readonly top: number }
  | { readonly kind: 'address'; readonly address: string; readonly top: number }
  | { readonly kind: 'node'; readonly pnn: Pnn; readonly top: number }
  | { readonly kind: 'entry'; readonly id: number; readonly top: number }
  | { readonly kind: 'log'; readonly id: number; readonly top: number }
  /** What-ifs, actions, or things to break. */
  | { readonly kind: 'menu'; readonly title: string; readonly items: readonly MenuItem[]; readonly cursor: number }
  /** Asks the user to confirm an action, and shows its plan. */
  | ({ readonly kind: 'confirm'; readonly action: ClusterAction; readonly top: number } & RequestedPlan)
  /** An input line: the filter, the file of an export, or a time of a recording. `before` is the filter to restore on Esc. */
  | { readonly kind: 'input'; readonly of: 'filter' | 'export' | 'time'; readonly text: string; readonly before: string }

/** A request to the planner, and its result. */
export interface RequestedPlan {
  /** The number of the last request. */
  readonly request: number
  readonly planned: Planned
  /** The cluster state of the last request; undefined when another request has replaced it, so that it has to be repeated. */
  readonly basis?: ClusterState
  /** The result has not arrived yet. Until then `planned` may be an older result. */
  readonly isPending?: boolean
}

/** A line of a menu. */
export interface MenuItem {
  readonly label: string
  /** Whether this what-if is on already; choosing it turns it off. */
  readonly isOn?: boolean
  /** What choosing it does; undefined for an item that cannot be chosen. */
  readonly choice?: Choice
}

/** What a menu item does. */
export type Choice =
  | { readonly kind: 'what-if'; readonly edit: Edit }
  | { readonly kind: 'act'; readonly action: ClusterAction }
  /** Cancels the running action, which cleans up first. */
  | { readonly kind: 'cancel' }
  /** A line for the embedded cluster: `restart-network 1`. */
  | { readonly kind: 'break'; readonly line: string }

/** A message in the bottom line, until the next key or for some seconds. */
export interface Notice {
  readonly text: string
  readonly tone: 'good' | 'plain' | 'error'
  readonly untilMs: number
}

/** A line of the log of a node's daemons. */
export interface LogLine {
  readonly pnn: Pnn
  /** Milliseconds since 1970, by the clock of the node. */
  readonly atMs: number
  /** What is shown, with the time and the node. */
  readonly text: string
}

/** What has arrived since the watch was paused. */
export interface Backlog {
  readonly sinceMs: number
  readonly cluster: ClusterState
  readonly entries: readonly TimelineEntry[]
  readonly lines: readonly LogLine[]
  /** The number of entries that were dropped, as there were too many. */
  readonly dropped: number
  /** Show the next poll all the same, as the user asked for it. */
  readonly showsNextPoll: boolean
}

/** Where a recording is looked at. Its time is `nowMs` of the model. */
export interface Replay {
  /** The first and the last time of what was read so far. */
  readonly fromMs: number
  readonly toMs: number
  /** The share of the recording that was read: 1 for all of it. */
  readonly readShare: number
  readonly isPlaying: boolean
  /** How many times as fast as it was. */
  readonly speed: number
  /** All entries that were read so far. */
  readonly events: readonly Pick<TimelineEntry, 'atMs' | 'tone'>[]
}

/** A way to another moment of a recording. */
export type ReplayMove =
  | { readonly kind: 'play' }
  | { readonly kind: 'speed' | 'look' | 'event'; readonly by: 1 | -1 }
  | { readonly kind: 'first' | 'last' }
  /** A time as people write it. */
  | { readonly kind: 'time'; readonly text: string }

/** So many entries of the timeline are kept. */
export const MAX_ENTRIES = 10_000

/** Everything that the screen shows. The screen is a function of it. */
export interface Model {
  readonly cluster: ClusterState
  /** Newest last. */
  readonly timeline: readonly TimelineEntry[]
  /** The number of entries dropped from its beginning, as there were too many. */
  readonly droppedEntries: number
  /** Log lines of the daemons, newest last. */
  readonly log: readonly (LogLine & { readonly id: number })[]
  /** Whether the logs of the nodes can be read. An embedded cluster tells its log by itself. */
  readonly readsLogs: boolean
  /** Whether the logs of the nodes are being read: while they are shown. */
  readonly isReadingLogs: boolean
  /** In the log, the pane from which it was entered: its cursor limits the log. */
  readonly logOf?: Pane
  /** The time that is shown, in milliseconds since 1970. Ages are relative to it. */
  readonly nowMs: number
  /** The time of the clock, by which notices end. Only in a recording it is another one. */
  readonly clockMs: number
  readonly startedMs: number
  readonly size: { readonly columns: number; readonly rows: number }
  /** `node1, node2 over SSH`, `this machine`, `an embedded cluster`. */
  readonly title: string
  readonly isSimulated: boolean
  /** Why this watch cannot change the cluster; undefined when it can. */
  readonly readOnly?: string
  readonly intervalMs: number
  /** Paused: nothing is polled, and the screen shows the state at that time. */
  readonly isPaused: boolean
  /** Set where a recording is shown instead of a live cluster. */
  readonly replay?: Replay
  /** Set while paused. */
  readonly backlog?: Backlog
  /** The action that is running. */
  readonly running?: { readonly text: string; readonly sinceMs: number }

  /** The pane that has the focus. */
  readonly pane: Pane
  readonly sort: Sort
  readonly grouping: Grouping
  /** Limits addresses, nodes and timeline to what matches; empty for all. */
  readonly filter: string
  /**
   * The selected row of each pane, by its key (see rows.ts). Undefined selects the first row; in the timeline and the log the last, so
   * that they follow new entries. Where nodes are columns, `nodes` is the marked column, and undefined marks none.
   */
  readonly cursors: Readonly<Record<Pane, string | undefined>>
  /** The first row shown of each pane. */
  readonly tops: Readonly<Record<Pane, number>>
  readonly overlay?: Overlay
  /** The what-ifs and their plan, shown on the map until Esc. */
  readonly preview?: { readonly edits: readonly Edit[] } & RequestedPlan
  /** The number of plan requests so far. */
  readonly requests: number
  readonly notice?: Notice
}

/**
 * The newest cluster state, also while the watch is paused and shows an older one. Actions have to be based on it.
 */
export const newestState = ({ backlog, cluster }: Model): ClusterState => backlog?.cluster ?? cluster

/** An input of the reducer. */
export type Message =
  | { readonly kind: 'key'; readonly key: string }
  /** Text typed or pasted into an input line. */
  | { readonly kind: 'typed'; readonly text: string }
  | { readonly kind: 'resized'; readonly columns: number; readonly rows: number }
  | { readonly kind: 'ticked'; readonly nowMs: number }
  /** The cluster was observed: its state afterwards, and the new timeline entries. */
  | {
      readonly kind: 'observed'
      readonly nowMs: number
      readonly cluster: ClusterState
      readonly entries: readonly TimelineEntry[]
    }
  /** Another moment of a recording is shown, with all that is known of it then. */
  | ({ readonly kind: 'replayed'; readonly notice?: string | undefined } & Pick<Model, ReplayedPart>)
  | { readonly kind: 'logged'; readonly lines: readonly LogLine[] }
  /** The result of the request with that number; results of older requests are ignored. */
  | { readonly kind: 'planned'; readonly request: number; readonly planned: Planned }
  /** The running action has ended. */
  | { readonly kind: 'action-ended'; readonly text: string; readonly failed: boolean; readonly nowMs: number }
  /** The outcome of something else, such as an export; shown as a notice. */
  | { readonly kind: 'reported'; readonly text: string; readonly failed: boolean; readonly nowMs: number }

/** The parts of a model that a moment of a recording determines. */
type ReplayedPart = 'cluster' | 'timeline' | 'droppedEntries' | 'nowMs' | 'intervalMs' | 'replay'

/** What the caller of the reducer has to do. */
export type Effect =
  | { readonly kind: 'quit' }
  | { readonly kind: 'suspend' }
  | { readonly kind: 'redraw' }
  /** Poll the cluster now. */
  | { readonly kind: 'sample' }
  | { readonly kind: 'poll'; readonly intervalMs: number; readonly isPaused: boolean }
  /** Plan with the newest snapshot; undefined when there is none yet. */
  | { readonly kind: 'plan'; readonly request: number; readonly edits: readonly Edit[]; readonly snapshot: Snapshot | undefined }
  | { readonly kind: 'act'; readonly action: ClusterAction }
  /** Cancel the running action. */
  | { readonly kind: 'cancel' }
  | { readonly kind: 'break'; readonly line: string }
  /** Read the logs of the nodes from now on, or no longer. */
  | { readonly kind: 'logs'; readonly isOn: boolean }
  /** Show another moment of the recording. */
  | { readonly kind: 'replay'; readonly move: ReplayMove }
  | { readonly kind: 'export'; readonly file: string; readonly entries: readonly TimelineEntry[] }
