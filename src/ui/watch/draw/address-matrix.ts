import type { Pnn } from '../../../lib/cluster/node.ts'
import { counted } from '../../../lib/plural.ts'
import type { Plan } from '../../../lib/takeover/plan.ts'
import type { NodeState } from '../../../lib/watch/cluster-state.ts'
import { addressColumns, matrixColumns, NODE_COLUMNS, TAIL } from '../model/layout.ts'
import type { Model } from '../model/model.ts'
import type { AddressRow } from '../model/rows.ts'
import { addressStyle, addressWidth, groupLine, isMoving, tailCells, viewText } from './address-parts.ts'
import { cell, cells, type Line, type Span, span } from './line.ts'
import { linksDownText, linksText } from './links.ts'
import { bodyLines } from './pane-body.ts'
import { paneHeading } from './pane-heading.ts'
import { healthWord, kernelWord } from './state-words.ts'
import { columnsOf, harmless } from './text-columns.ts'

/** Widths of the columns. */
interface Widths {
  readonly address: number
  /** Without the space before it. */
  readonly node: number
  readonly interfaceName: number
}

/** How much wider than necessary a column can be. */
const MORE_FOR_NODE = 8
const MORE_FOR_INTERFACE = 10

/** The address pane with the nodes as columns: two heading lines, then a line for each visible row. */
export function matrixLines(model: Model, rows: readonly AddressRow[], columns: number, bodyRows: number): Line[] {
  const { nodes } = model.cluster
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
  const { nodes } = model.cluster
  const counts = countsAfter(model)
  const first = nodes.flatMap((node) => [span(' '), ...cells(nodeNameCell(model, node, widths.node, counts), widths.node)])
  const second = nodes.flatMap((node) => [span(' '), ...cells(nodeStateCell(node, widths.node), widths.node)])
  const tail = [
    cell(' Iface', widths.interfaceName + 1, 'quiet'),
    cell(' Kernel', TAIL.kernel + 1, 'quiet'),
    cell(' Since', TAIL.since + 1, 'quiet'),
  ]
  const name = paneHeading(model, 'addresses', 'Addresses')
  const how = viewText(model, rows, bodyRows)
  return [
    [...cells(name, widths.address), ...first, span(' '), span(how, 'quiet')],
    [cell(shownOfAll(model, rows, widths.address), widths.address, 'quiet'), ...second, ...tail],
  ]
}

/** How many addresses are shown, in the longest wording that fits. A bare number would mean nothing beside the states of the nodes. */
function shownOfAll({ cluster: { addresses } }: Model, rows: readonly AddressRow[], columns: number): string {
  const shown = rows.filter(({ kind }) => kind === 'address').length
  const all = addresses.length
  const [long, short] =
    shown === all ? [counted(all, 'address', 'addresses'), `all ${all}`] : [`${shown} of ${all}`, `${shown}/${all}`]
  return columnsOf(long) <= columns ? long : short
}

/** How many addresses each node would own with the what-ifs of the preview; empty without a preview. */
function countsAfter({ preview }: Model): Plan['counts'] {
  return preview?.planned.state === 'done' ? preview.planned.plan.counts : []
}

/** `✓ 2★ 5/20`: sign of its health, PNN, mark of the leader, addresses that it owns of those that it knows; in a preview `5→7`. */
function nodeNameCell(model: Model, node: NodeState, columns: number, counts: Plan['counts']): Line {
  const { sign, style } = healthWord(node)
  const isMarked = model.cursors.nodes === `n:${node.pnn}`
  const name = `${columns >= 14 ? 'node ' : ''}${node.pnn}`
  const leader = node.isLeader ? '★' : ''
  const after = counts.find(({ pnn }) => pnn === node.pnn)?.after
  const room = columns - 2 - columnsOf(name + leader) - 1
  return [
    span(`${sign} `, style),
    { text: name, style: 'strong', isMarked },
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

/** Its health in a word, and its links as far as there is room: all, or those that are down. */
function nodeStateCell(node: NodeState, columns: number): Line {
  const { word, style } = healthWord(node)
  const links = [linksText(node), linksDownText(node)].find((text) => columnsOf(word) + 1 + columnsOf(text) <= columns)
  return [span(word, style), span(links === undefined || links === '' ? '' : ` ${links}`, 'quiet')]
}

const matrixWidth = (nodes: number, { address, node, interfaceName }: Widths): number =>
  address + nodes * (node + 1) + interfaceName + TAIL.kernel + TAIL.since + 3

function addressLine(model: Model, row: Extract<AddressRow, { kind: 'address' }>, widths: Widths): Line {
  const nodes = model.cluster.nodes.flatMap(({ pnn }) => [span(' '), ...cells([ownerCell(row, pnn)], widths.node)])
  return [
    cell(harmless(row.state.address), widths.address, addressStyle(row.state)),
    ...nodes,
    span(' '),
    ...tailCells(row.state, model.nowMs, widths.interfaceName),
  ]
}

/** The relation of a node to an address: it owns it, would get it, claims it too, holds it in its kernel, or just knows it. */
function ownerCell({ state, plan }: Extract<AddressRow, { kind: 'address' }>, pnn: Pnn): Span {
  const moving = isMoving(plan) ? plan : undefined
  if (state.owner === pnn) {
    const { sign, style } = kernelWord(state)
    const kernel =
      state.kernel === 'missing' || state.kernel === 'elsewhere'
        ? { sign, style }
        : { sign: '●', style: state.kernel === 'held' ? style : ('plain' as const) }
    return moving ? span(`${kernel.sign} leaves`, 'warning') : span(kernel.sign, kernel.style)
  }
  if (moving?.to === pnn) return span('◌ comes', 'warning')
  if (state.claims.includes(pnn)) return span('‼ claims', 'error')
  if (state.heldBy.includes(pnn)) return span('‼ holds', 'error')
  return span(state.knownBy.includes(pnn) ? '·' : '', 'quiet')
}
