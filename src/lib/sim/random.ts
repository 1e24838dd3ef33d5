import { uniformInt } from 'pure-rand/distribution/uniformInt'
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus'

/** Chance, all of it from one seed: the same questions get the same answers each time. */
export class Random {
  private readonly generator

  constructor(seed: number) {
    this.generator = xoroshiro128plus(seed)
  }

  /** A whole number between both, both included. */
  between(from: number, to: number): number {
    return uniformInt(this.generator, from, to)
  }

  /** True in so many of a hundred cases. */
  percent(chance: number): boolean {
    return this.between(0, 99) < chance
  }

  /** One of a list that is not empty. */
  pick<T>(list: readonly T[]): T {
    return list[this.between(0, list.length - 1)] as T
  }
}
