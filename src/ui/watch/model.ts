import type { Pnn } from '../../lib/cluster/node.ts'
import type { Snapshot } from '../../lib/snapshot/snapshot.ts'
import type { Plan } from '../../lib/takeover/plan.ts'
import type { Edit } from '../../lib/takeover/what-if.ts'
import type { Story } from '../../lib/watch/story.ts'
import type { TimelineEntry } from '../../lib/watch/timeline.ts'

/** What can be looked at side by side; on a small terminal one at a time. `log` is there with an embedded cluster only. */
export type Pane = 'nodes' | 'addresses' | 'timeline' | 'log'

/** How the addresses are put in order and in groups. */
export const SORTS = ['address', 'owner', 'since', 'trouble'] as const
export type Sort = (typeof SORTS)[number]
export const GROUPINGS = ['none', 'node', 'subnet'] as const
export type Grouping = (typeof GROUPINGS)[number]

/** Something that changes the cluster, and that the user has to agree to. */
export type ClusterAction =
  | { readonly kind: 'takeover-run' }
  | { readonly kind: 'disable' | 'enable'; readonly pnn: Pnn }
  | { readonly kind: 'move'; readonly address: string; readonly to: Pnn }

/** The planner's word on a question, or that it is being worked out. It is worked out aside, as 2,000 addresses take seconds. */
export type Planned =
  | { readonly state: 'working' }
  | { readonly state: 'done'; readonly plan: Plan }
  | { readonly state: 'failed'; readonly why: string }

/** What lies over the panes. */
export type Overlay =
  | { readonly kind: 'help'; readonly top: number }
  | { readonly kind: 'address'; readonly address: string; readonly top: number }
  | { readonly kind: 'node'; readonly pnn: Pnn; readonly top: number }
  | { readonly kind: 'entry'; readonly id: number; readonly top: number }
  /** Things to choose from: what to imagine, what to do, what to break, whither to move. */
  | { readonly kind: 'menu'; readonly title: string; readonly items: readonly MenuItem[]; readonly cursor: number }
  /** A question, with the plan of what would follow. */
  | ({ readonly kind: 'confirm'; readonly action: ClusterAction; readonly top: number } & Asked)
  /** A line being typed: the filter, the file of an export. */
  | { readonly kind: 'input'; readonly of: 'filter' | 'export'; readonly text: string; readonly before: string }

/** Something that the planner is asked, and what it says. */
export interface Asked {
  /** The number of the question that was asked last. */
  readonly question: number
  readonly planned: Planned
  /** How things stood when it was asked; undefined when it has to be asked again, as another question came between. */
  readonly askedOf?: Story
  /** Its answer has not come yet; until then `planned` may be what it said before. */
  readonly isAwaited?: boolean
}

export interface MenuItem {
  readonly label: string
  /** Of what is imagined: that it is already, and would be no more. */
  readonly isOn?: boolean
  /** What choosing it does; undefined for what cannot be chosen, and then `why not` stands in the label. */
  readonly choice?: Choice
}

export type Choice =
  | { readonly kind: 'imagine'; readonly edit: Edit }
  | { readonly kind: 'act'; readonly action: ClusterAction }
  /** The action under way is to clean up and end. */
  | { readonly kind: 'end' }
  /** A line for the embedded cluster: `restart-network 1`. */
  | { readonly kind: 'break'; readonly line: string }

/** A line at the bottom, until the next key or for some seconds. */
export interface Notice {
  readonly text: string
  readonly tone: 'good' | 'plain' | 'error'
  readonly untilMs: number
}

/** What has come in since what is shown stands still. */
export interface Held {
  readonly sinceMs: number
  readonly story: Story
  readonly entries: readonly TimelineEntry[]
  readonly lines: readonly string[]
  /** Entries that were too many to be kept. */
  readonly dropped: number
  /** The next look is shown all the same: somebody asked for it. */
  readonly showsNextLook: boolean
}

