import type { AuditedFinding } from '../../lib/audit/report.ts'
import type { AddressPlan } from '../../lib/takeover/plan.ts'
import type { AddressState, NodeState } from '../../lib/watch/story.ts'
import type { TimelineEntry } from '../../lib/watch/timeline.ts'
import { groupAddresses, sortAddresses } from './arrange.ts'
import { findableAddresses, findableEntry, findableNode } from './findable.ts'
import { type Layout, layoutOf } from './layout.ts'
import type { Grouping, Model, Pane, Planned, Sort } from './model.ts'
import { remembering } from './remembering.ts'
import { matcherOf } from './search.ts'

/** A row of the pane of addresses: an address, or the heading of a group of them. */
export type AddressRow =
  | {
      /** `a:10.0.0.31` */
      readonly key: string
      readonly kind: 'address'
      readonly state: AddressState
      /** What the preview says of it. */
      readonly plan?: AddressPlan | undefined
    }
  | {
      /** `g:2` for node 2, `g:-` for nobody's, `g:10.0.0.0/24` for a subnet. */
      readonly key: string
      readonly kind: 'group'
      readonly label: string
      /** Of a group of addresses of a node. */
      readonly node?: NodeState | undefined
      readonly count: number
    }

type Addresses = readonly AddressState[]
type Nodes = readonly NodeState[]

const sorted = remembering((addresses: Addresses, sort: Sort, findings: readonly AuditedFinding[]) =>
  sortAddresses(addresses, sort, findings),
)

const filteredAddresses = remembering(
  (addresses: Addresses, nodes: Nodes, findings: readonly AuditedFinding[], filter: string): Addresses => {
    const matches = matcherOf(filter)
    if (!matches) return addresses
    const findable = findableAddresses(nodes, findings)
    return addresses.filter((state) => matches(findable(state)))
  },
)

const plansOf = remembering((planned: Planned | undefined): ReadonlyMap<string, AddressPlan> | undefined =>
  planned?.state === 'done' ? new Map(planned.plan.addresses.map((plan) => [plan.address, plan])) : undefined,
)

const asRows = remembering(
  (
    addresses: Addresses,
    nodes: Nodes,
    grouping: Grouping,
    isFiltered: boolean,
    plans: ReadonlyMap<string, AddressPlan> | undefined,
  ): readonly AddressRow[] => {
    const row = (state: AddressState): AddressRow => {
      const plan = plans?.get(state.address)
      return { key: `a:${state.address}`, kind: 'address', state, ...(plan && { plan }) }
    }
    if (grouping === 'none') return addresses.map(row)
    return groupAddresses(addresses, grouping, nodes, !isFiltered).flatMap(({ key, label, node, members }) => [
      { key, kind: 'group', label, node, count: members.length },
      ...members.map(row),
    ])
  },
)

/** The addresses that the filter lets through, sorted. */
function shownAddresses({ story, sort, filter }: Model): Addresses {
  const { addresses, nodes, findings } = story
  return filteredAddresses(sorted(addresses, sort, findings), nodes, findings, filter)
}

/** The rows of the pane of addresses: filtered, sorted, grouped. */
export const addressRows = (model: Model): readonly AddressRow[] =>
  asRows(shownAddresses(model), model.story.nodes, model.grouping, model.filter !== '', plansOf(model.preview?.planned))

const filteredNodes = remembering((nodes: Nodes, addresses: Addresses, filter: string): Nodes => {
  const matches = matcherOf(filter)
  if (!matches) return nodes
  const owners = new Set(addresses.map(({ owner }) => owner))
  return nodes.filter((node) => owners.has(node.pnn) || matches(findableNode(node)))
})

/**
 * Those of the pane of nodes; the key of each is `n:PNN`. A filter lets through what fits itself, or owns what fits; but where nodes are
 * columns, they all are.
 */
export function nodeRows(model: Model): Nodes {
  const { nodes } = model.story
  if (model.filter === '' || layoutFor(model).map === 'matrix') return nodes
  return filteredNodes(nodes, shownAddresses(model), model.filter)
}

const filteredEntries = remembering((entries: readonly TimelineEntry[], filter: string): readonly TimelineEntry[] => {
  const matches = matcherOf(filter)
  return matches ? entries.filter((entry) => matches(findableEntry(entry))) : entries
})

/** Those of the timeline, the newest last; the key of each is `t:ID`. */
export const timelineRows = ({ timeline, filter }: Model): readonly TimelineEntry[] => filteredEntries(timeline, filter)

/** Those of the log; the key of each is `l:ID`. It is not filtered: its lines are daemons' own words. */
export const logRows = ({ log }: Model): Model['log'] => log

const headings = remembering((addresses: Addresses, nodes: Nodes, grouping: Grouping): number =>
  grouping === 'none' ? 0 : groupAddresses(addresses, grouping, nodes, true).length,
)

const longest = remembering((addresses: Addresses): number =>
  addresses.reduce((most, { address }) => Math.max(most, address.length), 0),
)

const divided = remembering(
  (
    columns: number,
    rows: number,
    nodes: number,
    addressRows: number,
    addressWidth: number,
    pane: Pane,
    hasLog: boolean,
    isGrouped: boolean,
  ) => layoutOf({ columns, rows, nodes, addressRows, addressWidth, pane, hasLog, isGrouped }),
)

/** How the terminal is divided for a model. A filter changes nothing of it: panes that jump while it is typed would be a nuisance. */
export function layoutFor({ size, story, pane, grouping, isSimulated }: Model): Layout {
  const { addresses, nodes } = story
  const wanted = addresses.length + headings(addresses, nodes, grouping)
  return divided(size.columns, size.rows, nodes.length, wanted, longest(addresses), pane, isSimulated, grouping !== 'none')
}

/** The rows of each pane, by their keys. */
const KEYS: { readonly [P in Pane]: (model: Model) => readonly string[] } = {
  nodes: (model) => keysOf(nodeRows(model), ({ pnn }) => `n:${pnn}`),
  addresses: (model) => keysOf(addressRows(model), ({ key }) => key),
  timeline: (model) => keysOf(timelineRows(model), ({ id }) => `t:${id}`),
  log: (model) => keysOf(logRows(model), ({ id }) => `l:${id}`),
}

const keysByRows = new WeakMap<readonly unknown[], readonly string[]>()

function keysOf<R>(rows: readonly R[], keyOf: (row: R) => string): readonly string[] {
  const known = keysByRows.get(rows)
  if (known) return known
  const keys = rows.map(keyOf)
  keysByRows.set(rows, keys)
  return keys
}

/** The keys of the rows of a pane, in their order. */
export const rowKeys = (model: Model, pane: Pane): readonly string[] => KEYS[pane](model)

/** Whether a pane follows what is new while no row of it is chosen. */
export const followsNews = (pane: Pane): boolean => pane === 'timeline' || pane === 'log'

/** Where the cursor of a pane is among its rows; -1 when it has none. */
export function cursorIndex(model: Model, pane: Pane): number {
  const keys = rowKeys(model, pane)
  const key = model.cursors[pane]
  if (key !== undefined) return keys.indexOf(key)
  return followsNews(pane) ? keys.length - 1 : Math.min(0, keys.length - 1)
}
