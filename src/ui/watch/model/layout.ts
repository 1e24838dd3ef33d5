import type { Pane } from './model.ts'

/** What the layout of the screen depends on. */
export interface LayoutInput {
  readonly columns: number
  readonly rows: number
  readonly nodes: number
  /** Rows that the address pane needs to show everything, group headings included. */
  readonly addressRows: number
  /** Width of the longest address, in columns. */
  readonly addressWidth: number
  /** The pane that has the focus. */
  readonly pane: Pane
  readonly hasLog: boolean
  /** Whether addresses are grouped. If so, nodes are not shown as columns. */
  readonly isGrouped: boolean
}

/** A part of the terminal; rows and columns count from 0 at the top left. */
export interface Rect {
  readonly left: number
  readonly top: number
  readonly columns: number
  readonly rows: number
}

/** The position of a pane, heading included. */
export interface PaneBox extends Rect {
  readonly pane: Pane
  /** Rows below the heading: how many entries it shows at once. */
  readonly bodyRows: number
}

/** The layout of the screen: a line at the top, the panes, a line at the bottom. */
export interface ScreenLayout {
  /** `matrix`: nodes are columns of the address pane, and there is no node pane. `list`: nodes have a pane of their own. */
  readonly map: 'matrix' | 'list'
  /** The visible panes; the focused one is always among them. */
  readonly panes: readonly PaneBox[]
  /** All panes, visible or not, in the order of Tab. */
  readonly order: readonly Pane[]
}

/** Minimum width of a node's column in a matrix, the space before it included: `UNHEALTHY` fits. */
export const NODE_COLUMNS = 10
/** Widths of the columns after the nodes of a matrix, without the space before each: interface (minimum), kernel, since. */
export const TAIL = { interfaceName: 5, kernel: 9, since: 8 } as const
const TAIL_COLUMNS = TAIL.interfaceName + TAIL.kernel + TAIL.since + 3
/** Width of an address list with all its columns, for the longest possible address. */
const LIST_COLUMNS = 72
/** The timeline is placed beside the map if it gets at least this many columns and rows: cut sentences are of no use. */
const BESIDE_COLUMNS = 80
const BESIDE_ROWS = 6
/** Most sentences of the timeline fit into this width; the map gets the rest. */
const SENTENCE_COLUMNS = 100
/** If the map leaves at least this many rows, the log is placed under it, and the timeline has the other side to itself. */
const UNDER_MAP_ROWS = 8
/** Minimum rows of a timeline or log under the map. */
const BELOW_ROWS = 7
/** A map that needs more rows than this leaves some to the panes under it. */
const MAP_ROWS = 30
/** With fewer rows, nodes and addresses are not shown together. */
const BOTH_ROWS = 12

/** Rows of a pane's heading: two for a matrix, whose columns need headings, else one. */
export const headingRows = (pane: Pane, map: ScreenLayout['map']): number => (pane === 'addresses' && map === 'matrix' ? 2 : 1)

/** Width of the address column: it fits its heading and the addresses. A well-formed address has at most 39 characters. */
export const addressColumns = (addressWidth: number): number => Math.max(11, Math.min(39, addressWidth))

/** Minimum width of a matrix, in columns. */
export const matrixColumns = ({ nodes, addressWidth }: Pick<LayoutInput, 'nodes' | 'addressWidth'>): number =>
  addressColumns(addressWidth) + nodes * NODE_COLUMNS + TAIL_COLUMNS

/** Whether there is room for the lines at the top and at the bottom. Without them, a pane fills the screen. */
export const hasFrame = (rows: number): boolean => rows >= 3

/** The panes to place, and the area for them. */
interface LayoutTask {
  readonly input: LayoutInput
  readonly map: ScreenLayout['map']
  readonly mapPanes: readonly Pane[]
  /** Timeline and log. */
  readonly others: readonly Pane[]
  readonly focused: Pane
  readonly area: Rect
}

/** Lays out the screen within the size of the terminal. With fewer than three rows, only the focused pane is left. */
export function layoutOf(input: LayoutInput): ScreenLayout {
  const task = taskOf(input)
  const panes = besideEachOther(task) ?? oneUnderTheOther(task) ?? mapAlone(task) ?? stack(task, task.area, [task.focused], [])
  return { map: task.map, order: [...task.mapPanes, ...task.others], panes }
}

