import { describe, expect, it } from 'vitest'
import { backOffMs } from '../../../src/operations/follow/back-off.ts'

describe('the delay before a retry', () => {
  it('grows to about 15 seconds', () => {
    const times = [1, 2, 3, 4, 5, 6, 100].map((failures) => backOffMs(failures, 'SSH_REFUSED', 0))
    expect(times).toEqual([800, 1_600, 3_200, 6_400, 12_000, 12_000, 12_000])
  })

  it('differs between nodes, so that they are not all retried at the same moment', () => {
    const times = Array.from({ length: 64 }, (_, pnn) => backOffMs(5, 'SSH_REFUSED', pnn)).toSorted((a, b) => a - b)
    const gaps = times.slice(1).map((time, index) => time - (times[index] ?? 0))
    expect(Math.min(...gaps)).toBeGreaterThan(20)
    expect(Math.max(...gaps)).toBeLessThan(300)
  })

  it('is long if an administrator has to act first, because failed logins may be counted', () => {
    expect(backOffMs(1, 'SSH_AUTH', 0)).toBe(800)
    expect(backOffMs(2, 'SSH_AUTH', 0)).toBe(48_000)
  })
})
