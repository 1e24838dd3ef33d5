import { TimeReader } from './line-time.ts'
import { MessageLines } from './message-line.ts'
import { type TimeSettings, timeOfLine } from './time-settings.ts'

/** A line of CTDB's log, to be shown. */
export interface LogText {
  /** Milliseconds since 1970, by the clock of the node. */
  readonly atMs: number
  /** `ctdb-recoverd: Takeover run starting`. As the node wrote it: escape it before you print it. */
  readonly text: string
}

/** No message of CTDB is longer. */
const LONGEST_TEXT = 2_000

/** Reads the lines of a log of CTDB one after the other, for people. Lines of other programs are left out. */
export class LogTexts {
  private readonly reader = new TimeReader()
  private readonly messages = new MessageLines()
  private readonly times: TimeSettings

  constructor(times: TimeSettings) {
    this.times = times
  }

  /** @param line Latin-1, without its end. */
  read(line: string): LogText | undefined {
    const { reader } = this
    if (!reader.read(line)) return undefined
    const message = this.messages.read(line.slice(reader.length))
    if (!message?.isOfCtdb) return undefined
    const text = `${message.program}: ${message.text}`.slice(0, LONGEST_TEXT)
    return { atMs: timeOfLine(reader, this.times), text }
  }
}
