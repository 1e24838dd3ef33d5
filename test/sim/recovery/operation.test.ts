import { describe, expect, it } from 'vitest'
import { messageText } from '../../../src/lib/log/messages.ts'
import type { Log } from '../../../src/sim/daemon/log.ts'
import { VirtualClock } from '../../../src/sim/process/clock.ts'
import { Program } from '../../../src/sim/process/program.ts'
import { Operation } from '../../../src/sim/recovery/operation.ts'

function setUp() {
  const clock = new VirtualClock(0)
  const lines: string[] = []
  const log: Log = (_, name, ...values) => lines.push(messageText(name, 'now', values)?.text ?? '')
  return { clock, lines, operation: new Operation('takeover runs', new Program(clock, () => {}), log) }
}

describe('an operation', () => {
  it('runs one at a time', () => {
    const { operation, lines } = setUp()
    expect([operation.begin(), operation.begin()]).toEqual([true, false])
    operation.end()
    expect([operation.begin(), lines]).toEqual([true, []])
  })

  it('cannot begin while it is disabled', () => {
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

  it('is enabled again by 0 seconds, and not a second time after the timeout', () => {
    const { operation, clock, lines } = setUp()
    operation.disable(60)
    expect([operation.disable(0), operation.isDisabled]).toEqual([true, false])
    clock.advanceBy(120_000)
    expect(lines).toEqual(['Disabling takeover runs for 60 seconds', 'Reenabling takeover runs'])
  })

  it('is disabled for the time that was requested last', () => {
    const { operation, clock } = setUp()
    operation.disable(10)
    operation.disable(60)
    clock.advanceBy(30_000)
    expect(operation.isDisabled).toBe(true)
    operation.disable(10)
    clock.advanceBy(10_000)
    expect(operation.isDisabled).toBe(false)
  })

  it('cannot be disabled while it is in progress, but enabled', () => {
    const { operation, lines } = setUp()
    operation.begin()
    expect([operation.disable(60), operation.isDisabled, operation.disable(0)]).toEqual([false, false, true])
    expect(lines).toEqual(['Unable to disable takeover runs - in progress', 'Reenabling takeover runs'])
  })
})
