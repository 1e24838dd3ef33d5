import { expect, it } from 'vitest'
import type { TimelineEntry } from '../../../src/lib/watch/timeline.ts'
import { painter } from '../../../src/ui/table.ts'
import { entryJson } from '../../../src/ui/watch/entry-json.ts'
import { entryLine } from '../../../src/ui/watch/entry-line.ts'

const now = new Date(2026, 2, 4, 14, 10)
const moved: TimelineEntry = {
  id: 7,
  atMs: new Date(2026, 2, 4, 14, 5, 10, 250).getTime(),
  kind: 'address',
  what: 'moved',
  text: '10.0.0.31 moved from node 1 to node 2',
  tone: 'plain',
  pnns: [1, 2],
  addresses: ['10.0.0.31'],
  from: 1,
  to: 2,
  cause: 'node 1 became DISCONNECTED|INACTIVE',
  awayMs: 1_234,
}
const line = (entry: TimelineEntry, coloured = false) => entryLine(entry, { now, paint: painter(coloured) })

it('a line has the time, what happened, for how long and why', () => {
  expect(line(moved)).toBe(
    '14:05:10   address      10.0.0.31 moved from node 1 to node 2 (away for 1.2 s; because node 1 became DISCONNECTED|INACTIVE)',
  )
})

it('a line of another day has its date, and a bad one its sign', () => {
  const { cause: _, awayMs: __, ...rest } = moved
  const lost = { ...rest, atMs: new Date(2026, 2, 3, 9, 0, 1).getTime(), tone: 'error', text: '10.0.0.31 is gone' } as const
  expect(line(lost)).toBe('2026-03-03 09:00:01 X address      10.0.0.31 is gone')
  expect(line(lost, true)).toContain('\u001b[31mX address')
})

it('a finding has the name of its check, and its text is safe to show', () => {
  const finding = {
    ...moved,
    kind: 'finding',
    what: 'cleared',
    check: 'ip-missing',
    text: 'node \u001b[31m1',
    cause: 'a\nb',
  } as const
  expect(line(finding)).toBe('14:05:10   finding      ip-missing: node \\x1b[31m1 (after 1.2 s; because a\\x0ab)')
})

it.each([
  ['address', 'settled', 'only node 1 claims 10.0.0.31 again'],
  ['kernel', 'mended', 'only the kernel of node 1 has 10.0.0.31 again'],
] as const)('an address that was on two nodes was not away: %s %s', (kind, what, text) => {
  const { cause: _, ...rest } = moved
  expect(line({ ...rest, kind, what, text, tone: 'good' })).toBe(`14:05:10 + ${kind.padEnd(12)} ${text} (after 1.2 s)`)
})

it('every document has the same fields', () => {
  expect(entryJson({ ...moved, atMs: Date.UTC(2026, 2, 4, 13, 5, 10, 250) })).toEqual({
    formatVersion: 1,
    id: 7,
    at: '2026-03-04T13:05:10.250Z',
    kind: 'address',
    what: 'moved',
    tone: 'plain',
    text: '10.0.0.31 moved from node 1 to node 2',
    nodes: [1, 2],
    addresses: ['10.0.0.31'],
    from: 1,
    to: 2,
    cause: 'node 1 became DISCONNECTED|INACTIVE',
    awayMs: 1234,
    awayAtLeastMs: null,
    awayAtMostMs: null,
    check: null,
  })
  const bare: TimelineEntry = { id: 1, atMs: 0, kind: 'leader', what: 'lost', text: '', tone: 'plain', pnns: [], addresses: [] }
  expect(Object.keys(entryJson(bare))).toEqual(Object.keys(entryJson(moved)))
})
