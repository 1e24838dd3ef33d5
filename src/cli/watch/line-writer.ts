import type { Writable } from 'node:stream'

/** How much may wait for a slow reader. A watch runs for weeks; without a limit, its memory could grow without end. */
const MAX_WAITING_BYTES = 8 << 20

/**
 * Returns a function that writes a line, or drops it while too much earlier output has not been read. Once that has been read, it writes how
 * many lines were dropped, as `leftOut` words it.
 */
export function lineWriter(
  output: Writable,
  leftOut: (count: number) => string,
  maxWaitingBytes = MAX_WAITING_BYTES,
): (line: string) => void {
  let missing = 0
  const resume = () => {
    output.write(`${leftOut(missing)}\n`)
    missing = 0
  }
  return (line) => {
    if (missing === 0 && output.writableLength <= maxWaitingBytes) {
      output.write(`${line}\n`)
      return
    }
    if (missing === 0) output.once('drain', resume)
    missing += 1
  }
}
