import type { Writable } from 'node:stream'

/** So much may wait for a slow reader; a watch goes on for weeks, and more would be memory that grows without end. */
const MOST_WAITING_BYTES = 8 << 20

/**
 * Returns what writes a line, or leaves it out while too much of what was written before has not been read. When that has been, it says
 * how many lines are missing, in the words of `leftOut`.
 */
export function lineWriter(
  output: Writable,
  leftOut: (count: number) => string,
  mostWaitingBytes = MOST_WAITING_BYTES,
): (line: string) => void {
  let missing = 0
  const goOn = () => {
    output.write(`${leftOut(missing)}\n`)
    missing = 0
  }
  return (line) => {
    if (missing === 0 && output.writableLength <= mostWaitingBytes) {
      output.write(`${line}\n`)
      return
    }
    if (missing === 0) output.once('drain', goOn)
    missing += 1
  }
}
