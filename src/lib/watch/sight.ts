import type { Pnn } from '../cluster/node.ts'
import type { TimelineWriter } from './timeline-writer.ts'

/** Reports once when the only daemon that answers sees no other node, and when it sees others again, or others answer. */
export class Sight {
  private readonly writer: TimelineWriter
  private alone: { readonly pnn: Pnn; readonly sinceMs: number } | undefined

  constructor(writer: TimelineWriter) {
    this.writer = writer
  }

  /** @param pnn the node that sees no other; undefined if there is none. */
  seen(pnn: Pnn | undefined, atMs: number): void {
    const { alone } = this
    if (pnn === alone?.pnn) return
    this.alone = pnn === undefined ? undefined : { pnn, sinceMs: atMs }
    const entry = { kind: 'connection', addresses: [] } as const
    if (pnn !== undefined) {
      const text = `node ${pnn} sees no other node: it is cut off, or they are all down; what becomes of the others is not known`
      this.writer.add(atMs, { ...entry, what: 'alone', text, tone: 'error', pnns: [pnn] })
    } else if (alone) {
      const text = 'what the other nodes do is known again'
      this.writer.add(atMs, { ...entry, what: 'sighted', text, tone: 'good', pnns: [alone.pnn], awayMs: atMs - alone.sinceMs })
    }
  }
}
