import { describe, expect, it } from 'vitest'
import { EventScripts } from '../../../src/sim/daemon/event-scripts.ts'
import { VirtualClock } from '../../../src/sim/process/clock.ts'
import { Program } from '../../../src/sim/process/program.ts'
import { already, begin } from '../../../src/sim/process/wait.ts'

/** Scripts that take 10 ms, one event at a time. */
function scripts() {
  const clock = new VirtualClock(1000)
  const program = new Program(clock, (error) => {
    throw error
  })
  const behaviour = { delayMs: () => 10, failing: new Set<never>(), slowMs: new Map(), laterMs: new Map() }
  return { clock, behaviour, events: new EventScripts(program, () => {}, behaviour, true) }
}

describe('the last run of an event', () => {
  it('does not exist at first', () => {
    expect(scripts().events.lastRuns.size).toBe(0)
  })

  it('is kept with its times, its result and its output', () => {
    const { clock, events } = scripts()
    begin(events.run('takeip', [], 5000, already({ ok: false, output: ['so', 'what'] })))
    clock.advanceBy(100)
    expect(events.lastRuns.get('takeip')).toEqual({ beganMs: 1000, endedMs: 1010, result: 1, output: ['so', 'what'] })
  })

  it('has the result of the real event daemon when it was too slow', () => {
    const { clock, events, behaviour } = scripts()
    behaviour.slowMs.set('monitor', 60_000)
    begin(events.run('monitor', [], 5000))
    clock.advanceBy(10_000)
    expect(events.lastRuns.get('monitor')).toEqual({ beganMs: 1000, endedMs: 6000, result: -110, output: [] })
  })

  it('stays when a later one is cancelled', () => {
    const { clock, events } = scripts()
    begin(events.run('monitor', [], 5000))
    clock.advanceBy(100)
    begin(events.run('monitor', [], 5000))
    begin(events.run('takeip', [], 5000))
    clock.advanceBy(100)
    expect(events.lastRuns.get('monitor')).toMatchObject({ beganMs: 1000 })
    expect(events.lastRuns.get('takeip')).toMatchObject({ beganMs: 1100, result: 0 })
  })
})
