import type { Pnn } from '../../cluster/node.ts'
import { knowersEntry } from '../../watch/knowers-entry.ts'
import type { HistoryWriter, NodeEvent } from './entry.ts'
import type { NodeStory } from './node-story.ts'

/** All nodes read their files of public addresses within this time, when they are asked to. */
const RELOAD_MS = 2_000

/** Tells which addresses nodes learn of and forget, when they read their files again. */
export class ReloadStory {
  private readonly writer: HistoryWriter
  private reload: { readonly ip: string; readonly knows: boolean; readonly pnns: Pnn[]; readonly lines: NodeEvent[] } | undefined

  constructor(writer: HistoryWriter) {
    this.writer = writer
  }

  /** A node learns of an address, or forgets it. */
  learn(by: NodeEvent, node: NodeStory, ip: string, knows: boolean): void {
    const { atMs, pnn } = by
    const change = { atMs, text: ip, by }
    if (knows) node.forgot.delete(ip)
    else node.learnt.delete(ip)
    const changes = knows ? node.learnt : node.forgot
    changes.set(ip, change)
    const { reload } = this
    if (reload?.ip === ip && reload.knows === knows) {
      reload.pnns.push(pnn)
      reload.lines.push(by)
      return
    }
    this.end(Number.POSITIVE_INFINITY)
    this.reload = { ip, knows, pnns: [pnn], lines: [by] }
  }

  /** One entry for an address that several nodes learn of, or forget. */
  end(atMs: number): void {
    const { reload, writer } = this
    const [first] = reload?.lines ?? []
    if (!reload || !first || atMs - first.atMs < RELOAD_MS) return
    this.reload = undefined
    const pnns = [...new Set(reload.pnns)].sort((a, b) => a - b)
    writer.current = undefined
    writer.add(first.atMs, knowersEntry(pnns, [reload.ip], reload.knows), { lines: reload.lines })
  }
}
