import type { AuditedFinding } from '../../src/lib/audit/report.ts'
import type { Plan } from '../../src/lib/takeover/plan.ts'
import type { AddressState, ClusterState, NodeState } from '../../src/lib/watch/cluster-state.ts'
import type { TimelineEntry } from '../../src/lib/watch/timeline.ts'
import { type InitialModelOptions, initialModel } from '../../src/ui/watch/model/initial-model.ts'
import type { Effect, LogLine, Message, Model, Pane, Replay, ReplayMove } from '../../src/ui/watch/model/model.ts'
import { bodyRows, cursorIndex, rowKeys } from '../../src/ui/watch/model/rows.ts'
import { update } from '../../src/ui/watch/reducer.ts'

/** Afternoon of the seed article's day. */
export const START_MS = Date.UTC(2017, 4, 14, 12, 30)

export const addressState = (address: string, owner: number | null, more: Partial<AddressState> = {}): AddressState => ({
  address,
  owner,
  claims: owner === null ? [] : [owner],
  knownBy: [0, 1, 2],
  interfaceName: owner === null ? null : 'eth1',
  kernel: owner === null ? 'none' : 'held',
  heldBy: owner === null ? [] : [owner],
  sinceMs: null,
  awaySinceMs: owner === null ? START_MS : null,
  ...more,
})

export const nodeState = (pnn: number, more: Partial<NodeState> = {}): NodeState => ({
  pnn,
  address: `10.9.0.${pnn + 1}`,
  flags: 0,
  runState: 'RUNNING',
  isLeader: pnn === 0,
  links: [{ name: 'eth1', linkUp: true }],
  owns: 0,
  knows: 0,
  answers: true,
  kernelSeen: true,
  heard: true,
  sinceMs: null,
  ...more,
})

/** A cluster of so many nodes; the owners are those of 10.0.0.1, 10.0.0.2, … */
export const makeClusterState = (
  nodes: number,
  owners: readonly (number | null)[],
  more: Partial<ClusterState> = {},
): ClusterState => ({
  seenAtMs: START_MS,
  leader: 0,
  nodes: Array.from({ length: nodes }, (_, pnn) => nodeState(pnn)),
  addresses: owners.map((owner, index) =>
    addressState(`10.0.${Math.floor(index / 250)}.${(index % 250) + 1}`, owner, {
      knownBy: Array.from({ length: nodes }, (_, pnn) => pnn),
    }),
  ),
  findings: [],
  ...more,
})

export const entry = (id: number, more: Partial<TimelineEntry> = {}): TimelineEntry => ({
  id,
  atMs: START_MS + id,
  kind: 'address',
  what: 'moved',
  text: `10.0.0.1 moved from node 0 to node ${id % 3}`,
  tone: 'plain',
  pnns: [0, id % 3],
  addresses: ['10.0.0.1'],
  from: 0,
  to: id % 3,
  ...more,
})

/** A line of the log of node 0. */
export const logLine = (text: string, more: Partial<LogLine> = {}): LogLine => ({ pnn: 0, atMs: START_MS, text, ...more })

/** Entries `from` to `to`, both included. */
export const entries = (from: number, to: number): TimelineEntry[] =>
  Array.from({ length: Math.max(0, to - from + 1) }, (_, index) => entry(from + index))

export const finding = (address: string, id = 'ip-missing'): AuditedFinding => ({
  id,
  severity: 'error',
  subject: { address },
  nodes: [],
  addresses: [address],
  message: `${address} is missing`,
  evidence: [],
  claims: [],
  outlook: '',
  actions: [],
  remedy: '',
  state: 'real',
})

export const emptyPlan: Plan = {
  leader: 0,
  algorithm: 'lcp2',
  noIpTakeover: false,
  noIpFailback: false,
  forceRebalance: [],
  failures: [],
  addresses: [],
  controls: [],
  counts: [],
  notes: [],
}

/** A watch as its user has it: messages go in, and what it wants of the world is kept. */
export class Watched {
  model: Model
  readonly effects: Effect[] = []

  constructor(cluster: ClusterState, beginning: Partial<InitialModelOptions> = {}) {
    this.model = initialModel({
      title: 'this machine',
      isSimulated: false,
      intervalMs: 2_000,
      size: { columns: 80, rows: 24 },
      nowMs: START_MS,
      ...beginning,
    })
    this.observe(cluster)
    this.effects.length = 0
  }

  send(message: Message): this {
    const { model, effects } = update(this.model, message)
    this.model = model
    this.effects.push(...effects)
    return this
  }

  press(...keys: readonly string[]): this {
    for (const key of keys) this.send({ kind: 'key', key })
    return this
  }

  observe(cluster: ClusterState, added: readonly TimelineEntry[] = []): this {
    return this.send({ kind: 'observed', nowMs: this.model.nowMs + 1_000, cluster, entries: added })
  }

  /** Shows a recording instead, which is paused. */
  replay(replay: Partial<Replay> = {}): this {
    const { cluster, timeline, nowMs, intervalMs } = this.model
    const all = {
      fromMs: START_MS,
      toMs: START_MS + 3_600_000,
      readShare: 1,
      isPlaying: false,
      speed: 1,
      events: timeline,
      ...replay,
    }
    return this.send({ kind: 'replayed', cluster, timeline, droppedEntries: 0, nowMs, intervalMs, replay: all })
  }

  resize(columns: number, rows: number): this {
    return this.send({ kind: 'resized', columns, rows })
  }

  /** The planner answers the last request. */
  plan(plan: Partial<Plan> = {}): this {
    return this.send({
      kind: 'planned',
      request: this.model.requests,
      planned: { state: 'done', plan: { ...emptyPlan, ...plan } },
    })
  }

  /** Kinds of the effects since the last time. */
  takeEffects(): Effect[] {
    return this.effects.splice(0)
  }

  get kinds(): string[] {
    return this.takeEffects().map(({ kind }) => kind)
  }

  /** The key of the row under the cursor of a pane. */
  cursor(pane: Pane = this.model.pane): string | undefined {
    return rowKeys(this.model, pane)[cursorIndex(this.model, pane)]
  }

  /** Keys of the rows that are shown of a pane. */
  shown(pane: Pane = this.model.pane): readonly string[] {
    const top = this.model.tops[pane]
    return rowKeys(this.model, pane).slice(top, top + bodyRows(this.model, pane))
  }

  /** Where keys want to go in the recording. */
  get moves(): ReplayMove[] {
    return this.takeEffects().flatMap((effect) => (effect.kind === 'replay' ? [effect.move] : []))
  }

  /** The labels of the menu that is open, those that are chosen already with an x. */
  get menu(): string[] {
    const { overlay } = this.model
    return overlay?.kind === 'menu' ? overlay.items.map(({ label, isOn }) => (isOn ? `x ${label}` : label)) : []
  }

  /** Chooses from the menu that is open. */
  choose(label: string): this {
    const at = this.menu.findIndex((each) => each.includes(label))
    if (at === -1) throw new Error(`no ${label} in ${this.menu.join('; ')}`)
    return this.press('g', ...Array<string>(at).fill('j'), 'enter')
  }
}
