import type { AuditedFinding } from '../../../lib/audit/report.ts'
import type { AddressPlan } from '../../../lib/takeover/plan.ts'
import type { AddressState, NodeState } from '../../../lib/watch/cluster-state.ts'
import type { TimelineEntry } from '../../../lib/watch/timeline.ts'
import { groupAddresses, sortAddresses } from './address-order.ts'
import { filterMatcher } from './filter.ts'
import { addressTerms, entryTerms, nodeTerms } from './filter-terms.ts'
import { layoutOf, type ScreenLayout } from './layout.ts'
import { limitedLog, logSubject } from './log-subject.ts'
import { memoizeLast } from './memoize.ts'
import type { Grouping, Model, Pane, Planned, Replay, Sort } from './model.ts'

/** A row of the address pane: an address, or the heading of a group. */
export type AddressRow =
  | {
      /** `a:10.0.0.31` */
      readonly key: string
      readonly kind: 'address'
      readonly state: AddressState
      /** Its plan in the what-if preview. */
      readonly plan?: AddressPlan | undefined
    }
  | {
      /** `g:2` for node 2, `g:-` for addresses without an owner, `g:10.0.0.0/24` for a subnet. */
      readonly key: string
      readonly kind: 'group'
      readonly label: string
      /** The node of a group by node. */
      readonly node?: NodeState | undefined
      readonly count: number
    }

type Addresses = readonly AddressState[]
type Nodes = readonly NodeState[]

const sortedAddresses = memoizeLast((addresses: Addresses, sort: Sort, findings: readonly AuditedFinding[]) =>
  sortAddresses(addresses, sort, findings),
)

const filteredAddresses = memoizeLast(
  (addresses: Addresses, nodes: Nodes, findings: readonly AuditedFinding[], filter: string): Addresses => {
    const matches = filterMatcher(filter)
    if (!matches) return addresses
    const termsOf = addressTerms(nodes, findings)
    return addresses.filter((state) => matches(termsOf(state)))
  },
)

const plansOf = memoizeLast((planned: Planned | undefined): ReadonlyMap<string, AddressPlan> | undefined =>
  planned?.state === 'done' ? new Map(planned.plan.addresses.map((plan) => [plan.address, plan])) : undefined,
)

const makeRows = memoizeLast(
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

/** The addresses that match the filter, sorted. */
function shownAddresses({ cluster, sort, filter }: Model): Addresses {
  const { addresses, nodes, findings } = cluster
  return filteredAddresses(sortedAddresses(addresses, sort, findings), nodes, findings, filter)
}

/** The rows of the address pane: filtered, sorted, grouped. */
export const addressRows = (model: Model): readonly AddressRow[] =>
  makeRows(shownAddresses(model), model.cluster.nodes, model.grouping, model.filter !== '', plansOf(model.preview?.planned))

const filteredNodes = memoizeLast((nodes: Nodes, addresses: Addresses, filter: string): Nodes => {
  const matches = filterMatcher(filter)
  if (!matches) return nodes
  const owners = new Set(addresses.map(({ owner }) => owner))
  return nodes.filter((node) => owners.has(node.pnn) || matches(nodeTerms(node)))
})

/**
 * The rows of the node pane; the key of each is `n:PNN`. A node matches the filter by itself or by an address that it owns. Where nodes are
 * columns, all are shown.
 */
export function nodeRows(model: Model): Nodes {
  const { nodes } = model.cluster
  if (model.filter === '' || layoutFor(model).map === 'matrix') return nodes
  return filteredNodes(nodes, shownAddresses(model), model.filter)
}

const filteredEntries = memoizeLast((entries: readonly TimelineEntry[], filter: string): readonly TimelineEntry[] => {
  const matches = filterMatcher(filter)
  return matches ? entries.filter((entry) => matches(entryTerms(entry))) : entries
})

/** The rows of the timeline, newest last; the key of each is `t:ID`. */
export const timelineRows = ({ timeline, filter }: Model): readonly TimelineEntry[] => filteredEntries(timeline, filter)

/** The rows of the log, newest last; the key of each is `l:ID`. The cursor limits them, see `logSubject`; the filter does not. */
export const logRows = (model: Model): Model['log'] => {
  const { address, pnns } = logSubject(model)
  return limitedLog(model.log, address, pnns?.join())
}

const headingCount = memoizeLast((addresses: Addresses, nodes: Nodes, grouping: Grouping): number =>
  grouping === 'none' ? 0 : groupAddresses(addresses, grouping, nodes, true).length,
)

const longestAddress = memoizeLast((addresses: Addresses): number =>
  addresses.reduce((most, { address }) => Math.max(most, address.length), 0),
)

const memoizedLayout = memoizeLast(
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

/** A lower screen has no room for the time line of a recording. */
const TIME_LINE_ROWS = 8

/** Whether the screen has a time line. */
export const hasTimeLine = (model: Model): model is Model & { readonly replay: Replay } =>
  model.replay !== undefined && model.size.rows >= TIME_LINE_ROWS

/** The screen layout of a model. The filter does not change it: panes must not jump while the user types. */
export function layoutFor(model: Model): ScreenLayout {
  const { size, cluster, pane, grouping, isSimulated, readsLogs } = model
  const { addresses, nodes } = cluster
  const wanted = addresses.length + headingCount(addresses, nodes, grouping)
  return memoizedLayout(
    size.columns,
    hasTimeLine(model) ? size.rows - 1 : size.rows,
    nodes.length,
    wanted,
    longestAddress(addresses),
    pane,
    isSimulated || readsLogs,
    grouping !== 'none',
  )
}

/** How many rows of a pane are shown at once; 0 when the pane is hidden. */
export const bodyRows = (model: Model, pane: Pane): number =>
  layoutFor(model).panes.find((box) => box.pane === pane)?.bodyRows ?? 0

/** Whether the focused pane shows nodes as columns, so that one of them can be marked. */
export const hasColumns = (model: Model): boolean => model.pane === 'addresses' && layoutFor(model).map === 'matrix'

/** The row keys of each pane. */
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

/** The keys of a pane's rows, in order. */
export const rowKeys = (model: Model, pane: Pane): readonly string[] => KEYS[pane](model)

/** Whether a pane follows new entries while no row is selected. */
export const followsNewEntries = (pane: Pane): boolean => pane === 'timeline' || pane === 'log'

/** The index of the row at a pane's cursor; -1 when the pane has no such row. */
export function cursorIndex(model: Model, pane: Pane): number {
  const keys = rowKeys(model, pane)
  const key = model.cursors[pane]
  if (key !== undefined) return keys.indexOf(key)
  return followsNewEntries(pane) ? keys.length - 1 : Math.min(0, keys.length - 1)
}
