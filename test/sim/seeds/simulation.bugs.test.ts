import { describe, expect, it } from 'vitest'
import { folder } from '../../support/served-cluster.ts'
import { SEEDED_BUGS } from './bugs.ts'
import { simulateWithBug } from './with-bug.ts'

const LAST_SEED = 2_000

describe('a bug put in on purpose is noticed', () => {
  it.each(SEEDED_BUGS)('$name', { timeout: 300_000 }, async (bug) => {
    const { simulate } = await simulateWithBug(bug, folder().path)
    /** What notices the bug with this seed. */
    const noticedBy = (seed: number): string | undefined => {
      const story = simulate(seed)
      return story.violations[0]?.invariant ?? (simulate(seed).logHash === story.logHash ? undefined : 'same log')
    }
    let seed = bug.fromSeed ?? 0
    let invariant = noticedBy(seed)
    while (invariant === undefined && seed < LAST_SEED) invariant = noticedBy(++seed)
    process.stdout.write(`caught by "${invariant}" with seed ${seed}: ${bug.name}\n`)
    expect(invariant).toBe(bug.caughtBy)
  })
})
