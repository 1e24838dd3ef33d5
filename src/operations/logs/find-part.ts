/** Reads a block of a file, by its number from 0; the time of its first line, undefined if it has none. */
type TimeOfBlock = (block: number) => Promise<number | undefined>

/** A file without times in so many blocks is not searched further. */
const TRIES = 4

/**
 * The first block of a log that has to be read for what was written since a time. The lines are in the order of time, so that a few blocks are
 * looked at. Where no line has a time, more is read than needed.
 */
export async function firstBlockSince(sinceMs: number, blocks: number, timeOf: TimeOfBlock): Promise<number> {
  let [from, to] = [0, blocks]
  // What is before `from` is too old; the block at `to` is not.
  while (to - from > 1) {
    const middle = (from + to) >> 1
    const found = await nextTime(middle, to, timeOf)
    if (found === undefined) to = middle
    else if (found.ms < sinceMs) from = found.block
    else to = middle
  }
  return from
}

async function nextTime(
  block: number,
  before: number,
  timeOf: TimeOfBlock,
): Promise<{ readonly block: number; readonly ms: number } | undefined> {
  for (let at = block; at < Math.min(before, block + TRIES); at++) {
    const ms = await timeOf(at)
    if (ms !== undefined) return { block: at, ms }
  }
  return undefined
}
