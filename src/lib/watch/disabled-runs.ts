import type { Pnn } from '../cluster/node.ts'
import { durationText } from './duration.ts'
import type { Teller } from './teller.ts'

/** All nodes are asked within this time. */
const LAG_MS = 3_000

/** What the recovery daemons were asked. */
interface Request {
  /** Who was asked. */
  readonly pnn: Pnn
  readonly by: Pnn
  /** 0 enables. */
  readonly seconds: number
  readonly atMs: number
}

/** A time without takeover runs. */
interface Spell {
  readonly by: Pnn
  readonly seconds: number
  readonly sinceMs: number
  readonly asked: Set<Pnn>
  untilMs: number
  endedMs: number | undefined
}

/** Tells when somebody, as `ctdb moveip` does, disables takeover runs, and when they are enabled again: once each, though every node is asked. */
export class DisabledRuns {
  private readonly teller: Teller
  private spell: Spell | undefined

  constructor(teller: Teller) {
    this.teller = teller
  }

  told(request: Request): void {
    if (request.seconds === 0) this.enabled(request)
    else this.disabled(request)
  }

  /** Time goes by. */
  passed(atMs: number): void {
    const { spell } = this
    if (spell?.endedMs !== undefined || !spell || atMs < spell.untilMs) return
    spell.endedMs = spell.untilMs
    const text = `takeover runs are enabled again: the ${durationText(spell.seconds * 1_000)} are over`
    this.tell(spell.untilMs, 'enabled', text, spell.by)
  }

  private disabled({ pnn, by, seconds, atMs }: Request): void {
    const { spell } = this
    const untilMs = atMs + seconds * 1_000
    if (spell && spell.by === by && spell.seconds === seconds && isOf(spell, pnn, atMs)) {
      spell.asked.add(pnn)
      spell.untilMs = untilMs
      return
    }
    this.spell = { by, seconds, sinceMs: atMs, asked: new Set([pnn]), untilMs, endedMs: undefined }
    this.tell(atMs, 'disabled', `takeover runs are disabled for ${durationText(seconds * 1_000)} by node ${by}`, by)
  }

  private enabled({ pnn, by, atMs }: Request): void {
    const { spell } = this
    // Of a node that has not heard of this one, it is the end of the last.
    if (!spell || spell.endedMs !== undefined || !spell.asked.has(pnn)) return
    spell.endedMs = atMs
    this.tell(atMs, 'enabled', `takeover runs are enabled again after ${durationText(atMs - spell.sinceMs)}`, by)
  }

  private tell(atMs: number, what: 'disabled' | 'enabled', text: string, by: Pnn): void {
    const tone = what === 'disabled' ? 'warning' : 'good'
    this.teller.tell(atMs, { kind: 'takeover-run', what, text, tone, pnns: [by], addresses: [] })
  }
}

/** Whether the same request to another node, or the same again, belongs to it. */
const isOf = ({ endedMs, asked }: Spell, pnn: Pnn, atMs: number): boolean =>
  endedMs === undefined || (!asked.has(pnn) && atMs - endedMs <= LAG_MS)
