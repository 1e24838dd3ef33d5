import { describe, expect, it } from 'vitest'
import { TimeReader } from '../../../src/lib/history/line-time.ts'

/** What a reader reads that has read another line before, and what a new one reads. */
function readBoth(before: string, line: string) {
  const [used, fresh] = [new TimeReader(), new TimeReader()]
  used.read(before)
  return [used, fresh].map((reader) => (reader.read(line) ? [reader.atMs, reader.lacks, reader.length] : undefined))
}

const BEFORE = '2026-11-28T18:52:48.089075+00:00 node0 ctdbd[1]: x'

describe('the time of a line', () => {
  it.each([
    [BEFORE, '2026-11-28T18:52:49.500000+00:00 node0 ctdbd[1]: x'],
    [BEFORE, '2026-11-28T18:53:00.000001+00:00 node0 ctdbd[1]: x'],
    [BEFORE, '2026-11-28T18:52:49.5+00:00 node0 ctdbd[1]: x'],
    [BEFORE, '2026-11-28T18:52:49.089075+01:00 node0 ctdbd[1]: x'],
    [BEFORE, '2026-11-28T18:52:49+00:00 node0 ctdbd[1]: x'],
    [BEFORE, '2026-11-28T18:52:49.089075+00:00  node0 ctdbd[1]: x'],
    [BEFORE, '2026-11-28T18:52:4x.089075+00:00 node0 ctdbd[1]: x'],
    [BEFORE, '2026-11-28T18:52:49,089075+00:00 node0 ctdbd[1]: x'],
    [BEFORE, '2026-11-28T18:52:49.0890'],
    ['2017/05/14 12:31:00.793190 [7]: x', '2017/05/14 12:31:01.000500 [7]: x'],
    ['Nov 28 16:33:26 node0 ctdbd[1]: x', 'Nov 28 16:33:59 node0 ctdbd[1]: x'],
    ['Nov 28 16:33:26 node0 ctdbd[1]: x', 'Nov 28 16:33:59.250 node0 ctdbd[1]: x'],
  ])('is the same whatever line was before: %s, %s', (before, line) => {
    const [used, fresh] = readBoth(before, line)
    expect(used).toEqual(fresh)
  })
})
