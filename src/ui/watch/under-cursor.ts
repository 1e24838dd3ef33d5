import type { Pnn } from '../../lib/cluster/node.ts'
import type { AddressState } from '../../lib/watch/story.ts'
import type { TimelineEntry } from '../../lib/watch/timeline.ts'
import { newestStory } from './held.ts'
import type { Model, Pane } from './model.ts'
import { hasColumns } from './panes.ts'
import { addressRows, cursorIndex, nodeRows, timelineRows } from './rows.ts'

/** What the cursor is on. */
export interface UnderCursor {
  readonly address?: AddressState | undefined
  /** The nodes that it is about, the one that the user most likely means first: a marked column, the owner. Each once. */
  readonly pnns: readonly Pnn[]
  /** Of the timeline. */
  readonly entry?: TimelineEntry | undefined
  /** What a filter would have to be to show it, and what is like it; the narrowest first. */
  readonly filters: readonly string[]
}

/** What the keys of the pane that has them are about. */
export const underCursor = (model: Model): UnderCursor => UNDER[model.pane](model)

/** The same as it stands now, though the screen be held still: an address is where it is by now, and its owner is added. */
export function underCursorNow(model: Model): UnderCursor {
  const under = underCursor(model)
  const { addresses } = newestStory(model)
  const address = addresses.find((each) => each.address === under.address?.address)
  const owner = address?.owner ?? null
  return { ...under, address, pnns: owner === null || under.pnns.includes(owner) ? under.pnns : [...under.pnns, owner] }
}

/** The node whose column is marked; undefined when none is, or when nodes are no columns. */
function markedNode(model: Model): Pnn | undefined {
  if (!hasColumns(model) || model.cursors.nodes === undefined) return undefined
  return model.story.nodes[cursorIndex(model, 'nodes')]?.pnn
}

const UNDER: { readonly [P in Pane]: (model: Model) => UnderCursor } = {
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
    const address = addresses.length === 1 ? model.story.addresses.find((each) => each.address === first) : undefined
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

const ofNodes = (pnns: readonly Pnn[]): UnderCursor => ({ pnns, filters: pnns.map(nodeFilter) })
