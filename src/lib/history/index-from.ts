/** The index of the first that is not before a time, of all that are in the order of time; their number if there is none. */
export function indexFrom<T>(all: readonly T[], ms: number, timeOf: (each: T) => number): number {
  let [low, high] = [0, all.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if (timeOf(all[middle] as T) < ms) low = middle + 1
    else high = middle
  }
  return low
}