function taskOf(input: LayoutInput): LayoutTask {
  const columns = Math.max(1, input.columns)
  const rows = Math.max(1, input.rows)
  const isMatrix = !input.isGrouped && input.nodes > 0 && matrixColumns(input) <= columns
  const mapPanes: readonly Pane[] = isMatrix ? ['addresses'] : ['nodes', 'addresses']
  const others: readonly Pane[] = input.hasLog ? ['timeline', 'log'] : ['timeline']
  const framed = hasFrame(rows)
  return {
    input,
    map: isMatrix ? 'matrix' : 'list',
    mapPanes,
    others,
    focused: mapPanes.includes(input.pane) || others.includes(input.pane) ? input.pane : 'addresses',
    area: { left: 0, top: framed ? 1 : 0, columns, rows: framed ? rows - 2 : rows },
  }
}

/** Places panes under each other. Each has its height; the last gets the rows that are left. */
function stack({ map }: LayoutTask, area: Rect, panes: readonly Pane[], heights: readonly number[]): PaneBox[] {
  let { top } = area
  const end = area.top + area.rows
  return panes.map((pane, index) => {
    const rows = index === panes.length - 1 ? end - top : (heights[index] ?? 0)
    const made = { pane, left: area.left, top, columns: area.columns, rows, bodyRows: Math.max(0, rows - headingRows(pane, map)) }
    top += rows
    return made
  })
}

/** Rows of the node pane: all nodes, if that leaves the addresses either the rows that they need or two thirds of all rows. */
const nodePaneRows = ({ input }: LayoutTask, rows: number): number =>
  Math.max(2, Math.min(input.nodes + 1, Math.max(Math.floor(rows / 3), rows - input.addressRows - 1)))

const stackMap = (task: LayoutTask, area: Rect): PaneBox[] => stack(task, area, task.mapPanes, [nodePaneRows(task, area.rows)])

/** The fewest rows of a map: a heading and a row for each of its panes. */
const minMapRows = ({ map }: LayoutTask): number => (map === 'matrix' ? 3 : 4)

/** Rows that the map needs to show everything. */
const fullMapRows = (task: LayoutTask): number => {
  const { input, map } = task
  return Math.max(minMapRows(task), map === 'matrix' ? input.addressRows + 2 : input.nodes + 1 + input.addressRows + 1)
}

function besideEachOther(task: LayoutTask): PaneBox[] | undefined {
  const { input, map, area } = task
  const least = map === 'matrix' ? matrixColumns(input) : LIST_COLUMNS
  if (area.rows < BESIDE_ROWS || least + 1 + BESIDE_COLUMNS > area.columns) return undefined
  // If there is room, the nodes of a matrix get wider columns than they need.
  const roomy = map === 'matrix' ? least + input.nodes * 5 : Math.floor(area.columns / 2)
  const columns = Math.max(least, Math.min(roomy, area.columns - 1 - SENTENCE_COLUMNS))
  const left = { ...area, columns }
  const right = { ...area, left: columns + 1, columns: area.columns - columns - 1 }
  const mapRows = fullMapRows(task)
  if (!input.hasLog || mapRows + UNDER_MAP_ROWS > area.rows) {
    return [...stackMap(task, left), ...stack(task, right, task.others, [Math.ceil(area.rows / 2)])]
  }
  const under = { ...left, top: area.top + mapRows, rows: area.rows - mapRows }
  return [
    ...stackMap(task, { ...left, rows: mapRows }),
    ...stack(task, under, ['log'], []),
    ...stack(task, right, ['timeline'], []),
  ]
}

/** The whole map, or its first MAP_ROWS rows, and the timeline under it; the log too, if there is room for both. */
function oneUnderTheOther(task: LayoutTask): PaneBox[] | undefined {
  const { others, focused, area } = task
  const wanted = fullMapRows(task)
  const least = Math.min(wanted, MAP_ROWS)
  const one: readonly Pane[] = [others.includes(focused) ? focused : 'timeline']
  const below = [others, one].find(({ length }) => area.rows >= least + length * BELOW_ROWS)
  if (!below) return undefined
  const mapRows = Math.max(least, Math.min(wanted, area.rows - below.length * BELOW_ROWS))
  const under = { ...area, top: area.top + mapRows, rows: area.rows - mapRows }
  return [...stackMap(task, { ...area, rows: mapRows }), ...stack(task, under, below, [Math.ceil(under.rows / 2)])]
}

function mapAlone(task: LayoutTask): PaneBox[] | undefined {
  const isThere = task.mapPanes.includes(task.focused) && task.area.rows >= BOTH_ROWS
  return isThere ? stackMap(task, task.area) : undefined
}
