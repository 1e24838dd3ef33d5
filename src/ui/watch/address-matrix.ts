import type { Pnn } from '../../lib/cluster/node.ts'
import type { Plan } from '../../lib/takeover/plan.ts'
import type { NodeState } from '../../lib/watch/story.ts'
import { addressMood, addressWidth, groupLine, howText, isMoving, tailCells } from './address-pane.ts'
import { paneHeading } from './heading.ts'
import { addressColumns, matrixColumns, NODE_COLUMNS, TAIL } from './layout.ts'
import { cell, cells, type Line, type Span, span } from './line.ts'
import type { Model } from './model.ts'
import { linksDownText, linksText } from './node-words.ts'
import { bodyLines } from './pane-body.ts'
import type { AddressRow } from './rows.ts'
import { columnsOf, harmless } from './text-columns.ts'
import { healthWord, truthWord } from './words.ts'

/** How wide the columns are. */
interface Widths {
  readonly address: number
  /** Without the blank before it. */
  readonly node: number
  readonly interfaceName: number
}

/** A node's column has at most so much more than it needs. */
const MORE_FOR_NODE = 8
const MORE_FOR_INTERFACE = 10

/** The pane of addresses with the nodes as columns: two lines of heading, then a line for each of the rows shown. */
export function matrixLines(model: Model, rows: readonly AddressRow[], columns: number, bodyRows: number): Line[] {
  const { nodes } = model.story
  const widths = widthsOf(nodes.length, addressColumns(addressWidth(model)), columns)
  const top = model.tops.addresses
  const used = matrixWidth(nodes.length, widths)
  const body = bodyLines(model, 'addresses', rows, { top, bodyRows, columns: used }, (row) =>
    row.kind === 'group' ? groupLine(row) : addressLine(model, row, widths),
  )
  return [...headings(model, rows, widths, bodyRows), ...body]
}

function widthsOf(nodes: number, address: number, columns: number): Widths {
  const spare = Math.max(0, columns - matrixColumns({ nodes, addressWidth: address }))
  const forNode = Math.min(MORE_FOR_NODE, Math.floor(spare / Math.max(1, nodes)))
  const left = spare - forNode * nodes
  return { address, node: NODE_COLUMNS - 1 + forNode, interfaceName: TAIL.interfaceName + Math.min(left, MORE_FOR_INTERFACE) }
}

function headings(model: Model, rows: readonly AddressRow[], widths: Widths, bodyRows: number): Line[] {
  const { nodes } = model.story
  const counts = countsAfter(model)
  const first = nodes.flatMap((node) => [span(' '), ...cells(nodeNameCell(model, node, widths.node, counts), widths.node)])
  const second = nodes.flatMap((node) => [span(' '), ...cells(nodeStateCell(node, widths.node), widths.node)])
  const tail = [
    cell(' Iface', widths.interfaceName + 1, 'quiet'),
    cell(' Kernel', TAIL.kernel + 1, 'quiet'),
    cell(' Since', TAIL.since + 1, 'quiet'),
  ]
  const name = paneHeading(model, 'addresses', 'Addresses')
  const how = howText(model, rows, bodyRows)
  return [
    [...cells(name, widths.address), ...first, span(' '), span(how, 'quiet')],
    [cell(shownOfAll(model, rows, widths.address), widths.address, 'quiet'), ...second, ...tail],
  ]
}

/** How many addresses are shown, in the words for which there is room: beside the states of the nodes a mere number says nothing. */
function shownOfAll({ story: { addresses } }: Model, rows: readonly AddressRow[], columns: number): string {
  const shown = rows.filter(({ kind }) => kind === 'address').length
  const all = addresses.length
  const [long, short] =
    shown === all ? [`${all} ${all === 1 ? 'address' : 'addresses'}`, `all ${all}`] : [`${shown} of ${all}`, `${shown}/${all}`]
  return columnsOf(long) <= columns ? long : short
}

/** How many addresses each node would have, while something is imagined. */
function countsAfter({ preview }: Model): Plan['counts'] {
  return preview?.planned.state === 'done' ? preview.planned.plan.counts : []
}

/** `✓ 2★ 5/20`: sign of its health, PNN, whether it leads, how many addresses it owns of those it knows; in a preview `5→7`. */
function nodeNameCell(model: Model, node: NodeState, columns: number, counts: Plan['counts']): Line {
  const { sign, mood } = healthWord(node)
  const isMarked = model.cursors.nodes === `n:${node.pnn}`
  const name = `${columns >= 14 ? 'node ' : ''}${node.pnn}`
  const leader = node.isLeader ? '★' : ''
  const after = counts.find(({ pnn }) => pnn === node.pnn)?.after
  const room = columns - 2 - columnsOf(name + leader) - 1
  return [
    span(`${sign} `, mood),
    { text: name, mood: 'strong', isMarked },
    span(leader),
    span(' '),
    span(ownsText(node, after, room), after === undefined || after === node.owns ? 'plain' : 'warning'),
  ]
}

function ownsText({ owns, knows }: NodeState, after: number | undefined, room: number): string {
  if (after !== undefined) return after === owns ? String(owns) : `${owns}→${after}`
  const both = `${owns}/${knows}`
  return columnsOf(both) <= room ? both : String(owns)
}

/** Its health in a word, and as there is room its links: those that are down first of all. */
function nodeStateCell(node: NodeState, columns: number): Line {
  const { word, mood } = healthWord(node)
  const links = [linksText(node), linksDownText(node)].find((text) => columnsOf(word) + 1 + columnsOf(text) <= columns)
  return [span(word, mood), span(links === undefined || links === '' ? '' : ` ${links}`, 'quiet')]
}

const matrixWidth = (nodes: number, { address, node, interfaceName }: Widths): number =>
  address + nodes * (node + 1) + interfaceName + TAIL.kernel + TAIL.since + 3

function addressLine(model: Model, row: Extract<AddressRow, { kind: 'address' }>, widths: Widths): Line {
  const nodes = model.story.nodes.flatMap(({ pnn }) => [span(' '), ...cells([ownerCell(row, pnn)], widths.node)])
  return [
    cell(harmless(row.state.address), widths.address, addressMood(row.state)),
    ...nodes,
    span(' '),
    ...tailCells(row.state, model.nowMs, widths.interfaceName),
  ]
}

/** What a node has to do with an address: it owns it, claims it too, holds it in its kernel, would get it, or knows it. */
function ownerCell({ state, plan }: Extract<AddressRow, { kind: 'address' }>, pnn: Pnn): Span {
  const moving = isMoving(plan) ? plan : undefined
  if (state.owner === pnn) {
    const { sign, mood } = truthWord(state)
    const kernel =
      state.kernel === 'missing' || state.kernel === 'elsewhere'
        ? { sign, mood }
        : { sign: '●', mood: state.kernel === 'held' ? mood : ('plain' as const) }
    return moving ? span(`${kernel.sign} leaves`, 'warning') : span(kernel.sign, kernel.mood)
  }
  if (moving?.to === pnn) return span('◌ comes', 'warning')
  if (state.claims.includes(pnn)) return span('‼ claims', 'error')
  if (state.heldBy.includes(pnn)) return span('‼ holds', 'error')
  return span(state.knownBy.includes(pnn) ? '·' : '', 'quiet')
}
