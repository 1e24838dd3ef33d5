import { expect, it } from 'vitest'
import { Culprits } from '../../../src/sim/recovery/culprits.ts'

const GRACE_MS = 120_000

function blame(culprits: Culprits, ...entries: [pnn: number, count: number, nowMs: number][]) {
  for (const [pnn, count, nowMs] of entries) culprits.add(pnn, count, nowMs, GRACE_MS)
}

it('bans a node with two credits for each node, and resets its credits', () => {
  const culprits = new Culprits()
  blame(culprits, [2, 3, 0], [1, 5, 0], [2, 2, 1_000])
  expect(culprits.takeThoseToBan(3)).toEqual([])
  blame(culprits, [2, 1, 2_000])
  expect(culprits.takeThoseToBan(3)).toEqual([{ pnn: 2, count: 6 }])
  expect(culprits.takeThoseToBan(3)).toEqual([])
  blame(culprits, [1, 1, 2_000])
  expect(culprits.takeThoseToBan(3)).toEqual([{ pnn: 1, count: 6 }])
})

it('drops credits older than the grace period, counted from the last credit', () => {
  const culprits = new Culprits()
  blame(culprits, [0, 1, 0], [0, 1, GRACE_MS], [0, 1, 2 * GRACE_MS])
  expect(culprits.takeThoseToBan(2)).toEqual([])
  blame(culprits, [0, 3, 3 * GRACE_MS + 1])
  expect(culprits.takeThoseToBan(2)).toEqual([])
  blame(culprits, [0, 1, 3 * GRACE_MS + 2])
  expect(culprits.takeThoseToBan(2)).toEqual([{ pnn: 0, count: 4 }])
})

it('drops all credits at the end of a recovery, and keeps the last culprit for the log', () => {
  const culprits = new Culprits()
  expect(culprits.last).toBe(0)
  blame(culprits, [1, 5, 0], [2, 5, 0])
  culprits.forgiveAll()
  blame(culprits, [1, 1, 1])
  expect([culprits.takeThoseToBan(3), culprits.last]).toEqual([[], 1])
})
