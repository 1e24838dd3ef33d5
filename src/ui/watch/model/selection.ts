import type { Pnn } from '../../../lib/cluster/node.ts'
import type { AddressState } from '../../../lib/watch/cluster-state.ts'
import type { TimelineEntry } from '../../../lib/watch/timeline.ts'
import { type Model, newestState, type Pane } from './model.ts'
import { addressRows, cursorIndex, hasColumns, nodeRows, timelineRows } from './rows.ts'

/** What the cursor of the current pane selects. */
export interface Selection {
  readonly address?: AddressState | undefined
  /** The nodes it is about, without duplicates; the most likely first: a marked column, then the owner. */
  readonly pnns: readonly Pnn[]
  /** The selected entry of the timeline. */
  readonly entry?: TimelineEntry | undefined
  /** Filters that match it, the narrowest first. */
  readonly filters: readonly string[]
}

/** The selection as the screen shows it. */
export const selectionOf = (model: Model): Selection => SELECTIONS[model.pane](model)

/** The selection with the newest state, also while paused: the address as it is now, and its current owner. */
export function newestSelectionOf(model: Model): Selection {
  const selection = selectionOf(model)
  const { addresses } = newestState(model)
  const address = addresses.find((each) => each.address === selection.address?.address)
  const owner = address?.owner ?? null
  return {
    ...selection,
    address,
    pnns: owner === null || selection.pnns.includes(owner) ? selection.pnns : [...selection.pnns, owner],
  }
}

/** The node whose column is marked; undefined when none is, or when nodes are not columns. */
function markedNode(model: Model): Pnn | undefined {
  if (!hasColumns(model) || model.cursors.nodes === undefined) return undefined
  return model.cluster.nodes[cursorIndex(model, 'nodes')]?.pnn
}

const SELECTIONS: { readonly [P in Pane]: (model: Model) => Selection } = {
  nodes: (model) => {
    const node = nodeRows(model)[cursorIndex(model, 'nodes')]
    return ofNodes(node ? [node.pnn] : [])
  },
  addresses: (model) => {
    const row = addressRows(model)[cursorIndex(model, 'addresses')]
    const marked = [markedNode(model)].filter((pnn) => pnn !== undefined)
    if (!row) return ofNodes(marked)
    if (row.kind === 'address') {
      const { address, owner } = row.state
      const pnns = [...new Set([...marked, ...(owner === null ? [] : [owner])])]
      return { address: row.state, pnns, filters: [addressFilter(address), ...pnns.map(nodeFilter)] }
    }
    if (row.node) return ofNodes([row.node.pnn])
    return { pnns: [], filters: [row.key === 'g:-' ? 'nobody' : row.label] }
  },
  timeline: (model) => {
    const entry = timelineRows(model)[cursorIndex(model, 'timeline')]
    if (!entry) return ofNodes([])
    const { addresses, pnns, to, kind } = entry
    const [first] = addresses
    const address = addresses.length === 1 ? model.cluster.addresses.find((each) => each.address === first) : undefined
    const ordered = [...new Set([...(typeof to === 'number' ? [to] : []), ...pnns])]
    return {
      entry,
      address,
      pnns: ordered,
      filters: [...addresses.slice(0, 1).map(addressFilter), ...ordered.map(nodeFilter), kind],
    }
  },
  log: () => ofNodes([]),
}

const addressFilter = (address: string): string => `=${address}`
const nodeFilter = (pnn: Pnn): string => `node${pnn}`

const ofNodes = (pnns: readonly Pnn[]): Selection => ({ pnns, filters: pnns.map(nodeFilter) })
