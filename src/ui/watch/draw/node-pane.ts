import type { NodeState } from '../../../lib/watch/cluster-state.ts'
import type { Model } from '../model/model.ts'
import { nodeRows } from '../model/rows.ts'
import { cell, type Line, type Span, span } from './line.ts'
import { linksText } from './links.ts'
import { bodyLines } from './pane-body.ts'
import { paneHeading, shownText } from './pane-heading.ts'
import { healthWord } from './state-words.ts'
import { harmless } from './text-columns.ts'
import { ageText, clockText } from './times.ts'

/** The node pane: a heading, then a line for each visible node. */
export function nodeLines(model: Model, columns: number, bodyRows: number): Line[] {
  const rows = nodeRows(model)
  const top = model.tops.nodes
  const body = bodyLines(model, 'nodes', rows, { top, bodyRows, columns }, (node) => nodeLine(model, node))
  const shown = shownText(top, bodyRows, rows.length)
  const all = model.cluster.nodes.length
  const count = rows.length === all ? String(all) : `${rows.length} of ${all}`
  return [paneHeading(model, 'nodes', 'Nodes', shown === '' ? count : shown), ...body]
}

/** `2 ★ ✓ OK        5/20 addresses eth0 eth1↓ · 10.9.0.3 · since 14:05:10`. */
function nodeLine(model: Model, node: NodeState): Line {
  const { sign, word, style } = healthWord(node)
  return [
    cell(`${node.pnn}${node.isLeader ? ' ★' : ''}`, 5, 'strong'),
    cell(`${sign} ${word}`, 13, style),
    span(' '),
    ...countSpans(model, node),
    ...rest(model, node),
  ]
}

function countSpans({ preview }: Model, { pnn, owns, knows }: NodeState): Span[] {
  const counts = preview?.planned.state === 'done' ? preview.planned.plan.counts : []
  const after = counts.find((count) => count.pnn === pnn)?.after
  if (after === undefined || after === owns) return [cell(`${owns}/${knows}`, 9)]
  return [cell(`${owns}→${after}`, 9, 'warning')]
}

function rest({ nowMs }: Model, node: NodeState): Line {
  const { blind, sinceMs } = node
  const parts: Span[] = [
    ...(blind ? [span(`${harmless(blind.why)}, retry in ${ageText(blind.retryAtMs - nowMs)}`, 'error')] : []),
    ...(node.links.length > 0 ? [span(linksText(node))] : []),
    ...(node.isLeader ? [span('leader')] : []),
    ...(sinceMs === null ? [] : [span(`since ${clockText(sinceMs, nowMs)}`)]),
    ...(node.kernelSeen ? [] : [span('kernel not read', 'quiet')]),
    span(harmless(node.address), 'quiet'),
  ]
  return parts.flatMap((each) => [span('  '), each])
}
