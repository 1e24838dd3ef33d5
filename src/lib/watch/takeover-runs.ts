import type { Pnn } from '../cluster/node.ts'
import { durationText } from './duration.ts'
import type { TimelineWriter } from './timeline-writer.ts'

/** A run without a reported end for this long has failed, or we missed its end. */
const OPEN_LIMIT_MS = 60_000
/** All nodes report the start of a run within this time. */
const START_LAG_MS = 3_000
/** The end may take longer, because of their scripts. */
const END_LAG_MS = 30_000

/**
 * How a node shows a run. `own`: its daemon reports the start and the end (4.20, 4.21 and later). `asked`: the leader asked its recovery
 * daemon to start no run until this one is over (every version, on all nodes but the leader's own).
 */
export type RunSignal = 'own' | 'asked'

interface Run {
  /** Undefined if the start was not reported. */
  readonly sinceMs: number | undefined
  readonly starts: Set<string>
  endedMs: number | undefined
  readonly ends: Set<string>
  readonly endedBy: Set<Pnn>
}

/** What explains a run. */
interface RunCauses {
  whyTakeoverRun(atMs: number, isInRecovery: boolean): string | undefined
  /** Up to now there may have been runs of which we cannot learn. */
  noteUnhearableRuns(atMs: number): void
}

/** Reports each takeover run once, although every node reports it in up to two ways. */
export class TakeoverRuns {
  private readonly writer: TimelineWriter
  private readonly causes: RunCauses
  private readonly onStart: () => void
  private readonly isInRecovery: () => boolean
  private run: Run | undefined

  /**
   * @param onStart called before the start of a run is reported: the time to report what led to it.
   * @param isInRecovery whether a recovery is known to be in progress.
   */
  constructor(writer: TimelineWriter, causes: RunCauses, onStart: () => void, isInRecovery: () => boolean) {
    this.writer = writer
    this.causes = causes
    this.onStart = onStart
    this.isInRecovery = isInRecovery
  }

  /** Since when a run has been in progress. */
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
    const cause = this.causes.whyTakeoverRun(atMs, this.isInRecovery())
    const text = isAgain ? 'another takeover run started; the end of the previous one was not reported' : 'a takeover run started'
    this.report(atMs, 'started', text, cause === undefined ? {} : { cause })
  }

  /** @param failure why it failed, as far as the node that reports the end says that it did. */
  ended(signal: RunSignal, pnn: Pnn, atMs: number, failure?: { readonly cause: string | undefined }): void {
    const key = keyOf(signal, pnn)
    const isKnown = this.run?.endedMs !== undefined && isEndOf(this.run, key, atMs)
    const sinceMs = this.sinceMs
    // `ctdb moveip` ends with the same event as a run, and a leader's own node may not have told us of the start of a run.
    if (!isKnown && signal === 'own' && sinceMs === undefined) {
      this.causes.noteUnhearableRuns(atMs)
      return
    }
    const run = this.run && (isKnown || this.run.endedMs === undefined) ? this.run : runWithoutStart()
    this.run = run
    run.ends.add(key)
    run.endedBy.add(pnn)
    if (isKnown) return
    run.endedMs = atMs
    const lasted = sinceMs === undefined ? '' : ` after ${durationText(atMs - sinceMs)}`
    if (failure)
      this.report(atMs, 'failed', `the takeover run failed${lasted}`, failure.cause === undefined ? {} : { cause: failure.cause })
    else this.report(atMs, 'finished', `the takeover run finished${lasted}`, {})
  }

  timePassed(atMs: number): void {
    const { sinceMs } = this
    if (sinceMs === undefined || atMs - sinceMs < OPEN_LIMIT_MS) return
    this.run = undefined
    const text = `the end of the takeover run that started ${durationText(atMs - sinceMs)} ago was not reported`
    this.report(atMs, 'unfinished', text, {})
  }

  private report(atMs: number, what: string, text: string, more: { cause?: string }): void {
    const tone = what === 'failed' ? 'error' : what === 'unfinished' ? 'warning' : 'plain'
    this.writer.add(atMs, { kind: 'takeover-run', what, text, tone, pnns: [], addresses: [], ...more })
  }
}

const keyOf = (signal: RunSignal, pnn: Pnn): string => `${signal} ${pnn}`

const runWithoutStart = (): Run => ({
  sinceMs: undefined,
  starts: new Set(),
  endedMs: undefined,
  ends: new Set(),
  endedBy: new Set(),
})

/** Whether the start that a node reports is that of a run already known. */
const isStartOf = ({ sinceMs, endedMs, endedBy }: Run, pnn: Pnn, atMs: number): boolean =>
  sinceMs !== undefined && !endedBy.has(pnn) && (endedMs === undefined || atMs - endedMs <= START_LAG_MS)

/** Whether the end that a node reports is that of a run already known. A node that reported the start also reports the end, however late. */
const isEndOf = ({ endedMs = -Infinity, starts, ends }: Run, key: string, atMs: number): boolean =>
  !ends.has(key) && (starts.has(key) || atMs - endedMs <= END_LAG_MS)
