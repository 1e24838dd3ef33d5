import { describe, expect, it } from 'vitest'
import { folder } from '../../support/served-cluster.ts'
import { WATCH_BUGS } from './watch-bugs.ts'
import { loadWithBug } from './with-bug.ts'

const LAST_SEED = 1_000

describe('a bug put into the timeline on purpose is noticed', () => {
  it.each(WATCH_BUGS)('$name', { timeout: 300_000 }, async (bug) => {
    const { watchSeed } = await loadWithBug<typeof import('./watch-story.ts')>(bug, 'watch-story.ts', folder().path)
    let seed = bug.fromSeed ?? 0
    let wrong = watchSeed(seed).wrong
    while (wrong.length === 0 && seed < LAST_SEED) wrong = watchSeed(++seed).wrong
    process.stdout.write(`caught with seed ${seed}: ${bug.name}\n`)
    expect(wrong[0]).toMatch(bug.caughtAs)
  })
})
