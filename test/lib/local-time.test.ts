import { expect, it } from 'vitest'
import { localTime } from '../../src/lib/local-time.ts'

it('includes the date only if it is not today', () => {
  const now = new Date(2026, 2, 3, 23, 59, 50)
  expect(localTime(new Date(2026, 2, 3, 23, 59, 55), now)).toBe('23:59:55')
  expect(localTime(new Date(2026, 2, 4, 0, 0, 5), now)).toBe('2026-03-04 00:00:05')
  expect(localTime(new Date(2027, 2, 3, 23, 59, 50), now)).toBe('2027-03-03 23:59:50')
})
