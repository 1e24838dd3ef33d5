import { expect, it } from 'vitest'
import { parseTime } from '../../../src/lib/history/parse-time.ts'

/** A zone one hour ahead of UTC. */
const HOUR_MS = 3_600_000
const nowMs = Date.UTC(2026, 10, 28, 23, 30)
const context = { nowMs, fromLocal: (ms: number) => ms - HOUR_MS, toLocal: (ms: number) => ms + HOUR_MS }
const iso = (text: string) => {
  const ms = parseTime(text, context)
  return ms === undefined ? undefined : new Date(ms).toISOString().slice(0, 19)
}

it.each([
  ['now', '2026-11-28T23:30:00'],
  ['2 hours ago', '2026-11-28T21:30:00'],
  ['90 min ago', '2026-11-28T22:00:00'],
  ['1 week ago', '2026-11-21T23:30:00'],
  ['today', '2026-11-28T23:00:00'],
  ['yesterday', '2026-11-27T23:00:00'],
  ['00:10', '2026-11-28T23:10:00'],
  ['18:53:30', '2026-11-29T17:53:30'],
  ['2026-11-28', '2026-11-27T23:00:00'],
  ['2026-11-28 18:53', '2026-11-28T17:53:00'],
  ['2026-11-28T18:53:30Z', '2026-11-28T18:53:30'],
  ['2026-11-28T18:53:30+05:30', '2026-11-28T13:23:30'],
])('%s', (text, expected) => expect(iso(text)).toBe(expected))

it.each(['', 'soon', '5 parsecs ago', '25:00', '2026-02-30', '2026-13-01', '1 constructor ago', '12'])('%j is no time', (text) =>
  expect(iso(text)).toBeUndefined(),
)
