import type { LogEvent, LogSource } from './log-event.ts'
import type { LogLine } from './log-reader.ts'

/** Where and when a line was written, by the clock of its node. */
export type EventRow = Pick<LogEvent, 'rawMs' | 'step' | 'lineNumber' | 'heading'>

const FIRST_SIZE = 1_024

/** Many lines, in little memory: what may be dropped again is in columns, and only what is left becomes objects. */
export class EventRows {
  length = 0
  private times = new Float64Array(FIRST_SIZE)
  private steps = new Uint32Array(FIRST_SIZE)
  private numbers = new Float64Array(FIRST_SIZE)
  /** The same for equal lines. */
  private lines: LogLine[] = []
  private headings: (string | undefined)[] = []

  push(line: LogLine, { rawMs, step, lineNumber, heading }: EventRow): void {
    if (this.length === this.times.length) this.grow()
    this.times[this.length] = rawMs
    this.steps[this.length] = step
    this.numbers[this.length] = lineNumber
    this.lines[this.length] = line
    this.headings[this.length] = heading
    this.length += 1
  }

  /** The times of each event of so many. */
  sampleOf(each: number): readonly number[] {
    const sample: number[] = []
    for (let at = 0; at < this.length; at += each) sample.push(this.times[at] ?? 0)
    return sample
  }

  dropBefore(fromMs: number): void {
    let kept = 0
    for (let at = 0; at < this.length; at++) {
      if ((this.times[at] ?? 0) < fromMs) continue
      for (const column of [this.times, this.steps, this.numbers]) column[kept] = column[at] ?? 0
      this.lines[kept] = this.lines[at] as LogLine
      this.headings[kept] = this.headings[at]
      kept += 1
    }
    this.length = kept
    this.lines.length = kept
    this.headings.length = kept
  }

  /** Takes all of them out. */
  take(source: LogSource): LogEvent[] {
    const events = this.lines.map(({ read, program, pid, text }, at) => ({
      source,
      rawMs: this.times[at] ?? 0,
      step: this.steps[at] ?? 0,
      read,
      program,
      pid,
      text,
      lineNumber: this.numbers[at] ?? 0,
      heading: this.headings[at],
    }))
    this.dropBefore(Number.POSITIVE_INFINITY)
    return events
  }

  private grow(): void {
    const size = 2 * this.length
    const [times, steps, numbers] = [new Float64Array(size), new Uint32Array(size), new Float64Array(size)]
    times.set(this.times)
    steps.set(this.steps)
    numbers.set(this.numbers)
    Object.assign(this, { times, steps, numbers })
  }
}
