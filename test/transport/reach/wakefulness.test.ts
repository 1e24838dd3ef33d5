import { expect, it } from 'vitest'
import { Wakefulness } from '../../../src/transport/reach/wakefulness.ts'

it('knows that the process did nothing for a while', () => {
  using wakefulness = new Wakefulness()
  const before = performance.now()
  expect(wakefulness.sleptSince(before)).toBe(false)
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 2_600)
  expect(wakefulness.sleptSince(before)).toBe(true)
  expect(wakefulness.sleptSince(performance.now())).toBe(false)
})
