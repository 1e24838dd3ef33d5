import type { Pnn } from '../cluster/node.ts'
import { allNodesText } from '../cluster/node-text.ts'
import type { ClusterViews } from '../cluster/views.ts'
import type { TimelineWriter } from './timeline-writer.ts'

/**
 * Reports once when the only daemon that answers sees no other node, or when those that answer hear no leader and do not see all nodes; and when
 * what becomes of the others is known again.
 */
export class Sight {
  private readonly writer: TimelineWriter
  private limit: { readonly members: readonly Pnn[]; readonly text: string; readonly sinceMs: number } | undefined

  constructor(writer: TimelineWriter) {
    this.writer = writer
  }

  /** @param unseen the nodes of which nothing is known now. */
  seen({ groups: [group], viewer }: ClusterViews, unseen: ReadonlySet<Pnn>, atMs: number): void {
    const { limit } = this
    const members = viewer && unseen.size > 0 ? (group?.members ?? []) : []
    const text = members.length === 0 ? undefined : limitText(members, [...unseen])
    if (text === limit?.text) return
    this.limit = text === undefined ? undefined : { members, text, sinceMs: limit?.sinceMs ?? atMs }
    const entry = { kind: 'connection', addresses: [] } as const
    if (text !== undefined) this.writer.add(atMs, { ...entry, what: 'alone', text, tone: 'error', pnns: members })
    else if (limit) {
      const known = 'what the other nodes do is known again'
      const awayMs = atMs - limit.sinceMs
      this.writer.add(atMs, { ...entry, what: 'sighted', text: known, tone: 'good', pnns: limit.members, awayMs })
    }
  }
}

function limitText(members: readonly Pnn[], unseen: readonly Pnn[]): string {
  const [first, ...others] = members
  if (others.length === 0) {
    return `node ${first} sees no other node: it is cut off, or they are all down; what becomes of the others is not known`
  }
  const [they, what] = unseen.length === 1 ? ['it is', 'it'] : ['they are', 'them']
  const us = `${allNodesText(members)} hear no leader and do not see ${allNodesText(unseen)}`
  return `${us}: they are cut off, or ${they} down; what becomes of ${what} is not known`
}
