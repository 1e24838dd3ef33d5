import { readMessage } from '../log/reader.ts'
import { JournalExport, type JournalLine, readJournalJson } from './journal.ts'
import { TimeReader } from './line-time.ts'
import { Lines } from './lines.ts'
import { type MessageLine, MessageLines, readLine5424 } from './message-line.ts'
import { utf8 } from './utf8.ts'

/** A line of CTDB whose message is known. */
export interface LogLine extends MessageLine {
  readonly read: NonNullable<MessageLine['read']>
}

/** Where and when a line was written. */
export interface LinePlace {
  /** Milliseconds since 1970, with fractions; of local time if the line has no zone. */
  readonly atMs: number
  readonly lacks: TimeReader['lacks']
  /** In the file, from 1. */
  readonly lineNumber: number
  /** The headings above it that name a node, the last one: `node 252 …:`, `==> node1.log <==`. */
  readonly heading: string | undefined
}

/** What a log had in it. */
export interface LogCounts {
  lines: number
  /** Lines of CTDB. */
  ofCtdb: number
  /** Lines of CTDB whose message is known. */
  known: number
  /** Lines with a time, of any program. */
  timed: number
  /** Lines that were too long and were cut. */
  cut: number
  /** Messages that are not known, with numbers replaced, and how often each came. */
  readonly unknown: Map<string, number>
}

/** So many different unknown messages are kept. */
const UNKNOWN_KEPT = 300
const UNKNOWN_LENGTH = 200
/** A message does not go on over more lines than this. */
const WRAPS = 3

/** Marks of quoting in a mail, as often as it was quoted. */
const QUOTED = /^(?:[>|] ?)+/
const HEADING = /^(?:==> (.+) <==|(?:on )?node (\S+?)(?:\s[^[]*)?:)$/i

/** `<29>`, and in RFC 5424 the version. */
const PRIORITY = /^<\d{1,3}>(1 )?/

interface Pending {
  readonly place: LinePlace
  readonly line: MessageLine
  readonly wraps: number
  readonly text: string
}

/**
 * Reads a log of CTDB in any of the shapes in which people have it: CTDB's own files of all versions, syslog, the output of journalctl, a mail
 * that quotes one of them. Lines of other programs may be in between. Nothing is refused: what is not known is counted.
 */
export class LogReader {
  readonly counts: LogCounts = { lines: 0, ofCtdb: 0, known: 0, timed: 0, cut: 0, unknown: new Map() }
  private readonly lines = new Lines()
  private readonly times = new TimeReader()
  private readonly messages = new MessageLines()
  private readonly onLine: (line: LogLine, place: LinePlace) => void
  private journal: JournalExport | undefined
  private heading: string | undefined
  /** A message that is not known so far: its next line may complete it. */
  private pending: Pending | undefined

  constructor(onLine: (line: LogLine, place: LinePlace) => void) {
    this.onLine = onLine
  }

  /** @param text Latin-1: each character is a byte of the file. */
  push(text: string): void {
    this.lines.push(text, this.take)
    this.counts.cut = this.lines.cut
  }

  end(): void {
    this.lines.end(this.take)
    this.counts.cut = this.lines.cut
    const last = this.journal?.end()
    if (last) this.entry(last)
    if (this.pending) this.settle(this.pending)
  }

  private readonly take = (raw: string): void => {
    this.counts.lines += 1
    const first = raw.charCodeAt(0)
    if (this.counts.lines === 1 && JournalExport.isBegin(raw)) this.journal = new JournalExport()
    if (this.journal) {
      const entry = this.journal.take(raw)
      if (entry) this.entry(entry)
    } else if (first === 0x7b) {
      const entry = readJournalJson(raw)
      if (entry) this.entry(entry)
    } else this.plain(first >= 0x30 && first <= 0x39 ? raw : bare(raw))
  }

  private plain(whole: string): void {
    const { times } = this
    const priority = whole.charCodeAt(0) === 0x3c ? PRIORITY.exec(whole) : null
    const line = priority ? whole.slice(priority[0].length) : whole
    if (times.read(line)) {
      const rest = line.slice(times.length)
      const message = priority?.[1] === undefined ? this.messages.read(rest) : readLine5424(utf8(rest))
      if (message) {
        this.message(message, times.atMs, times.lacks)
        return
      }
    }
    if (!this.goesOn(whole)) this.noteHeading(whole)
  }

  private entry({ atMs, line }: JournalLine): void {
    this.message(line, atMs, 'nothing')
  }

  private message(line: MessageLine, atMs: number, lacks: LinePlace['lacks']): void {
    const { counts } = this
    if (this.pending) this.settle(this.pending)
    counts.timed += 1
    if (!line.isOfCtdb) return
    counts.ofCtdb += 1
    const place = { atMs, lacks, lineNumber: counts.lines, heading: this.heading }
    if (isKnown(line)) this.known(line, place)
    else this.pending = { place, line, text: line.text, wraps: 0 }
  }

  private known(line: LogLine, place: LinePlace): void {
    this.counts.known += 1
    this.onLine(line, place)
  }

  /** Whether a line without a time is the rest of the message before it, which a mail program has broken. */
  private goesOn(line: string): boolean {
    const { pending } = this
    if (!pending || line.trim() === '') return false
    const text = `${pending.text.trimEnd()} ${utf8(line).trim()}`
    const read = readMessage(text)
    if (read) {
      this.pending = undefined
      this.known({ ...pending.line, text, read }, pending.place)
    } else if (pending.wraps + 1 >= WRAPS) this.settle(pending)
    else this.pending = { ...pending, text, wraps: pending.wraps + 1 }
    return true
  }

  /** Nothing more comes of a message that is not known. */
  private settle({ text }: Pending): void {
    const { unknown } = this.counts
    const key = text.slice(0, UNKNOWN_LENGTH).replace(/\d+/g, 'N')
    if (unknown.has(key) || unknown.size < UNKNOWN_KEPT) unknown.set(key, (unknown.get(key) ?? 0) + 1)
    this.pending = undefined
  }

  /** A heading is about the lines of a log below it, until other text comes. */
  private noteHeading(line: string): void {
    const found = HEADING.exec(line.trim())
    // A part of the text would keep all of it in memory.
    if (found) this.heading = Buffer.from(found[1] ?? found[2] ?? '', 'latin1').toString()
    else if (/[^\s=*_-]/.test(line)) this.heading = undefined
  }
}

/** A line without a byte order mark, marks of quoting, and blanks before it. */
function bare(line: string): string {
  const text = line.startsWith('\u00ef\u00bb\u00bf') ? line.slice(3) : line
  const code = text.charCodeAt(0)
  if (code === 0x3e || code === 0x7c) return text.replace(QUOTED, '').trimStart()
  return code === 0x20 || code === 0x09 ? text.trimStart() : text
}

const isKnown = (line: MessageLine): line is LogLine => line.read !== undefined
