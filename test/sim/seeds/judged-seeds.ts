import { afterAll, describe, expect, it } from 'vitest'
import { batchesOf, SeedThreads } from './seed-threads.ts'

/** What was said of a random cluster, compared with what was so. */
export interface Judged<Counts> {
  readonly seed: number
  /** What was said, but was not so. */
  readonly wrong: readonly string[]
  /** How often something could be said, and how often it was. */
  readonly counts: Counts
  /** What was done to the world. */
  readonly done: readonly string[]
}

interface JudgedSeeds<Counts> {
  /** What is compared: `owners, times and causes`. */
  readonly compared: string
  /** In front of the totals that are printed. */
  readonly summary: string
  readonly count: number
  /** The module of a thread that answers a range of seeds with their results. */
  readonly thread: URL
  /** One seed, with all that is known of it as lines. */
  readonly one: (seed: number) => { readonly wrong: readonly string[]; readonly lines: readonly string[] }
  /** What must be said of all that happens, as parts of 1: nobody is to be right by saying nothing. */
  readonly least: readonly { readonly part: keyof Counts; readonly of: keyof Counts; readonly share: number }[]
}

const BATCH = 20
/** Generous, even for a slow machine that runs other batches at the same time. */
const LIMIT_MS_PER_SEED = 5_000

/** The tests of what is said of random clusters, of many or of that of SIM_SEED; to be called in a `describe`. */
export function testJudgedSeeds<Counts extends object>(seeds: JudgedSeeds<Counts>): void {
  const { compared, summary, count, thread, one, least } = seeds
  const only = process.env.SIM_SEED
  const totals: Partial<Record<keyof Counts, number>> = {}

  /** @returns what was said that was not so. */
  function check({ seed, wrong, counts, done }: Judged<Counts>): string[] {
    for (const [name, value] of Object.entries(counts)) {
      const key = name as keyof Counts
      totals[key] = (totals[key] ?? 0) + value
    }
    return wrong.slice(0, 1).map((text) => `SIM_SEED=${seed} shows it: ${text}; what was done: ${done.join('; ')}`)
  }

  if (only !== undefined) {
    it(`is so: seed ${only}`, { timeout: 60_000 }, () => {
      const { lines, wrong } = one(Number(only))
      process.stdout.write(`${lines.join('\n')}\n`)
      expect(wrong).toEqual([])
    })
    return
  }
  const threads = new SeedThreads<readonly Judged<Counts>[]>(thread)
  afterAll(async () => {
    await threads.close()
    process.stdout.write(`${summary}: ${JSON.stringify(totals)}\n`)
  })

  describe.concurrent(`is so: ${compared}`, () => {
    for (const { from, to } of batchesOf(count, BATCH)) {
      it(`seeds ${from} to ${to - 1}`, { timeout: count * LIMIT_MS_PER_SEED }, async ({ expect }) => {
        const results = await threads.run({ from, to })
        expect(results).toHaveLength(to - from)
        expect(results.flatMap(check)).toEqual([])
      })
    }
  })

  it('is not right by saying nothing', () => {
    for (const { part, of, share } of least) {
      expect((totals[part] ?? 0) / (totals[of] ?? 1), String(part)).toBeGreaterThan(share)
    }
  })
}
