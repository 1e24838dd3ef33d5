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

/** Of a node in a matrix at least, the blank before it included: `UNHEALTHY` fits. */
export const NODE_COLUMNS = 10
/** Behind the nodes of a matrix, each with a blank before it: interface (at least), kernel, since. */
export const TAIL = { interfaceName: 5, kernel: 9, since: 8 } as const
const TAIL_COLUMNS = TAIL.interfaceName + TAIL.kernel + TAIL.since + 3
/** A list of addresses with all its columns, the longest address included. */
const LIST_COLUMNS = 72
/** The timeline stands beside the map where it gets so many columns and rows: its sentences are of no use when they are cut. */
const BESIDE_COLUMNS = 80
const BESIDE_ROWS = 6
/** So many make them whole, mostly; the map may have what is left. */
const SENTENCE_COLUMNS = 100
/** Beside a map that leaves so many rows, the log stands under it, and the timeline has its side for itself. */
const UNDER_MAP_ROWS = 8
/** A timeline or log under the map has at least so many rows. */
const BELOW_ROWS = 7
/** A map that is as high as this, and has more to show, shares with those under it. */
const MAP_ROWS = 30
/** Less than this is not shared between nodes and addresses. */
const BOTH_ROWS = 12

/** The heading of a pane: of a matrix two lines, as its columns have to be told apart; else one. */
export const headingRows = (pane: Pane, map: Layout['map']): number => (pane === 'addresses' && map === 'matrix' ? 2 : 1)

/** The column of the addresses: its heading has to fit, and an address, which is of 39 columns at most when it is written as it should be. */
export const addressColumns = (addressWidth: number): number => Math.max(11, Math.min(39, addressWidth))

/** Columns that a matrix of so many nodes takes, at least. */
export const matrixColumns = ({ nodes, addressWidth }: Pick<Shape, 'nodes' | 'addressWidth'>): number =>
  addressColumns(addressWidth) + nodes * NODE_COLUMNS + TAIL_COLUMNS

/** Whether there is room for a line on top and one at the bottom; else the pane has all. */
export const hasFrame = (rows: number): boolean => rows >= 3

/** A part of the terminal that panes are stacked in. */
interface Area {
  readonly left: number
  readonly top: number
  readonly columns: number
  readonly rows: number
}

/** What every way to divide the terminal starts from. */
interface Plan {
  readonly shape: Shape
  readonly map: Layout['map']
  /** The panes of the map, and the others. */
  readonly mapPanes: readonly Pane[]
  readonly others: readonly Pane[]
  readonly focused: Pane
  readonly area: Area
}

/** Divides a terminal. Never wider or higher than it is; with less than three rows, only the pane is left. */
export function layoutOf(shape: Shape): Layout {
  const plan = planOf(shape)
  const panes = besideEachOther(plan) ?? oneUnderTheOther(plan) ?? mapAlone(plan) ?? stack(plan, plan.area, [plan.focused], [])
  return { map: plan.map, order: [...plan.mapPanes, ...plan.others], panes }
}

function planOf(shape: Shape): Plan {
  const columns = Math.max(1, shape.columns)
  const rows = Math.max(1, shape.rows)
  const isMatrix = !shape.isGrouped && shape.nodes > 0 && matrixColumns(shape) <= columns
  const mapPanes: readonly Pane[] = isMatrix ? ['addresses'] : ['nodes', 'addresses']
  const others: readonly Pane[] = shape.hasLog ? ['timeline', 'log'] : ['timeline']
  const framed = hasFrame(rows)
  return {
    shape,
    map: isMatrix ? 'matrix' : 'list',
    mapPanes,
    others,
    focused: mapPanes.includes(shape.pane) || others.includes(shape.pane) ? shape.pane : 'addresses',
    area: { left: 0, top: framed ? 1 : 0, columns, rows: framed ? rows - 2 : rows },
  }
}

/** Panes under each other: each has its height, the last what is left. */
function stack({ map }: Plan, area: Area, panes: readonly Pane[], heights: readonly number[]): PaneBox[] {
  let { top } = area
  const end = area.top + area.rows
  return panes.map((pane, index) => {
    const rows = index === panes.length - 1 ? end - top : (heights[index] ?? 0)
    const made = { pane, left: area.left, top, columns: area.columns, rows, bodyRows: Math.max(0, rows - headingRows(pane, map)) }
    top += rows
    return made
  })
}

/** All nodes, as far as that leaves the addresses what they want, or else two thirds. */
const nodesHigh = ({ shape }: Plan, rows: number): number =>
  Math.max(2, Math.min(shape.nodes + 1, Math.max(Math.floor(rows / 3), rows - shape.addressRows - 1)))

const stackMap = (plan: Plan, area: Area): PaneBox[] => stack(plan, area, plan.mapPanes, [nodesHigh(plan, area.rows)])

/** A heading and a row of each of its panes. */
const mapLeast = ({ map }: Plan): number => (map === 'matrix' ? 3 : 4)

/** Rows that the map would like to have. */
const mapWanted = (plan: Plan): number => {
  const { shape, map } = plan
  return Math.max(mapLeast(plan), map === 'matrix' ? shape.addressRows + 2 : shape.nodes + 1 + shape.addressRows + 1)
}

function besideEachOther(plan: Plan): PaneBox[] | undefined {
  const { shape, map, area } = plan
  const least = map === 'matrix' ? matrixColumns(shape) : LIST_COLUMNS
  if (area.rows < BESIDE_ROWS || least + 1 + BESIDE_COLUMNS > area.columns) return undefined
  // A little air for the nodes of a matrix: words instead of letters.
  const airy = map === 'matrix' ? least + shape.nodes * 5 : Math.floor(area.columns / 2)
  const columns = Math.max(least, Math.min(airy, area.columns - 1 - SENTENCE_COLUMNS))
  const left = { ...area, columns }
  const right = { ...area, left: columns + 1, columns: area.columns - columns - 1 }
  const high = mapWanted(plan)
  if (!shape.hasLog || high + UNDER_MAP_ROWS > area.rows) {
    return [...stackMap(plan, left), ...stack(plan, right, plan.others, [Math.ceil(area.rows / 2)])]
  }
  const under = { ...left, top: area.top + high, rows: area.rows - high }
  return [...stackMap(plan, { ...left, rows: high }), ...stack(plan, under, ['log'], []), ...stack(plan, right, ['timeline'], [])]
}

/** The map whole, or as much of it as is sensible, and under it the timeline; the log too, if there is room for both. */
function oneUnderTheOther(plan: Plan): PaneBox[] | undefined {
  const { others, focused, area } = plan
  const wanted = mapWanted(plan)
  const least = Math.min(wanted, MAP_ROWS)
  const one: readonly Pane[] = [others.includes(focused) ? focused : 'timeline']
  const below = [others, one].find(({ length }) => area.rows >= least + length * BELOW_ROWS)
  if (!below) return undefined
  const high = Math.max(least, Math.min(wanted, area.rows - below.length * BELOW_ROWS))
  const under = { ...area, top: area.top + high, rows: area.rows - high }
  return [...stackMap(plan, { ...area, rows: high }), ...stack(plan, under, below, [Math.ceil(under.rows / 2)])]
}

function mapAlone(plan: Plan): PaneBox[] | undefined {
  const isThere = plan.mapPanes.includes(plan.focused) && plan.area.rows >= BOTH_ROWS
  return isThere ? stackMap(plan, plan.area) : undefined
}
