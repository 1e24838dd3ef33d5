import { readRecordText } from './record-text.ts'

/** A change of a record; an empty value deletes it. */
export interface RecordChange {
  readonly key: Uint8Array
  readonly value: Uint8Array
}

/** ctdb reads at most this many bytes as one line; the rest of a longer line counts as the next one. */
const MAX_LINE_BYTES = 1023
const NEWLINE = 0x0a
const QUOTE = 0x22
const BLANKS = [0x20, 0x09]

/**
 * The changes in the input of `ptrans`: lines `"KEY" "VALUE"`, where text behind `0x` is hexadecimal. As ctdb, skips a line that it cannot
 * read, and one whose key is empty.
 * @param onProblem called with what is wrong with a line, in the words of ctdb.
 */
export function parseTransaction(input: Uint8Array, onProblem: (problem: string) => void): RecordChange[] {
  return linesOf(input).flatMap((line) => {
    const change = parseChange(line)
    if (typeof change !== 'string') return change
    onProblem(change)
    return []
  })
}

/** What a line changes, if anything; or what is wrong with it. */
function parseChange(line: Uint8Array): RecordChange[] | string {
  const key = quoted(line)
  if (typeof key === 'string') return key
  if (key.bytes.length === 0) return []
  const value = quoted(key.rest)
  return typeof value === 'string' ? value : [{ key: key.bytes, value: value.bytes }]
}

/** Each line with its line break, up to its first NUL. */
function linesOf(input: Uint8Array): Uint8Array[] {
  const lines: Uint8Array[] = []
  for (let start = 0; start < input.length; ) {
    const longest = input.subarray(start, start + MAX_LINE_BYTES)
    const end = longest.indexOf(NEWLINE)
    const line = end === -1 ? longest : longest.subarray(0, end + 1)
    start += line.length
    const nul = line.indexOf(0)
    lines.push(nul === -1 ? line : line.subarray(0, nul))
  }
  return lines
}

/** The bytes that the quoted text at the beginning stands for, and what is behind it; or what is wrong. */
function quoted(text: Uint8Array): { bytes: Uint8Array; rest: Uint8Array } | string {
  const blanks = text.findIndex((byte) => !BLANKS.includes(byte))
  const start = blanks === -1 ? text.length : blanks
  if (text[start] !== QUOTE) return `Unsupported input format in ${textOf(text)}`
  const end = text.indexOf(QUOTE, start + 1)
  if (end === -1) return `Unmatched " in input ${textOf(text)}`
  const bytes = readRecordText(text.subarray(start + 1, end), text.subarray(end))
  return typeof bytes === 'string' ? bytes : { bytes, rest: text.subarray(end + 1) }
}

const textOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString()
