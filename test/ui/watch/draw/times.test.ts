import { describe, expect, it } from 'vitest'
import { ageText, clockText } from '../../../../src/ui/watch/draw/times.ts'
import { NOW } from '../models.ts'

const HOUR = 3_600_000

describe('times in few columns', () => {
  it('are clock times today, and dates before', () => {
    expect(clockText(NOW - 3000, NOW)).toBe('11:59:57')
    expect(clockText(NOW - 24 * HOUR, NOW)).toBe('01-01')
  })

  it('are ages in a suitable unit', () => {
    expect([0, 7000, 99_999, 100_000, 100 * 60_000, 100 * HOUR].map(ageText)).toEqual([
      '0 s',
      '7 s',
      '99 s',
      '1 min',
      '1 h',
      '4 d',
    ])
    expect(ageText(-5000)).toBe('0 s')
  })
})
