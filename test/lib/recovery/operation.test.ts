import { describe, expect, it } from 'vitest'
import { wordsOf } from '../../../src/lib/log/lines.ts'
import type { Log } from '../../../src/lib/node/log.ts'
import { VirtualClock } from '../../../src/lib/process/clock.ts'
import { Program } from '../../../src/lib/process/program.ts'
import { Operation } from '../../../src/lib/recovery/operation.ts'

function setUp() {
  const clock = new VirtualClock(0)
  const lines: string[] = []
  const log: Log = (_, name, ...values) => lines.push(wordsOf(name, 'now', values)?.text ?? '')
  return { clock, lines, operation: new Operation('takeover runs', new Program(clock, () => {}), log) }
}

describe('an operation', () => {
  it('is done by one at a time', () => {
    const { operation, lines } = setUp()
    expect([operation.begin(), operation.begin()]).toEqual([true, false])
    operation.end()
    expect([operation.begin(), lines]).toEqual([true, []])
  })

  it('cannot begin while it is switched off, for as long as that was said', () => {
    const { operation, clock, lines } = setUp()
    expect([operation.disable(60), operation.isDisabled, operation.begin()]).toEqual([true, true, false])
    clock.advanceBy(59_999)
    expect(operation.isDisabled).toBe(true)
    clock.advanceBy(1)
    expect([operation.isDisabled, operation.begin()]).toEqual([false, true])
    expect(lines).toEqual([
      'Disabling takeover runs for 60 seconds',
      'Unable to begin - takeover runs are disabled',
      'Reenabling takeover runs after timeout',
    ])
  })

  it('is switched on again by 0 seconds, and not a second time when the time is over', () => {
    const { operation, clock, lines } = setUp()
    operation.disable(60)
    expect([operation.disable(0), operation.isDisabled]).toEqual([true, false])
    clock.advanceBy(120_000)
    expect(lines).toEqual(['Disabling takeover runs for 60 seconds', 'Reenabling takeover runs'])
  })

  it('is switched off for as long as was said last', () => {
    const { operation, clock } = setUp()
    operation.disable(10)
    operation.disable(60)
    clock.advanceBy(30_000)
    expect(operation.isDisabled).toBe(true)
    operation.disable(10)
    clock.advanceBy(10_000)
    expect(operation.isDisabled).toBe(false)
  })

  it('cannot be switched off while it is in progress, but on', () => {
    const { operation, lines } = setUp()
    operation.begin()
    expect([operation.disable(60), operation.isDisabled, operation.disable(0)]).toEqual([false, false, true])
    expect(lines).toEqual(['Unable to disable takeover runs - in progress', 'Reenabling takeover runs'])
  })
})
