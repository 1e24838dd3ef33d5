import { parseTime } from '../../lib/history/parse-time.ts'
import { type Look, lookAt, lookAtTime, lookLater, nextEvent, nextSample } from '../../lib/recording/moments.ts'
import type { TimelineEntry } from '../../lib/watch/timeline.ts'
import { MAX_ENTRIES, type Message, type Replay, type ReplayMove } from '../../ui/watch/model/model.ts'
import { timeContext } from '../time-context.ts'
import type { RecordingReplay } from './recording-replay.ts'

type Shown = Extract<Message, { kind: 'replayed' }>

/** How many times as fast as it was. */
const SPEEDS: readonly number[] = [1, 10, 60, 600, 3_600]
const TICK_MS = 200
const DAY_MS = 86_400_000
/** A time without a date. */
const CLOCK = /^\s*\d\d:\d\d/

/** Goes through a recording: to another moment, or on with the time. */
export class Player implements Disposable {
  private readonly replay: RecordingReplay
  private look: Look
  private speed = 1
  private timer: NodeJS.Timeout | undefined
  private tickedMs = 0
  private notice: string | undefined
  private events: Replay['events'] = []
  private timeline: { readonly count: number; readonly entries: readonly TimelineEntry[] } = { count: 0, entries: [] }
  /** Called when something else is to be shown: see {@link Player.shown}. */
  private readonly onChange: () => void

  /** Begins at the first moment, which there must be. */
  constructor(replay: RecordingReplay, onChange: () => void) {
    this.replay = replay
    this.onChange = onChange
    this.look = lookAt(replay.index, 0)
  }

  /** What is to be shown now. A notice is in it once. @throws CtdbtsError when the recording cannot be read any more. */
  async shown(): Promise<Shown> {
    const { replay, look, speed, notice } = this
    const { index, readShare } = replay
    this.notice = undefined
    if (this.events.length !== index.story.entries.length) this.events = [...index.story.entries]
    const { state, everyMs } = await replay.stateAt(look.moment)
    return {
      kind: 'replayed',
      cluster: state,
      timeline: this.timelineAt(look.moment),
      droppedEntries: Math.max(0, index.entryCount(look.moment) - MAX_ENTRIES),
      nowMs: look.atMs,
      intervalMs: everyMs ?? index.story.header?.intervalMs ?? DEFAULT_INTERVAL_MS,
      replay: { fromMs: index.fromMs, toMs: index.toMs, readShare, isPlaying: this.isPlaying, speed, events: this.events },
      ...(notice !== undefined && { notice }),
    }
  }

  move(move: ReplayMove): void {
    const { index } = this.replay
    switch (move.kind) {
      case 'play':
        this.play(!this.isPlaying)
        break
      case 'speed':
        this.speed = SPEEDS[SPEEDS.indexOf(this.speed) + move.by] ?? this.speed
        break
      case 'look':
        this.goTo(nextSample(index, this.look, move.by), move.by)
        break
      case 'event':
        this.goTo(nextEvent(index, this.look, move.by), move.by)
        break
      case 'first':
        this.look = lookAt(index, 0)
        break
      case 'last':
        this.look = lookAt(index, index.count - 1)
        break
      case 'time':
        this.goToTime(move.text)
    }
    this.onChange()
  }

  [Symbol.dispose](): void {
    this.play(false)
  }

  private get isPlaying(): boolean {
    return this.timer !== undefined
  }

  private play(isOn: boolean): void {
    clearInterval(this.timer)
    this.tickedMs = performance.now()
    this.timer = isOn ? setInterval(this.tick, TICK_MS) : undefined
  }

  private readonly tick = (): void => {
    const { index, readShare } = this.replay
    const nowMs = performance.now()
    this.look = lookLater(index, this.look, (nowMs - this.tickedMs) * this.speed)
    this.tickedMs = nowMs
    if (this.look.moment === index.count - 1 && readShare === 1) {
      this.play(false)
      this.notice = endText(1, readShare)
    }
    this.onChange()
  }

  private goTo(look: Look | undefined, by: 1 | -1): void {
    if (look) this.look = look
    else this.notice = endText(by, this.replay.readShare)
  }

  /** A time without a date is of the day that is looked at, or of the one before or after it, if only that is in the recording. */
  private goToTime(text: string): void {
    const { index, readShare } = this.replay
    const given = parseTime(text, timeContext(this.look.atMs))
    if (given === undefined) {
      this.notice = 'Not a time: write 18:53, 18:53:30, 2026-11-28 18:53, or 5 min ago'
      return
    }
    const days = CLOCK.test(text) ? [given, given + DAY_MS, given - DAY_MS] : [given]
    const isThere = (ms: number) => ms >= index.fromMs && ms <= index.toMs
    const atMs = days.find(isThere)
    this.look = lookAtTime(index, Math.min(atMs ?? given, index.toMs))
    if (atMs === undefined) this.notice = endText(given < index.fromMs ? -1 : 1, readShare)
  }

  /** The same object as long as nothing is added. */
  private timelineAt(moment: number): readonly TimelineEntry[] {
    const { index } = this.replay
    const count = index.entryCount(moment)
    if (this.timeline.count !== count) this.timeline = { count, entries: index.timeline(moment, MAX_ENTRIES) }
    return this.timeline.entries
  }
}

const DEFAULT_INTERVAL_MS = 2_000

function endText(by: 1 | -1, readShare: number): string {
  if (by === -1) return 'Here the recording begins'
  return readShare < 1 ? 'So far, the recording was read up to here' : 'Here the recording ends'
}
