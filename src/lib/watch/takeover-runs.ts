import type { Pnn } from '../cluster/node.ts'
import type { Causes } from './causes.ts'
import { durationText } from './duration.ts'
import type { Teller } from './teller.ts'

/** A run of which no end was heard for so long has failed, or its end was missed. */
const OPEN_LIMIT_MS = 60_000
/** Nodes tell of the start of one run within moments. */
const START_LAG_MS = 3_000
/** Their scripts may take longer. */
const END_LAG_MS = 30_000

interface Run {
  /** Undefined when its start was not heard: daemons before 4.21 do not tell it. */
  readonly sinceMs: number | undefined
  readonly startedBy: Set<Pnn>
  endedMs: number | undefined
  readonly endedBy: Set<Pnn>
}

/** Tells the takeover runs, each of which every node tells of. */
export class TakeoverRuns {
  private readonly teller: Teller
  private readonly causes: Causes
  private run: Run | undefined

  constructor(teller: Teller, causes: Causes) {
    this.teller = teller
    this.causes = causes
  }

  /** Since when one is under way. */
  get sinceMs(): number | undefined {
    return this.run?.endedMs === undefined ? this.run?.sinceMs : undefined
  }

  started(pnn: Pnn, atMs: number): void {
    const { run } = this
    if (run && !run.startedBy.has(pnn)) {
      const isOfThis = run.endedMs === undefined || atMs - run.endedMs <= START_LAG_MS
      if (isOfThis && !run.endedBy.has(pnn) && run.sinceMs !== undefined) {
        run.startedBy.add(pnn)
        return
      }
    }
    const isAgain = this.sinceMs !== undefined
    this.run = { sinceMs: atMs, startedBy: new Set([pnn]), endedMs: undefined, endedBy: new Set() }
    const cause = this.causes.ofRun(atMs)
    const text = isAgain ? 'another takeover run started; of the last no end was heard' : 'a takeover run started'
    this.tell(atMs, 'started', text, cause === undefined ? {} : { cause })
  }

  ended(pnn: Pnn, atMs: number): void {
    const { run } = this
    if (run?.endedMs !== undefined && !run.endedBy.has(pnn) && atMs - run.endedMs <= END_LAG_MS) {
      run.endedBy.add(pnn)
      return
    }
    const sinceMs = this.sinceMs
    if (run && run.endedMs === undefined) {
      run.endedMs = atMs
      run.endedBy.add(pnn)
    } else {
      this.run = { sinceMs: undefined, startedBy: new Set(), endedMs: atMs, endedBy: new Set([pnn]) }
    }
    const lasted = sinceMs === undefined ? '' : ` after ${durationText(atMs - sinceMs)}`
    this.tell(atMs, 'finished', `the takeover run finished${lasted}`, {})
  }

  /** Time goes by. */
  passed(atMs: number): void {
    const { sinceMs } = this
    if (sinceMs === undefined || atMs - sinceMs < OPEN_LIMIT_MS) return
    this.run = undefined
    this.tell(atMs, 'unfinished', `of the takeover run that started ${durationText(atMs - sinceMs)} ago no end was heard`, {})
  }

  private tell(atMs: number, what: string, text: string, more: { cause?: string }): void {
    const tone = what === 'unfinished' ? 'warning' : 'plain'
    this.teller.tell(atMs, { kind: 'takeover-run', what, text, tone, pnns: [], addresses: [], ...more })
  }
}
