import { afterEach, describe, expect, it, vi } from 'vitest'
import { type GlobalOptions, limitRunTime, runTimeLeft } from '../../src/cli/run-options.ts'

/** The milliseconds of the limit that it sets; undefined for none. */
function limitMs(environment: string | undefined, maxruntime?: number): number | undefined {
  vi.useFakeTimers()
  vi.stubEnv('CTDB_TIMEOUT', environment)
  const set = vi.spyOn(globalThis, 'setTimeout')
  limitRunTime({ maxruntime, json: false } as GlobalOptions)()
  return set.mock.calls[0]?.[1]
}

describe('the total time limit', () => {
  afterEach(() => {
    vi.useRealTimers()
    vi.unstubAllEnvs()
    vi.restoreAllMocks()
  })

  // Each was tried with ctdb 4.17.
  it.each([
    { environment: undefined, ms: 120_000 },
    { environment: '5', ms: 5_000 },
    { environment: ' +3', ms: 3_000 },
    { environment: '0x10', ms: 16_000 },
    { environment: '010', ms: 8_000 },
    { environment: '5x', ms: 5_000 },
    { environment: '0', ms: undefined },
    { environment: '09', ms: undefined },
  ])('is $ms ms with CTDB_TIMEOUT=$environment', ({ environment, ms }) => {
    expect(limitMs(environment)).toBe(ms)
  })

  it.each(['', 'abc', '-1', '99999999999999999999'])('cannot be CTDB_TIMEOUT=%j', (environment) => {
    expect(() => limitMs(environment)).toThrow(
      expect.objectContaining({ code: 'BAD_NUMBER', message: 'Invalid value CTDB_TIMEOUT' }),
    )
  })

  it('is that of -T, unless that is 0', () => {
    expect(limitMs('5', 7)).toBe(7_000)
    expect(limitMs('5', 0)).toBe(5_000)
    expect(limitMs('5', -1)).toBeUndefined()
  })
})

describe('what is left of it for a program elsewhere', () => {
  afterEach(() => {
    vi.useRealTimers()
    vi.unstubAllEnvs()
  })

  it.each([
    { maxruntime: 5, environment: undefined, seconds: 4 },
    { maxruntime: undefined, environment: '30', seconds: 29 },
    { maxruntime: undefined, environment: undefined, seconds: 119 },
    { maxruntime: 1, environment: undefined, seconds: 1 },
    { maxruntime: -1, environment: undefined, seconds: 2_147_483 },
  ])('is $seconds s with -T $maxruntime and CTDB_TIMEOUT=$environment', ({ maxruntime, environment, seconds }) => {
    vi.useFakeTimers()
    vi.stubEnv('CTDB_TIMEOUT', environment)
    const left = runTimeLeft({ maxruntime } as GlobalOptions)
    vi.advanceTimersByTime(300)
    expect(left()).toBe(seconds)
  })
})
