import type { Pane } from './model.ts'

/** What decides how the terminal is divided. */
export interface Shape {
  readonly columns: number
  readonly rows: number
  readonly nodes: number
  /** Rows that the pane of addresses would like to have, headings of groups among them. */
  readonly addressRows: number
  /** Of the longest address, in columns of the terminal. */
  readonly addressWidth: number
  /** The one that has the keys. */
  readonly pane: Pane
  readonly hasLog: boolean
  /** Whether addresses stand in groups: nodes are no columns then. */
  readonly isGrouped: boolean
}

/** Where a pane is. */
export interface PaneBox {
  readonly pane: Pane
  readonly left: number
  readonly top: number
  readonly columns: number
  /** With its heading. */
  readonly rows: number
  /** Without: how many entries it shows at once. */
  readonly bodyRows: number
}

/** How the terminal is divided: a line on top, the panes, a line at the bottom. */
export interface Layout {
  /** `matrix`: nodes are columns of the pane of addresses, and there is no pane of nodes. `list`: nodes have a pane. */
  readonly map: 'matrix' | 'list'
  /** Those that are shown; always the one that has the keys. */
  readonly panes: readonly PaneBox[]
  /** All panes that Tab goes through, shown or not. */
  readonly order: readonly Pane[]
}

/** Beside it, a pane of addresses has an owner's column of at least so many columns for each node. */
const NODE_COLUMNS = 10
/** Interface, kernel, since. */
const TAIL_COLUMNS = 26
/** From here on the timeline stands beside the map; below, under it, as far as there are rows for it. */
const WIDE_COLUMNS = 130
const TIMELINE_ROWS = 7
const LIST_MIN_ROWS = 6

/** The heading of a pane: of a matrix two lines, as its columns have to be told apart; else one. */
export const headingRows = (pane: Pane, map: Layout['map']): number => (pane === 'addresses' && map === 'matrix' ? 2 : 1)

/** Columns that a matrix of so many nodes takes, at least. */
export const matrixColumns = ({ nodes, addressWidth }: Pick<Shape, 'nodes' | 'addressWidth'>): number =>
  addressWidth + 1 + nodes * NODE_COLUMNS + TAIL_COLUMNS

/** Divides a terminal. Never wider or higher than it is; with less than three rows, only the pane is left. */
export function layoutOf(shape: Shape): Layout {
  const { columns, rows, nodes, pane, hasLog, isGrouped } = shape
  const map = !isGrouped && nodes > 0 && matrixColumns(shape) <= columns ? 'matrix' : 'list'
  const order: Pane[] = [
    ...(map === 'matrix' ? [] : ['nodes' as const]),
    'addresses',
    'timeline',
    ...(hasLog ? ['log' as const] : []),
  ]
  const focused: Pane = order.includes(pane) ? pane : 'addresses'
  const height = Math.max(1, rows - 2)
  const box = (which: Pane, left: number, top: number, width: number, high: number): PaneBox => ({
    pane: which,
    left,
    top,
    columns: width,
    rows: high,
    bodyRows: Math.max(0, high - headingRows(which, map)),
  })
  const stack = (which: readonly Pane[], heights: readonly number[], left: number, width: number): PaneBox[] => {
    let top = 1
    return which.map((each, index) => {
      const made = box(each, left, top, width, heights[index] ?? 0)
      top += made.rows
      return made
    })
  }
  const single = (): Layout => ({ map, order, panes: [box(focused, 0, 1, columns, height)] })
  if (columns >= WIDE_COLUMNS) {
    const wanted = map === 'matrix' ? matrixColumns(shape) + nodes * 4 : Math.floor(columns / 2)
    const left = Math.max(Math.floor(columns * 0.4), Math.min(wanted, columns - 60))
    const right = columns - left - 1
    const nodesHigh = Math.min(nodes + 1, Math.floor(height / 3))
    const mapPanes =
      map === 'matrix'
        ? stack(['addresses'], [height], 0, left)
        : stack(['nodes', 'addresses'], [nodesHigh, height - nodesHigh], 0, left)
    const logHigh = Math.floor(height / 2)
    const others = hasLog
      ? stack(['timeline', 'log'], [height - logHigh, logHigh], left + 1, right)
      : stack(['timeline'], [height], left + 1, right)
    return height < LIST_MIN_ROWS ? single() : { map, order, panes: [...mapPanes, ...others] }
  }
  const below: readonly Pane[] = hasLog ? ['timeline', 'log'] : ['timeline']
  const belowLeast = below.length * TIMELINE_ROWS
  const mapWanted = map === 'matrix' ? shape.addressRows + 2 : nodes + 1 + shape.addressRows + 1
  const mapLeast = Math.min(mapWanted, map === 'matrix' ? 12 : 16)
  if (height < mapLeast + belowLeast) return single()
  const mapHigh = Math.max(mapLeast, Math.min(mapWanted, height - belowLeast))
  const nodesHigh = Math.min(nodes + 1, Math.floor(mapHigh / 3))
  const tops =
    map === 'matrix'
      ? stack(['addresses'], [mapHigh], 0, columns)
      : stack(['nodes', 'addresses'], [nodesHigh, mapHigh - nodesHigh], 0, columns)
  const left = height - mapHigh
  const first = hasLog ? Math.ceil(left / 2) : left
  const bottoms = stack(below, hasLog ? [first, left - first] : [left], 0, columns).map((each) => ({
    ...each,
    top: each.top + mapHigh,
  }))
  return { map, order, panes: [...tops, ...bottoms] }
}
