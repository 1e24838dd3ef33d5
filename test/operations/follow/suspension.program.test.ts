import { expect, it } from 'vitest'
import { SuspensionDetector } from '../../../src/operations/follow/suspension.ts'

it('detects that the process was suspended', () => {
  using suspension = new SuspensionDetector()
  const before = performance.now()
  expect(suspension.wasSuspendedSince(before)).toBe(false)
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 2_600)
  expect(suspension.wasSuspendedSince(before)).toBe(true)
  expect(suspension.wasSuspendedSince(performance.now())).toBe(false)
})
