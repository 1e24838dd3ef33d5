import { type ReadMessage, readMessage } from '../log/reader.ts'

/** What a line of a log has behind its time. */
export interface MessageLine {
  /** Empty if the line has none. */
  readonly host: string
  /** `ctdbd`, `ctdb-recoverd`, …, or another program. */
  readonly program: string
  readonly pid: number
  readonly text: string
  /** Whether the program is one of CTDB's. */
  readonly isOfCtdb: boolean
  /** What the message says; undefined if it is not known, or of another program. */
  readonly read: ReadMessage | undefined
}

/** `host program[7]: `; the old files of CTDB have `[program:7]: ` or `[7]: `, mostly without a host. */
const WHO = /^(?:([^ [\]:]+) )?(?:([^ [\]:]+)(?:\[(\d+)\])?|\[(?:([\w-]+):)? *(\d+)\]): ?/
/** RFC 5424: `host program pid msgid data `, a dash for what is absent. */
const WHO_5424 = /^(\S+) (\S+) (\S+) \S+ (?:-|(?:\[[^\]]*\])+) ?/

/** A line with its message. The text is UTF-8. */
export function messageLine(
  who: { readonly host: string; readonly program: string; readonly pid: number },
  text: string,
): MessageLine {
  const isOfCtdb = isProgramOfCtdb(who.program)
  return { ...who, text, isOfCtdb, read: isOfCtdb ? readMessage(text) : undefined }
}

const isProgramOfCtdb = (program: string): boolean =>
  program.startsWith('ctdb') || program === 'recoverd' || program === 'eventd' || program === 'recovery' || program === 'takeover'

/** So many different lines are kept. */
const MOST_KNOWN = 20_000

/** Reads what lines have behind their times. The same lines come again and again, and are read once. */
export class MessageLines {
  private readonly known = new Map<string, MessageLine>()

  /**
   * @param rest Latin-1: each character is a byte of the file.
   * @returns undefined if no program is named.
   */
  read(rest: string): MessageLine | undefined {
    return this.known.get(rest) ?? this.keep(rest)
  }

  private keep(rest: string): MessageLine | undefined {
    // A part of a text would keep all of it in memory.
    const bytes = Buffer.from(rest, 'latin1')
    const line = parse(bytes.toString())
    if (!line?.isOfCtdb) return line
    if (this.known.size >= MOST_KNOWN) this.known.clear()
    this.known.set(bytes.toString('latin1'), line)
    return line
  }
}

function parse(rest: string): MessageLine | undefined {
  const who = WHO.exec(rest)
  if (!who) return undefined
  const [all, host = '', program, pid, oldName = 'ctdbd', oldPid] = who
  return messageLine({ host, program: program ?? oldName, pid: Number(pid ?? oldPid ?? 0) }, rest.slice(all.length))
}

/** Reads what a line of RFC 5424 has behind its time. */
export function readLine5424(rest: string): MessageLine | undefined {
  const who = WHO_5424.exec(rest)
  if (!who) return undefined
  const [all, host, program, pid] = who
  return messageLine({ host: absent(host), program: absent(program), pid: Number(absent(pid)) || 0 }, rest.slice(all.length))
}

const absent = (text = '-'): string => (text === '-' ? '' : text)
