import { uniformInt } from 'pure-rand/distribution/uniformInt'
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus'

/** Random numbers from a seed: the same seed gives the same sequence. */
export class Random {
  private readonly generator

  constructor(seed: number) {
    this.generator = xoroshiro128plus(seed)
  }

  /** An integer from `from` to `to`, both included. */
  between(from: number, to: number): number {
    return uniformInt(this.generator, from, to)
  }

  /** True with this probability in percent. */
  percent(chance: number): boolean {
    return this.between(0, 99) < chance
  }

  /** A random item of a non-empty list. */
  pick<T>(list: readonly T[]): T {
    return list[this.between(0, list.length - 1)] as T
  }
}
