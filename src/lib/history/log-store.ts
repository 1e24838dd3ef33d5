import type { ReadMessage } from '../log/reader.ts'
import { YEARLESS } from './line-header.ts'
import { type LogCounts, type LogLine, LogReader, utf8 } from './log-reader.ts'

/** A line of a log as it is kept. */
export interface LogEvent {
  readonly source: LogSource
  /** By the clock of its node, milliseconds since 1970. */
  rawMs: number
  /** How often that clock was set back before, as far as the order of the lines shows it. */
  readonly step: number
  readonly read: ReadMessage
  readonly program: string
  readonly pid: number
  readonly text: string
  readonly lineNumber: number
  readonly heading: string | undefined
}

/** The lines that one host wrote into one file. */
export interface LogSource {
  /** As the user gave it; `-` is standard input. */
  readonly file: string
  /** The node that the user named for the file. */
  readonly given: number | undefined
  /** Empty if the lines do not name it. */
  readonly host: string
  steps: number
  events: LogEvent[]
}

/** How the times of logs are to be understood. */
export interface TimeSettings {
  /** A local time as milliseconds since 1970 in UTC, for lines without a zone. */
  readonly fromLocal: (localMs: number) => number
  /** No line is later than this: the year of lines without one follows from it. */
  readonly nowMs: number
}

/** A file that was read. */
export interface ReadLog {
  readonly file: string
  readonly counts: LogCounts
}

/** A clock that goes back by more than this was set. Less is only the order in which programs write. */
const STEP_MS = 1_000
/** Excerpts in a text are not in the order of time. */
const PROSE_SHARE = 0.15
const HALF_YEAR_MS = 180 * 86_400_000
const DAY_MS = 86_400_000
/** Takes about 100 MB. */
const MOST_EVENTS = 250_000

/** Keeps the lines of all logs that matter for the story; the latest ones if there are too many. */
export class LogStore {
  readonly sources: LogSource[] = []
  readonly logs: ReadLog[] = []
  /** Lines before this were dropped, as there were too many. */
  droppedBeforeMs: number | undefined
  private readonly times: TimeSettings
  private readonly most: number
  private readonly texts = new Map<string, string>()
  private count = 0

  constructor(times: TimeSettings, most = MOST_EVENTS) {
    this.times = times
    this.most = most
  }

  /** Returns a reader for a file; its lines are kept once it has ended. @param given the node that it is from, if the user said so. */
  open(file: string, given: number | undefined): LogReader {
    const kept: LogSource[] = []
    const positions = new Map<LogSource, { lastMs: number; year: number }>()
    const reader = new LogReader((line) => this.keep(line, kept, positions, file, given))
    this.logs.push({ file, counts: reader.counts })
    return reader
  }

  /** Ends the reading of all files: what only their whole shows. */
  finish(): void {
    for (const source of this.sources) {
      const counts = this.logs.find(({ file }) => file === source.file)?.counts
      const isProse = counts !== undefined && counts.lines - counts.timed > PROSE_SHARE * counts.lines
      if (isProse) {
        source.events = withoutRepeats(source.events.map((event) => ({ ...event, step: 0 })))
        source.steps = 0
      }
    }
  }

  private keep(
    line: LogLine,
    kept: LogSource[],
    positions: Map<LogSource, { lastMs: number; year: number }>,
    file: string,
    given: number | undefined,
  ): void {
    const { header, read, text, lineNumber, heading } = line
    const source = kept.find(({ host }) => host === header.host) ?? this.begin({ file, given, host: header.host }, kept)
    const position = positions.get(source) ?? { lastMs: Number.NEGATIVE_INFINITY, year: 0 }
    positions.set(source, position)
    const rawMs = this.timeOf(header.atMs, header.lacks, position)
    if (rawMs < position.lastMs - STEP_MS) source.steps += 1
    position.lastMs = rawMs < position.lastMs - STEP_MS ? rawMs : Math.max(position.lastMs, rawMs)
    if (rawMs < (this.droppedBeforeMs ?? Number.NEGATIVE_INFINITY)) return
    source.events.push({
      source,
      rawMs,
      step: source.steps,
      read: this.compact(read),
      program: this.intern(header.program),
      pid: header.pid,
      text: this.intern(utf8(text)),
      lineNumber,
      heading,
    })
    this.count += 1
    if (this.count > this.most) this.dropOldest()
  }

  private begin({ file, given, host }: Pick<LogSource, 'file' | 'given' | 'host'>, kept: LogSource[]): LogSource {
    const source: LogSource = { file, given, host: copied(host), steps: 0, events: [] }
    kept.push(source)
    this.sources.push(source)
    return source
  }

  private timeOf(atMs: number, lacks: LogLine['header']['lacks'], position: { lastMs: number; year: number }): number {
    if (lacks === 'nothing') return atMs
    if (lacks === 'zone') return this.times.fromLocal(atMs)
    if (position.year === 0) position.year = yearOf(atMs, this.times)
    let ms = this.times.fromLocal(inYear(atMs, position.year))
    // After December comes January of the next year.
    if (ms < position.lastMs - HALF_YEAR_MS) {
      position.year += 1
      ms = this.times.fromLocal(inYear(atMs, position.year))
    }
    return ms
  }

  private dropOldest(): void {
    const times = this.sources.flatMap(({ events }) => events.map(({ rawMs }) => rawMs)).sort((a, b) => a - b)
    const fromMs = times[Math.floor(times.length / 2)] ?? 0
    this.droppedBeforeMs = fromMs
    this.count = 0
    for (const source of this.sources) {
      source.events = source.events.filter(({ rawMs }) => rawMs >= fromMs)
      this.count += source.events.length
    }
    // Many events of one moment: none of them can be told from the others.
    if (this.count > this.most) for (const source of this.sources) source.events = []
    this.texts.clear()
  }

  /** Values are parts of large texts, which would be kept with them. */
  private compact(read: ReadMessage): ReadMessage {
    const { values } = read
    for (const key in values) {
      const name = key as keyof typeof values
      const value: unknown = values[name]
      if (typeof value === 'string') (values as Record<string, unknown>)[name] = this.intern(utf8(value))
    }
    return read
  }

  private intern(text: string): string {
    const known = this.texts.get(text)
    if (known !== undefined) return known
    const copy = copied(text)
    if (this.texts.size < TEXTS_KEPT) this.texts.set(copy, copy)
    return copy
  }
}

const TEXTS_KEPT = 50_000

/** A text that keeps no larger one in memory. */
const copied = (text: string): string => Buffer.from(text).toString()

/** The year in which a line without one was written: the last in which it is not later than now. */
function yearOf(atMs: number, { nowMs, fromLocal }: TimeSettings): number {
  const year = new Date(nowMs).getUTCFullYear()
  return fromLocal(inYear(atMs, year)) > nowMs + DAY_MS ? year - 1 : year
}

function inYear(atMs: number, year: number): number {
  const date = new Date(atMs)
  return atMs + Date.UTC(year, date.getUTCMonth(), date.getUTCDate()) - Date.UTC(YEARLESS, date.getUTCMonth(), date.getUTCDate())
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
