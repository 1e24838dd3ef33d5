import { isActive, type Pnn } from '../cluster/node.ts'
import { INVALID_GENERATION } from '../cluster/report.ts'
import { factsOf, type Snapshot } from '../snapshot/snapshot.ts'
import { isToldSince } from './freshness.ts'
import type { Teller } from './teller.ts'

/** All nodes tell of the end of one recovery within this time. */
const END_LAG_MS = 5_000

/** Tells the recoveries: as the nodes tell when one has finished, and by what looks show of those of which nothing was heard. */
export class Recoveries {
  private readonly teller: Teller
  private since: number | undefined
  private end: { readonly atMs: number; readonly toldBy: Set<Pnn> } | undefined
  /** As the asked node had it. */
  private generation: { readonly asked: Pnn; readonly value: number } | undefined
  /** One was told to have finished, and its generation was not seen yet. */
  private isEndTold = false
  /** The generation of the one under way has been seen: it is new before the recovery is over. */
  private isGenerationSeen = false

  constructor(teller: Teller) {
    this.teller = teller
  }

  /** Since when one is under way. */
  get sinceMs(): number | undefined {
    return this.since
  }

  /** RECONFIGURE. */
  told(pnn: Pnn, atMs: number): void {
    const { end } = this
    if (end && this.since === undefined && !end.toldBy.has(pnn) && atMs - end.atMs <= END_LAG_MS) {
      end.toldBy.add(pnn)
      return
    }
    this.isEndTold = !this.isGenerationSeen
    this.finish(atMs, new Set([pnn]), 'a recovery finished')
  }

  seen(
    { nodes, ...snapshot }: Snapshot,
    look: { readonly atMs: number; readonly beganMs: number; readonly isFirst: boolean },
  ): void {
    const { atMs, beganMs, isFirst } = look
    // A node that is stopped or banned stays in recovery by itself, whatever the others do.
    const inactive = new Set(snapshot.nodeMap.filter((node) => !isActive(node)).map(({ pnn }) => pnn))
    const inRecovery = nodes.filter(({ pnn, recoveryMode }) => recoveryMode === 1 && !inactive.has(pnn)).map(({ pnn }) => pnn)
    const isNew = this.noteGeneration({ ...snapshot, nodes })
    const isOutdated = isToldSince(this.end?.atMs, beganMs)
    if (!isOutdated && inRecovery.length > 0) {
      this.isGenerationSeen ||= isNew
      if (this.since === undefined) this.start(atMs, inRecovery, isFirst)
      return
    }
    if (!isOutdated && this.since !== undefined) this.finish(atMs, new Set(), 'the recovery finished')
    else if (isNew && !this.isEndTold && !isOutdated) this.finish(atMs, new Set(), 'a recovery took place')
    if (isNew) this.isEndTold = false
  }

  /** Whether it is another than before. */
  private noteGeneration(snapshot: Snapshot): boolean {
    const asked = snapshot.askedNode
    const value = factsOf(snapshot, asked)?.vnnMap?.generation
    if (value === undefined || value === INVALID_GENERATION) return false
    const { generation: before } = this
    this.generation = { asked, value }
    return before?.asked === asked && before.value !== value
  }

  private start(atMs: number, pnns: readonly Pnn[], isFirst: boolean): void {
    this.since = atMs
    if (isFirst) return
    const text = 'a recovery is under way'
    this.teller.tell(atMs, { kind: 'recovery', what: 'started', text, tone: 'warning', pnns, addresses: [] })
  }

  private finish(atMs: number, toldBy: Set<Pnn>, text: string): void {
    const { since } = this
    this.since = undefined
    this.isGenerationSeen = false
    this.end = { atMs, toldBy }
    const awayMs = since === undefined ? {} : { awayMs: atMs - since }
    this.teller.tell(atMs, { kind: 'recovery', what: 'finished', text, tone: 'plain', pnns: [], addresses: [], ...awayMs })
  }
}