/** All that the terminal UI shows, and nothing else: the views are functions of it. */
export interface Model {
  readonly story: Story
  /** The newest last. */
  readonly timeline: readonly TimelineEntry[]
  /** How many entries were dropped from its beginning, as there were too many. */
  readonly forgotten: number
  /** What the daemons of an embedded cluster log, the newest last. */
  readonly log: readonly { readonly id: number; readonly text: string }[]
  /** Our clock: ages and times away are shown against it. */
  readonly nowMs: number
  readonly startedMs: number
  readonly size: { readonly columns: number; readonly rows: number }
  /** `node1, node2 over SSH`, `this machine`, `an embedded cluster`. */
  readonly title: string
  readonly isSimulated: boolean
  /** Why nothing can be changed from here; undefined when it can. */
  readonly readOnly?: string
  readonly intervalMs: number
  /** Nothing is polled, and all that is shown stands still but for the clock. */
  readonly isPaused: boolean
  /** There while it is paused. */
  readonly held?: Held
  /** Something is being carried out, since when. */
  readonly underWay?: { readonly text: string; readonly sinceMs: number }

  readonly pane: Pane
  readonly sort: Sort
  readonly grouping: Grouping
  /** Only what matches is shown: in the panes of addresses and of nodes, and in the timeline; empty for all. */
  readonly filter: string
  /**
   * The row of each pane that the keys act upon, by its key (see rows.ts); undefined: the first, but of timeline and log the last, which
   * follows what is new. That of `nodes` is also the column that is marked where nodes are columns; undefined: none is.
   */
  readonly cursors: Readonly<Record<Pane, string | undefined>>
  /** The first row shown of each pane. */
  readonly tops: Readonly<Record<Pane, number>>
  readonly overlay?: Overlay
  /** What is imagined, and what the planner says of it: drawn on the map until Esc. */
  readonly preview?: { readonly edits: readonly Edit[] } & Asked
  /** How many questions the planner was asked. */
  readonly questions: number
  readonly notice?: Notice
}

/** What happens to the model. */
export type Message =
  | { readonly kind: 'key'; readonly key: string }
  /** Text typed or pasted into an input line. */
  | { readonly kind: 'typed'; readonly text: string }
  | { readonly kind: 'resized'; readonly columns: number; readonly rows: number }
  | { readonly kind: 'ticked'; readonly nowMs: number }
  /** The story went on. */
  | { readonly kind: 'observed'; readonly nowMs: number; readonly story: Story; readonly entries: readonly TimelineEntry[] }
  | { readonly kind: 'logged'; readonly lines: readonly string[] }
  /** Of the question with that number; answers to older questions are dropped. */
  | { readonly kind: 'planned'; readonly question: number; readonly planned: Planned }
  /** The action under way has ended. */
  | { readonly kind: 'ended'; readonly text: string; readonly failed: boolean; readonly nowMs: number }
  /** How something else fared: an export, a thing broken. */
  | { readonly kind: 'told'; readonly text: string; readonly failed: boolean; readonly nowMs: number }

/** What the model wants of the world. */
export type Effect =
  | { readonly kind: 'quit' }
  | { readonly kind: 'suspend' }
  | { readonly kind: 'redraw' }
  /** Look at the cluster now. */
  | { readonly kind: 'look' }
  | { readonly kind: 'poll'; readonly intervalMs: number; readonly isPaused: boolean }
  /** Of what was last seen when it was asked; nothing was, where that is undefined. */
  | { readonly kind: 'plan'; readonly question: number; readonly edits: readonly Edit[]; readonly snapshot: Snapshot | undefined }
  | { readonly kind: 'act'; readonly action: ClusterAction }
  /** End the action under way before its end. */
  | { readonly kind: 'end' }
  | { readonly kind: 'break'; readonly line: string }
  | { readonly kind: 'export'; readonly file: string; readonly entries: readonly TimelineEntry[] }
