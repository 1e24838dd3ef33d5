import { describe, expect, it } from 'vitest'
import { ctime, spanText } from '../../../src/ui/ctdb/time.ts'

describe('a moment', () => {
  it('is shown as C does, the day padded with a blank', () => {
    const local = (year: number, month: number, day: number) => new Date(year, month, day, 4, 5, 6).getTime() / 1000
    expect(ctime(local(2026, 10, 2))).toBe('Mon Nov  2 04:05:06 2026')
    expect(ctime(local(2017, 0, 31))).toBe('Tue Jan 31 04:05:06 2017')
  })

  it('that no calendar has does not fail', () => {
    expect(ctime(Number.MAX_SAFE_INTEGER)).toBe('(null)')
  })
})

describe('a span', () => {
  it.each([
    [0, '(000 00:00:00)'],
    [577, '(000 00:09:37)'],
    [86_400 * 1234 + 3599, '(1234 00:59:59)'],
    [-3661, '(000 -1:-1:-1)'],
  ])('of %i s is %s', (seconds, text) => {
    expect(spanText(seconds)).toBe(text)
  })
})
