import type { Pnn } from '../cluster/node.ts'
import { durationText } from './duration.ts'
import type { TimelineWriter } from './timeline-writer.ts'

/** In every version, a leader that starts a takeover run asks the other nodes to start none for this long. Tools use other times. */
export const RUN_SECONDS = 60

/** All nodes receive the same request within this time. */
const LAG_MS = 3_000

/** A request to a recovery daemon to disable takeover runs, or to enable them again. */
interface Request {
  /** The node that received it. */
  readonly pnn: Pnn
  /** Who asked; undefined if that is not known. */
  readonly by: Pnn | undefined
  /** 0 enables. */
  readonly seconds: number
  readonly atMs: number
}

/** A time during which takeover runs are disabled. */
interface Pause {
  readonly by: Pnn | undefined
  readonly seconds: number
  readonly sinceMs: number
  readonly asked: Set<Pnn>
  untilMs: number
  endedMs: number | undefined
}

/** Reports once when someone, like `ctdb moveip`, disables or enables takeover runs, although every node receives the request. */
export class DisabledRuns {
  private readonly writer: TimelineWriter
  private pause: Pause | undefined

  constructor(writer: TimelineWriter) {
    this.writer = writer
  }

  requested(request: Request): void {
    if (request.seconds === 0) this.enabled(request)
    else this.disabled(request)
  }

  timePassed(atMs: number): void {
    const { pause } = this
    if (pause?.endedMs !== undefined || !pause || atMs < pause.untilMs) return
    pause.endedMs = pause.untilMs
    const text = `takeover runs are enabled again: the ${durationText(pause.seconds * 1_000)} are over`
    this.report(pause.untilMs, 'enabled', text, pause.by)
  }

  private disabled({ pnn, by, seconds, atMs }: Request): void {
    const { pause } = this
    const untilMs = atMs + seconds * 1_000
    if (pause && pause.by === by && pause.seconds === seconds && isOf(pause, pnn, atMs)) {
      pause.asked.add(pnn)
      pause.untilMs = untilMs
      return
    }
    this.pause = { by, seconds, sinceMs: atMs, asked: new Set([pnn]), untilMs, endedMs: undefined }
    this.report(
      atMs,
      'disabled',
      `${by === undefined ? 'a tool' : `node ${by}`} disabled takeover runs for ${durationText(seconds * 1_000)}`,
      by,
    )
  }

  private enabled({ pnn, by, atMs }: Request): void {
    const { pause } = this
    // A node that has not received this request is ending an earlier one.
    if (!pause || pause.endedMs !== undefined || !pause.asked.has(pnn)) return
    pause.endedMs = atMs
    this.report(atMs, 'enabled', `takeover runs are enabled again after ${durationText(atMs - pause.sinceMs)}`, by)
  }

  private report(atMs: number, what: 'disabled' | 'enabled', text: string, by: Pnn | undefined): void {
    const tone = what === 'disabled' ? 'warning' : 'good'
    this.writer.add(atMs, { kind: 'takeover-run', what, text, tone, pnns: by === undefined ? [] : [by], addresses: [] })
  }
}

/** Whether the same request to another node, or its repetition, belongs to a pause. */
const isOf = ({ endedMs, asked }: Pause, pnn: Pnn, atMs: number): boolean =>
  endedMs === undefined || (!asked.has(pnn) && atMs - endedMs <= LAG_MS)
