import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { firstBlockSince } from '../../../src/operations/logs/find-part.ts'

/** The sum up to each. */
function running(steps: readonly number[]): readonly number[] {
  const times: number[] = []
  for (const step of steps) times.push((times.at(-1) ?? 0) + step)
  return times
}

describe('the first block that is wanted', () => {
  it('has or follows the time before, is the last such one, and is found with few looks', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 200 }),
        fc.integer(),
        async (steps, n) => {
          let ms = 0
          const times = steps.map((step) => (ms += step))
          const sinceMs = Math.abs(n) % (ms + 10)
          let looks = 0
          const block = await firstBlockSince(sinceMs, times.length, async (at) => {
            looks += 1
            return times[at]
          })
          const expected = times.findLastIndex((each) => each < sinceMs)
          expect(block).toBe(Math.max(0, expected))
          expect(looks).toBeLessThanOrEqual(1 + Math.ceil(Math.log2(times.length)))
        },
      ),
    )
  })

  it('never leaves out anything where blocks have no times', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.integer({ min: 1, max: 9 }), fc.boolean()), { minLength: 1, maxLength: 60 }),
        fc.nat(400),
        async (steps, sinceMs) => {
          const times = running(steps.map(([step]) => step))
          const block = await firstBlockSince(sinceMs, times.length, async (at) => (steps[at]?.[1] ? times[at] : undefined))
          // All that is before the block was written before its first line, which is older.
          if (block > 0) expect(times[block]).toBeLessThan(sinceMs)
        },
      ),
    )
  })
})
