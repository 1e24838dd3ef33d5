import { type MessageLine, messageLine } from './message-line.ts'
import { utf8 } from './utf8.ts'

/** An entry of a journal. */
export interface JournalLine {
  readonly atMs: number
  readonly line: MessageLine
}

/** An entry of `journalctl -o json`, one in each line; undefined if it is something else. @param line Latin-1. */
export function readJournalJson(line: string): JournalLine | undefined {
  try {
    const fields: unknown = JSON.parse(utf8(line))
    return typeof fields === 'object' && fields !== null ? lineOf(fields as Fields) : undefined
  } catch {
    return undefined
  }
}

type Fields = Readonly<Record<string, unknown>>

function lineOf(fields: Fields): JournalLine | undefined {
  const own = (name: string) => (Object.hasOwn(fields, name) ? fields[name] : undefined)
  const micros = Number(own('_SOURCE_REALTIME_TIMESTAMP') ?? own('__REALTIME_TIMESTAMP'))
  const text = textOf(own('MESSAGE'))
  if (!Number.isFinite(micros) || text === undefined) return undefined
  const program = textOf(own('SYSLOG_IDENTIFIER')) ?? textOf(own('_COMM')) ?? ''
  const pid = Number(own('SYSLOG_PID') ?? own('_PID') ?? 0) || 0
  const host = textOf(own('_HOSTNAME')) ?? ''
  return { atMs: micros / 1_000, line: messageLine({ host, program, pid }, text) }
}

/** The journal gives text that is not UTF-8 as a list of bytes. */
function textOf(value: unknown): string | undefined {
  if (typeof value === 'string') return value
  if (!Array.isArray(value) || !value.every((each) => Number.isInteger(each) && each >= 0 && each <= 255)) return undefined
  return Buffer.from(value.slice(0, LONGEST_BYTES) as number[]).toString()
}

const LONGEST_BYTES = 8_192

/** The fields that are of use; an entry may have hundreds of others. */
const USED = new Set([
  '_SOURCE_REALTIME_TIMESTAMP',
  '__REALTIME_TIMESTAMP',
  'MESSAGE',
  'SYSLOG_IDENTIFIER',
  '_COMM',
  'SYSLOG_PID',
  '_PID',
  '_HOSTNAME',
])

/** The size that stands before a value with line breaks or control characters. */
const SIZE_BYTES = 8
const LONGEST_VALUE = 65_536

/** Reads `journalctl -o export`: fields in lines of their own, and an empty line after each entry. */
export class JournalExport {
  private fields: Record<string, string> = {}
  /** A field whose value comes with its size, and what has come of both. */
  private open: { readonly name: string; value: string } | undefined

  /** Whether a file that begins with this line is such an export. */
  static isBegin(line: string): boolean {
    return /^__(?:CURSOR|REALTIME_TIMESTAMP|SEQNUM)=/.test(line)
  }

  /** Takes a line and returns an entry when it is complete. */
  take(line: string): JournalLine | undefined {
    if (this.open) return this.takeValue(this.open, line)
    if (line === '') return this.end()
    const equals = line.indexOf('=')
    if (equals === -1) this.open = { name: line, value: '' }
    else this.set(line.slice(0, equals), line.slice(equals + 1))
    return undefined
  }

  /** The last entry, whose end may be missing. */
  end(): JournalLine | undefined {
    const { fields } = this
    this.fields = {}
    this.open = undefined
    return lineOf(fields)
  }

  private takeValue(open: NonNullable<JournalExport['open']>, line: string): undefined {
    open.value += `${line}\n`
    if (open.value.length < SIZE_BYTES) return
    const size = sizeOf(open.value)
    // A size that cannot be is not one: the file is broken here.
    if (size <= LONGEST_VALUE && open.value.length < SIZE_BYTES + size + 1) return
    if (size <= LONGEST_VALUE) this.set(open.name, open.value.slice(SIZE_BYTES, SIZE_BYTES + size))
    this.open = undefined
  }

  private set(name: string, value: string): void {
    if (USED.has(name)) this.fields[name] = utf8(value)
  }
}

/** A number of 64 bits, the lowest byte first. */
function sizeOf(text: string): number {
  let size = 0
  for (let index = SIZE_BYTES - 1; index >= 0; index--) size = size * 256 + (text.charCodeAt(index) & 0xff)
  return size
}
