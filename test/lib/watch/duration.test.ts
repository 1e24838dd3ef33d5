import { expect, it } from 'vitest'
import { durationBetween, durationText } from '../../../src/lib/watch/duration.ts'

it.each([
  [-5, '0 ms'],
  [0, '0 ms'],
  [340, '340 ms'],
  [999.9, '999 ms'],
  [1_000, '1.0 s'],
  [1_290, '1.2 s'],
  [9_999, '9.9 s'],
  [10_000, '10 s'],
  [59_999, '59 s'],
  [60_000, '1 min'],
  [3_599_999, '59 min'],
  [3_600_000, '1 h'],
  [7_500_000, '2 h 5 min'],
  [86_400_000, '1 d'],
  [349_200_000, '4 d 1 h'],
])('%d ms are %s', (ms, text) => {
  expect(durationText(ms)).toBe(text)
})

it.each([
  [1_210, 1_290, '1.2 s'],
  [400, 1_120, '0.4–1.2 s'],
  [449, 451, '0.4–0.5 s'],
  [0, 1_210, 'at most 1.3 s'],
  [0, 0, '0 ms'],
  [9_000, 12_300, '9.0 s to 13 s'],
  [58_000, 61_000, '58 s to 2 min'],
])('from %d to %d ms are %s', (low, high, text) => {
  expect(durationBetween(low, high)).toBe(text)
})
