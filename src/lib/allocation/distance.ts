import type { Key128 } from '../address/key128.ts'

/**
 * The squared distances of addresses, as LCP2 measures them: the distance of two keys is the sum over their four 32-bit words of the
 * leading zero bits of the words' XOR (32 for an equal word; words behind the first that differs count too).
 */
export class Distances {
  /** The words in which any two addresses differ, one array each. For IPv4 that is only the last word. */
  private readonly words: readonly Uint32Array[]
  /** What the words that all addresses share add to each distance. */
  private readonly base: number

  constructor(keys: readonly Key128[]) {
    const columns = [0, 1, 2, 3].map((word) => Uint32Array.from(keys, (key) => key[word] as number))
    this.words = columns.filter((column) => column.some((value) => value !== column[0]))
    this.base = 32 * (4 - this.words.length)
  }

  /**
   * For each of `ips`, adds `sign` times its squared distance to `ip` to its place in `sums`, modulo 2^32. The distance to itself counts
   * as 0.
   */
  addTo(sums: Uint32Array, ips: Int32Array, ip: number, sign: 1 | -1): void {
    const { words, base } = this
    const own = sums[ip] as number
    const [only = new Uint32Array()] = words
    // The common case is written out because that halves the time. Index loops, because iterating over typed arrays is slow.
    if (words.length === 1) {
      const word = only[ip] as number
      for (let index = 0; index < ips.length; index++) {
        const other = ips[index] as number
        const distance = base + Math.clz32((only[other] as number) ^ word)
        sums[other] = (sums[other] as number) + sign * distance * distance
      }
    } else {
      for (let index = 0; index < ips.length; index++) {
        const other = ips[index] as number
        let distance = base
        for (const column of words) distance += Math.clz32((column[other] as number) ^ (column[ip] as number))
        sums[other] = (sums[other] as number) + sign * distance * distance
      }
    }
    sums[ip] = own
  }
}
