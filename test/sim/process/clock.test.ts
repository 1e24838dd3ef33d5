import { describe, expect, it } from 'vitest'
import { VirtualClock } from '../../../src/sim/process/clock.ts'

describe('a virtual clock', () => {
  it('runs actions in the order of their times, and at the same time in the order of their scheduling', () => {
    const clock = new VirtualClock(1_000)
    const done: string[] = []
    clock.after(20, () => done.push(`b at ${clock.nowMs}`))
    clock.after(10, () => done.push(`a at ${clock.nowMs}`))
    clock.after(20, () => done.push(`c at ${clock.nowMs}`))
    clock.after(-5, () => done.push(`at once, at ${clock.nowMs}`))
    clock.advanceBy(50)
    expect(done).toEqual(['at once, at 1000', 'a at 1010', 'b at 1020', 'c at 1020'])
    expect(clock.nowMs).toBe(1_050)
  })

  it('only moves when it is advanced, and no further than that', () => {
    const clock = new VirtualClock(0)
    const done: number[] = []
    clock.after(100, () => done.push(clock.nowMs))
    clock.advanceTo(99)
    expect([done, clock.nowMs]).toEqual([[], 99])
    clock.advanceTo(100)
    expect(done).toEqual([100])
  })

  it('never goes back', () => {
    const clock = new VirtualClock(500)
    clock.advanceTo(100)
    expect(clock.nowMs).toBe(500)
  })

  it('runs actions that are scheduled while it advances, at their times', () => {
    const clock = new VirtualClock(0)
    const done: string[] = []
    clock.after(10, () => {
      clock.after(0, () => done.push(`next at ${clock.nowMs}`))
      clock.after(5, () => done.push(`later at ${clock.nowMs}`))
      done.push(`first at ${clock.nowMs}`)
    })
    clock.after(10, () => done.push(`beside at ${clock.nowMs}`))
    clock.advanceBy(20)
    expect(done).toEqual(['first at 10', 'beside at 10', 'next at 10', 'later at 15'])
  })

  it('never runs a cancelled action, and leaves it out of the next time', () => {
    const clock = new VirtualClock(0)
    const done: string[] = []
    const cancel = clock.after(10, () => done.push('called off'))
    clock.after(30, () => done.push('stays'))
    expect(clock.nextAtMs).toBe(10)
    cancel()
    cancel()
    expect(clock.nextAtMs).toBe(30)
    clock.advanceBy(100)
    expect(done).toEqual(['stays'])
    expect(clock.nextAtMs).toBeUndefined()
  })

  it('keeps the order of the others when thousands are cancelled', () => {
    const clock = new VirtualClock(0)
    const done: number[] = []
    const cancels = Array.from({ length: 5_000 }, (_, index) => {
      const delayMs = (index * 7_919) % 5_000
      return { delayMs, cancel: clock.after(delayMs, () => done.push(delayMs)) }
    })
    for (const { delayMs, cancel } of cancels) if (delayMs % 10 !== 0) cancel()
    clock.advanceBy(5_000)
    expect(done).toEqual(Array.from({ length: 500 }, (_, index) => index * 10))
  })

  it('lets an action cancel another one that is due at the same time', () => {
    const clock = new VirtualClock(0)
    const done: string[] = []
    clock.after(10, () => cancel())
    const cancel = clock.after(10, () => done.push('called off'))
    clock.advanceBy(10)
    expect(done).toEqual([])
  })
})
