import { EventRows } from './event-rows.ts'
import type { LogEvent, LogSource } from './log-event.ts'
import { type LinePlace, type LogCounts, type LogLine, LogReader } from './log-reader.ts'
import { inYear, quick, type TimeSettings, yearOf } from './time-settings.ts'

/** The machine from which a log is read. */
export interface LogMachine {
  /** Its time zone; undefined if not known. */
  readonly fromLocal: TimeSettings['fromLocal'] | undefined
  /** Empty if not known. */
  readonly hostname: string
}

/** A file that was read. */
export interface ReadLog {
  readonly file: string
  readonly counts: LogCounts
  /** Hosts whose lines were in the log of another machine, and were left out. */
  otherHosts: readonly string[]
}

/** A source while its file is read. */
interface OpenSource {
  readonly source: LogSource
  /** Its events so far. */
  readonly rows: EventRows
  readonly times: TimeSettings
  /** The last line, by its clock. */
  lastMs: number
  /** Of its lines without a year; 0 before the first. */
  year: number
}

/** A clock that goes back by more than this was set. Less is only the order in which programs write. */
const STEP_MS = 1_000
/** No clock is set back more often than this: the lines are in some other order. */
const MOST_STEPS = 50
/** Excerpts in a text are not in the order of time. */
const PROSE_SHARE = 0.15
const HALF_YEAR_MS = 180 * 86_400_000
/** The time of each event of so many is enough to find the middle. */
const SAMPLE = 16
/** With their story, they take about 100 MB. */
const MOST_EVENTS = 200_000

/** Keeps the lines of all logs that matter for the story; the latest ones if there are too many. */
export class LogStore {
  readonly sources: LogSource[] = []
  readonly logs: ReadLog[] = []
  /** Lines before this were dropped, as there were too many. */
  droppedBeforeMs: number | undefined
  private readonly times: TimeSettings
  private readonly most: number
  private count = 0
  private readonly opened: OpenSource[] = []

  constructor(times: TimeSettings, most = MOST_EVENTS) {
    this.times = quick(times)
    this.most = most
  }

  /**
   * Returns a reader for a file; its lines are kept once it has ended.
   * @param given the node that it is from, if that is known.
   * @param machine from which it is read, in which case the lines of other hosts do not count.
   */
  open(file: string, given: number | undefined, machine?: LogMachine): LogReader {
    const open: OpenSource[] = []
    const times = machine?.fromLocal ? quick({ ...this.times, fromLocal: machine.fromLocal }) : this.times
    const of = { file, given, machine: machine?.hostname }
    const reader = new LogReader((line, place) => {
      const known = open.find(({ source }) => source.host === line.host)
      this.keep(line, place, known ?? this.begin({ ...of, host: line.host }, times, open))
    })
    this.logs.push({ file, counts: reader.counts, otherHosts: [] })
    return reader
  }

  /** Ends the reading of all files: what only their whole shows. */
  finish(): void {
    for (const { source, rows } of this.opened.splice(0)) source.events = rows.take(source)
    for (const log of this.logs) {
      const sources = this.sources.filter(({ file, machine }) => machine !== undefined && file === log.file)
      const others = ofOtherHosts(sources)
      for (const source of others) source.events = []
      log.otherHosts = others.map(({ host }) => host)
    }
    for (const source of this.sources) {
      const counts = this.logs.find(({ file }) => file === source.file)?.counts
      const isProse = counts !== undefined && counts.lines - counts.timed > PROSE_SHARE * counts.lines
      if (isProse || source.steps > MOST_STEPS) {
        source.events = withoutRepeats(source.events.map((event) => ({ ...event, step: 0 })))
        source.steps = 0
      }
    }
  }

  private keep(line: LogLine, { atMs, lacks, lineNumber, heading }: LinePlace, open: OpenSource): void {
    const { source, rows, lastMs } = open
    const rawMs = this.timeOf(atMs, lacks, open)
    const isStep = rawMs < lastMs - STEP_MS
    if (isStep) source.steps += 1
    open.lastMs = isStep ? rawMs : Math.max(lastMs, rawMs)
    if (rawMs < (this.droppedBeforeMs ?? Number.NEGATIVE_INFINITY)) return
    rows.push(line, { rawMs, step: source.steps, lineNumber, heading })
    this.count += 1
    if (this.count > this.most) this.dropOldest()
  }

  private begin(of: Pick<LogSource, 'file' | 'machine' | 'given' | 'host'>, times: TimeSettings, all: OpenSource[]): OpenSource {
    const source: LogSource = { ...of, steps: 0, events: [] }
    const open = { source, rows: new EventRows(), times, lastMs: Number.NEGATIVE_INFINITY, year: 0 }
    all.push(open)
    this.opened.push(open)
    this.sources.push(source)
    return open
  }

  private timeOf(atMs: number, lacks: LinePlace['lacks'], position: OpenSource): number {
    const { times } = position
    if (lacks === 'nothing') return atMs
    if (lacks === 'zone') return times.fromLocal(atMs)
    if (position.year === 0) position.year = yearOf(atMs, times)
    let ms = times.fromLocal(inYear(atMs, position.year))
    // After December comes January of the next year.
    if (ms < position.lastMs - HALF_YEAR_MS) {
      position.year += 1
      ms = times.fromLocal(inYear(atMs, position.year))
    }
    return ms
  }

  private dropOldest(): void {
    const fromMs = middleOf(this.opened)
    this.droppedBeforeMs = fromMs
    this.drop(fromMs)
    // Many events of one moment: none of them can be told from the others.
    if (this.count > this.most) this.drop(Number.POSITIVE_INFINITY)
  }

  private drop(fromMs: number): void {
    for (const { rows } of this.opened) rows.dropBefore(fromMs)
    this.count = this.opened.reduce((sum, { rows }) => sum + rows.length, 0)
  }
}

/** Of the lines in the log of a machine, those that are not its own: it may collect those of others. */
function ofOtherHosts(sources: readonly LogSource[]): readonly LogSource[] {
  const own = sources.filter(({ host, machine = '' }) => host === '' || shortName(host) === shortName(machine))
  // It may have had another name.
  if (own.length === 0 && sources.length === 1) return []
  return sources.filter((source) => !own.includes(source))
}

const shortName = (host: string): string => host.toLowerCase().split('.')[0] ?? ''

/** About half of the events are earlier. */
function middleOf(opened: readonly OpenSource[]): number {
  const times = Float64Array.from(opened.flatMap(({ rows }) => rows.sampleOf(SAMPLE))).sort()
  return times[times.length >> 1] ?? 0
}

/** In a text, the same line is often quoted twice. */
function withoutRepeats(events: readonly LogEvent[]): LogEvent[] {
  const seen = new Set<string>()
  const first = events.filter(({ rawMs, pid, text }) => {
    const key = `${rawMs} ${pid} ${text}`
    return !seen.has(key) && seen.add(key)
  })
  return first.sort((a, b) => a.rawMs - b.rawMs)
}
