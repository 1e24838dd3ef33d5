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

/**
 * How a daemon lets a run be heard of: that it begins and ends there (4.20, 4.21 on), or that the leader asks its recovery daemon to keep
 * out of the way until it is over (every version; on all nodes but the leader's own).
 */
export type RunSignal = 'own' | 'asked'

interface Run {
  /** Undefined when its start was not heard. */
  readonly sinceMs: number | undefined
  readonly starts: Set<string>
  endedMs: number | undefined
  readonly ends: Set<string>
  readonly endedBy: Set<Pnn>
}

/** Tells the takeover runs, each of which every node tells of, in up to two ways. */
export class TakeoverRuns {
  private readonly teller: Teller
  private readonly causes: Causes
  private readonly onStart: () => void
  private run: Run | undefined

  /** @param onStart called before a run is told of: the time to tell what has led to it. */
  constructor(teller: Teller, causes: Causes, onStart: () => void) {
    this.teller = teller
    this.causes = causes
    this.onStart = onStart
  }

  /** Since when one is under way. */
  get sinceMs(): number | undefined {
    return this.run?.endedMs === undefined ? this.run?.sinceMs : undefined
  }

  started(signal: RunSignal, pnn: Pnn, atMs: number): void {
    const { run } = this
    const key = keyOf(signal, pnn)
    if (run && !run.starts.has(key) && isStartOf(run, pnn, atMs)) {
      run.starts.add(key)
      return
    }
    const isAgain = this.sinceMs !== undefined
    this.run = { sinceMs: atMs, starts: new Set([key]), endedMs: undefined, ends: new Set(), endedBy: new Set() }
    this.onStart()
    const cause = this.causes.ofRun(atMs)
    const text = isAgain ? 'another takeover run started; of the last no end was heard' : 'a takeover run started'
    this.tell(atMs, 'started', text, cause === undefined ? {} : { cause })
  }

  ended(signal: RunSignal, pnn: Pnn, atMs: number): void {
    const key = keyOf(signal, pnn)
    const isKnown = this.run?.endedMs !== undefined && isEndOf(this.run, key, atMs)
    const sinceMs = this.sinceMs
    const run = this.run && (isKnown || this.run.endedMs === undefined) ? this.run : beginUnheard()
    this.run = run
    run.ends.add(key)
    run.endedBy.add(pnn)
    if (isKnown) return
    run.endedMs = atMs
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

const keyOf = (signal: RunSignal, pnn: Pnn): string => `${signal} ${pnn}`

const beginUnheard = (): Run => ({
  sinceMs: undefined,
  starts: new Set(),
  endedMs: undefined,
  ends: new Set(),
  endedBy: new Set(),
})

/** Whether a start that a node tells of is that of a run that is known already. */
const isStartOf = ({ sinceMs, endedMs, endedBy }: Run, pnn: Pnn, atMs: number): boolean =>
  sinceMs !== undefined && !endedBy.has(pnn) && (endedMs === undefined || atMs - endedMs <= START_LAG_MS)

/** The same of an end. Who has told of its start tells of its end, however late. */
const isEndOf = ({ endedMs = -Infinity, starts, ends }: Run, key: string, atMs: number): boolean =>
  !ends.has(key) && (starts.has(key) || atMs - endedMs <= END_LAG_MS)
