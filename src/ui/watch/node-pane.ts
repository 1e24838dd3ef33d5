import type { NodeState } from '../../lib/watch/story.ts'
import { paneHeading, shownText } from './heading.ts'
import { cell, type Line, type Span, span } from './line.ts'
import type { Model } from './model.ts'
import { linksText } from './node-words.ts'
import { bodyLines } from './pane-body.ts'
import { nodeRows } from './rows.ts'
import { harmless } from './text-columns.ts'
import { ageText, clockText } from './times.ts'
import { healthWord } from './words.ts'

/** The pane of nodes: a heading, then a line for each of those shown. */
export function nodeLines(model: Model, columns: number, bodyRows: number): Line[] {
  const rows = nodeRows(model)
  const top = model.tops.nodes
  const body = bodyLines(model, 'nodes', rows, { top, bodyRows, columns }, (node) => nodeLine(model, node))
  const shown = shownText(top, bodyRows, rows.length)
  const all = model.story.nodes.length
  const count = rows.length === all ? String(all) : `${rows.length} of ${all}`
  return [paneHeading(model, 'nodes', 'Nodes', shown === '' ? count : shown), ...body]
}

/** `2 ★ ✓ OK        5/20 addresses eth0 eth1↓ · 10.9.0.3 · since 14:05:10`. */
function nodeLine(model: Model, node: NodeState): Line {
  const { sign, word, mood } = healthWord(node)
  return [
    cell(`${node.pnn}${node.isLeader ? ' ★' : ''}`, 5, 'strong'),
    cell(`${sign} ${word}`, 13, mood),
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
    ...(node.kernelSeen ? [] : [span('kernel unseen', 'quiet')]),
    span(harmless(node.address), 'quiet'),
  ]
  return parts.flatMap((each) => [span('  '), each])
}
