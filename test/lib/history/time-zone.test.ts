import { describe, expect, it } from 'vitest'
import { firstTimeIn } from '../../../src/lib/history/time-settings.ts'
import { zoneOf } from '../../../src/lib/history/time-zone.ts'

const SUMMER = Date.UTC(2026, 6, 1, 12)
const WINTER = Date.UTC(2026, 11, 1, 12)
const HOUR = 3_600_000

describe('the time zone of a machine', () => {
  it('is that which its link names, over changes of the clock', () => {
    const berlin = zoneOf('+0100', '/usr/share/zoneinfo/Europe/Berlin', WINTER)
    expect([berlin?.(WINTER), berlin?.(SUMMER)]).toEqual([WINTER - HOUR, SUMMER - 2 * HOUR])
    const utc = zoneOf('+0000', '/usr/share/zoneinfo/Etc/UTC', WINTER)
    expect(utc?.(SUMMER)).toBe(SUMMER)
  })

  it('is only the offset if the link names none, or another one', () => {
    for (const link of ['', '/usr/share/zoneinfo/No/Such', '/usr/share/zoneinfo/Europe/Berlin']) {
      expect(zoneOf('-0330', link, WINTER)?.(SUMMER)).toBe(SUMMER + 3.5 * HOUR)
    }
  })

  it('is not known without an offset', () => {
    expect(zoneOf('', '/usr/share/zoneinfo/Europe/Berlin', WINTER)).toBeUndefined()
  })
})

describe('the first time in a part of a log', () => {
  const times = { fromLocal: (ms: number) => ms - HOUR, nowMs: WINTER }

  it.each([
    ['2026-11-28T16:33:26+00:00 cut\n2026-11-28T16:33:27+00:00 a ctdbd[1]: x\n', '2026-11-28T16:33:27.000Z'],
    ['cut\nno time\n2026/11/28 16:33:26.500000 [recoverd:1]: x\n', '2026-11-28T15:33:26.500Z'],
    ['cut\n<30>Dec 24 16:33:26 a ctdbd[1]: x\n', '2025-12-24T15:33:26.000Z'],
  ])('of %j', (text, iso) => {
    expect(new Date(firstTimeIn(text, times) ?? 0).toISOString()).toBe(iso)
  })

  it('is none where no whole line has one', () => {
    expect(firstTimeIn('2026-11-28T16:33:26+00:00 cut\nother\n', times)).toBeUndefined()
  })
})
