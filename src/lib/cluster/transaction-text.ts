import { CtdbtsError, saidByCtdb } from '../errors.ts'
import { recordBytes } from './record-text.ts'

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
export function parseTransaction(input: Uint8Array, onProblem: (problem: CtdbtsError) => void): RecordChange[] {
  return linesOf(input).flatMap((line) => {
    try {
      const key = quoted(line)
      if (key.bytes.length === 0) return []
      return [{ key: key.bytes, value: quoted(key.rest).bytes }]
    } catch (error) {
      if (!(error instanceof CtdbtsError)) throw error
      onProblem(error)
      return []
    }
  })
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

/** The bytes that the quoted text at the beginning stands for, and what is behind it. */
function quoted(text: Uint8Array): { bytes: Uint8Array; rest: Uint8Array } {
  const blanks = text.findIndex((byte) => !BLANKS.includes(byte))
  const start = blanks === -1 ? text.length : blanks
  if (text[start] !== QUOTE) throw invalid(`Unsupported input format in ${textOf(text)}`)
  const end = text.indexOf(QUOTE, start + 1)
  if (end === -1) throw invalid(`Unmatched " in input ${textOf(text)}`)
  return { bytes: recordBytes(text.subarray(start + 1, end), text.subarray(end)), rest: text.subarray(end + 1) }
}

const textOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString()
const invalid = (line: string) => saidByCtdb('BAD_RECORD_TEXT', line)
