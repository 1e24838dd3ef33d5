import { allNodesText } from '../../../lib/cluster/node-text.ts'
import { type LogSubject, logSubject } from '../model/log-subject.ts'
import type { Model } from '../model/model.ts'
import { logRows, timelineRows } from '../model/rows.ts'
import { entrySpans } from './entry-spans.ts'
import { type Line, span } from './line.ts'
import { bodyLines } from './pane-body.ts'
import { paneHeading } from './pane-heading.ts'
import { harmless } from './text-columns.ts'

/** The timeline: a heading, then the visible entries, newest last. */
export function timelineLines(model: Model, columns: number, bodyRows: number): Line[] {
  const rows = timelineRows(model)
  const top = topOf(model, 'timeline', rows.length, bodyRows)
  const body = bodyLines(model, 'timeline', rows, { top, bodyRows, columns }, (entry) => entrySpans(entry, model.nowMs))
  const empty: Line[] = rows.length === 0 ? [[span('no entries yet', 'quiet')]] : []
  return [paneHeading(model, 'timeline', 'Timeline', timelineInfo(model, rows.length, top, bodyRows)), ...empty, ...body]
}

/** The log of the daemons: a heading, which says what it is limited to, then the visible lines, newest last. */
export function logLines(model: Model, columns: number, bodyRows: number): Line[] {
  const rows = logRows(model)
  const top = topOf(model, 'log', rows.length, bodyRows)
  const body = bodyLines(model, 'log', rows, { top, bodyRows, columns }, ({ text }) => [span(harmless(text))])
  const parts = [subjectText(logSubject(model)), newText(rows.length, top, bodyRows)].filter((part) => part !== '')
  const empty: Line[] = rows.length === 0 ? [[span(emptyText(model), 'quiet')]] : []
  return [paneHeading(model, 'log', 'Log', parts.join(' · ')), ...empty, ...body]
}

const subjectText = ({ address, pnns }: LogSubject): string =>
  [...(address === undefined ? [] : [harmless(address)]), ...(pnns ? [allNodesText(pnns)] : [])].join(' · ')

const emptyText = ({ log, isPaused, readsLogs }: Model): string => {
  if (log.length > 0) return 'nothing in the log'
  return readsLogs && !isPaused ? 'reading the logs of the nodes …' : 'no lines yet'
}

/** Without a cursor, the newest rows are shown. */
const topOf = (model: Model, pane: 'timeline' | 'log', count: number, bodyRows: number): number =>
  model.cursors[pane] === undefined ? Math.max(0, count - bodyRows) : Math.min(model.tops[pane], Math.max(0, count - 1))

function timelineInfo(model: Model, count: number, top: number, bodyRows: number): string {
  const all = model.timeline.length
  const parts = [
    count === all ? String(all) : `${count} of ${all}`,
    ...(model.droppedEntries > 0 ? [`${model.droppedEntries} older dropped`] : []),
    newText(count, top, bodyRows),
  ]
  return parts.filter((part) => part !== '').join(' · ')
}

/** How many newer rows are below. */
function newText(count: number, top: number, bodyRows: number): string {
  const below = count - top - bodyRows
  return below > 0 ? `${below} newer ↓` : ''
}
