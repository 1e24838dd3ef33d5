import { type ReadMessage, readMessage } from '../log/reader.ts'
import { JournalExport, readJournalJson } from './journal.ts'
import { HeaderReader, isOfCtdb, type LineHeader } from './line-header.ts'
import { Lines } from './lines.ts'

/** A line of CTDB whose message is known. */
export interface LogLine {
  readonly header: LineHeader
  readonly read: ReadMessage
  /** The message as it stands in the log. */
  readonly text: string
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

interface Pending {
  readonly header: LineHeader
  readonly lineNumber: number
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
  private readonly headers = new HeaderReader()
  private readonly onLine: (line: LogLine) => void
  private journal: JournalExport | undefined
  private heading: string | undefined
  /** A message that is not known so far: its next line may complete it. */
  private pending: Pending | undefined

  constructor(onLine: (line: LogLine) => void) {
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
    if (last) this.message(last.header, last.text)
    this.settle()
  }

  private readonly take = (raw: string): void => {
    this.counts.lines += 1
    const first = raw.charCodeAt(0)
    if (this.counts.lines === 1 && JournalExport.isBegin(raw)) this.journal = new JournalExport()
    if (this.journal) {
      const entry = this.journal.take(raw)
      if (entry) this.message(entry.header, entry.text)
    } else if (first === 0x7b) {
      const entry = readJournalJson(utf8(raw))
      if (entry) this.message(entry.header, entry.text)
    } else this.plain(first >= 0x30 && first <= 0x39 ? raw : bare(raw))
  }

  private plain(line: string): void {
    const header = this.headers.read(line)
    if (header) this.message(header, line.slice(header.start))
    else if (!this.goesOn(line)) this.noteHeading(line)
  }

  private message(header: LineHeader, text: string): void {
    this.settle()
    this.counts.timed += 1
    if (!isOfCtdb(header.program)) return
    this.counts.ofCtdb += 1
    const read = readMessage(text)
    if (read) this.known(header, read, text, this.counts.lines)
    else this.pending = { header, text, wraps: 0, lineNumber: this.counts.lines }
  }

  private known(header: LineHeader, read: ReadMessage, text: string, lineNumber: number): void {
    this.counts.known += 1
    this.onLine({ header, read, text, lineNumber, heading: this.heading })
  }

  /** Whether a line without a time is the rest of the message before it, which a mail program has broken. */
  private goesOn(line: string): boolean {
    const { pending } = this
    if (!pending || line.trim() === '') return false
    const text = `${pending.text.trimEnd()} ${line.trim()}`
    const read = readMessage(text)
    if (read) {
      this.pending = undefined
      this.known(pending.header, read, text, pending.lineNumber)
    } else if (pending.wraps + 1 >= WRAPS) this.settle()
    else this.pending = { ...pending, text, wraps: pending.wraps + 1 }
    return true
  }

  /** Nothing more comes of a message that is not known. */
  private settle(): void {
    if (!this.pending) return
    const { unknown } = this.counts
    const key = this.pending.text.slice(0, UNKNOWN_LENGTH).replace(/\d+/g, 'N')
    if (unknown.has(key) || unknown.size < UNKNOWN_KEPT) unknown.set(key, (unknown.get(key) ?? 0) + 1)
    this.pending = undefined
  }

  /** A heading is about the lines of a log below it, until other text comes. */
  private noteHeading(line: string): void {
    const found = HEADING.exec(line.trim())
    if (found) this.heading = found[1] ?? found[2]
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

/** Text of bytes, as what these bytes say; what is not UTF-8 becomes U+FFFD. */
export const utf8 = (bytes: string): string => (/[\x80-\xff]/.test(bytes) ? Buffer.from(bytes, 'latin1').toString('utf8') : bytes)
