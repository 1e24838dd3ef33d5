import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest'
import { SampleSchedule } from '../../../src/operations/follow/sample-schedule.ts'

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
  const schedule = new SampleSchedule(intervalMs, async () => {
    began.push(performance.now() - startMs)
    expect(++underWay).toBe(1)
    await new Promise((resolve) => setTimeout(resolve, tookMs))
    underWay--
  })
  onTestFinished(() => schedule[Symbol.dispose]())
  return { schedule, began }
}

describe('a schedule of samples', () => {
  it('measures the interval from start to start', async () => {
    const { schedule, began } = scheduled(2_000, 300)
    schedule.now()
    await vi.advanceTimersByTimeAsync(9_000)
    expect(began).toEqual([0, 2_000, 4_000, 6_000, 8_000])
  })

  it('pauses after a sample that took longer than the interval', async () => {
    const { schedule, began } = scheduled(1_000, 1_500)
    schedule.now()
    await vi.advanceTimersByTimeAsync(6_000)
    expect(began).toEqual([0, 2_250, 4_500])
  })

  it('takes one sample for many events, and one more for those that arrive during it', async () => {
    const { schedule, began } = scheduled(60_000, 100)
    schedule.now()
    await vi.advanceTimersByTimeAsync(1_000)
    for (let event = 0; event < 2_000; event++) schedule.soon()
    await vi.advanceTimersByTimeAsync(100)
    for (let event = 0; event < 2_000; event++) schedule.soon()
    await vi.advanceTimersByTimeAsync(10_000)
    expect(began).toEqual([0, 1_080, 1_230])
  })

  it('takes a sample at a given time, unless another time is given', async () => {
    const { schedule, began } = scheduled(60_000, 10)
    schedule.now()
    await vi.advanceTimersByTimeAsync(1_000)
    schedule.later(performance.now() + 500)
    await vi.advanceTimersByTimeAsync(400)
    schedule.later(performance.now() + 500)
    await vi.advanceTimersByTimeAsync(5_000)
    expect(began).toEqual([0, 1_900])
  })

  it('takes no samples while paused, except on request', async () => {
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

  it('takes no more samples after it is disposed of', async () => {
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
