import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest'
import { LookSchedule } from '../../../src/transport/reach/look-schedule.ts'

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

/** A schedule whose looks take so long, and when each began and ended. */
function scheduled(intervalMs: number, tookMs: number) {
  const startMs = performance.now()
  const began: number[] = []
  let underWay = 0
  const schedule = new LookSchedule(intervalMs, async () => {
    began.push(performance.now() - startMs)
    expect(++underWay).toBe(1)
    await new Promise((resolve) => setTimeout(resolve, tookMs))
    underWay--
  })
  onTestFinished(() => schedule[Symbol.dispose]())
  return { schedule, began }
}

describe('a schedule of looks', () => {
  it('measures the interval from beginning to beginning', async () => {
    const { schedule, began } = scheduled(2_000, 300)
    schedule.now()
    await vi.advanceTimersByTimeAsync(9_000)
    expect(began).toEqual([0, 2_000, 4_000, 6_000, 8_000])
  })

  it('rests for a moment after a look that took longer than the interval', async () => {
    const { schedule, began } = scheduled(1_000, 1_500)
    schedule.now()
    await vi.advanceTimersByTimeAsync(6_000)
    expect(began).toEqual([0, 2_250, 4_500])
  })

  it('makes one look of many events, and one more of those that come meanwhile', async () => {
    const { schedule, began } = scheduled(60_000, 100)
    schedule.now()
    await vi.advanceTimersByTimeAsync(1_000)
    for (let event = 0; event < 2_000; event++) schedule.soon()
    await vi.advanceTimersByTimeAsync(100)
    for (let event = 0; event < 2_000; event++) schedule.soon()
    await vi.advanceTimersByTimeAsync(10_000)
    expect(began).toEqual([0, 1_080, 1_230])
  })

  it('looks later when that is wanted, unless something else is wanted instead', async () => {
    const { schedule, began } = scheduled(60_000, 10)
    schedule.now()
    await vi.advanceTimersByTimeAsync(1_000)
    schedule.later(performance.now() + 500)
    await vi.advanceTimersByTimeAsync(400)
    schedule.later(performance.now() + 500)
    await vi.advanceTimersByTimeAsync(5_000)
    expect(began).toEqual([0, 1_900])
  })

  it('makes no look while it is paused, but the one that is asked for', async () => {
    const { schedule, began } = scheduled(1_000, 10)
    schedule.pause()
    schedule.soon()
    await vi.advanceTimersByTimeAsync(5_000)
    expect(began).toEqual([])
    schedule.now()
    await vi.advanceTimersByTimeAsync(5_000)
    expect(began).toEqual([5_000])
    schedule.resume()
    schedule.setInterval(3_000)
    await vi.advanceTimersByTimeAsync(4_000)
    expect(began).toEqual([5_000, 10_000, 13_000])
  })

  it('makes none any more when it is disposed of', async () => {
    const { schedule, began } = scheduled(1_000, 10)
    schedule.now()
    schedule[Symbol.dispose]()
    schedule.soon()
    schedule.now()
    await vi.advanceTimersByTimeAsync(5_000)
    expect(began).toEqual([])
    expect(vi.getTimerCount()).toBe(0)
  })
})
