import { defineConfig } from 'vitest/config'
import { LongestFirst } from './test/lab/longest-first.ts'
import { RETRIES, reporters } from './test/support/reporters.ts'

/** The tests on real clusters (`npm run test:lab`). Each worker has a cluster of its own. */
export default defineConfig({
  test: {
    include: ['test/lab/**/*.test.ts'],
    // The bans that it waits for take minutes.
    exclude: process.env.LAB_REMEDIES === 'all' ? [] : ['test/lab/ipv6-leftovers.test.ts'],
    globalSetup: ['test/lab/global-setup.ts'],
    maxWorkers: 2,
    expect: { requireAssertions: true },
    sequence: { sequencer: LongestFirst },
    // In each worker. Most of the tests that run at the same time wait for an answer, or for the end of a time limit.
    maxConcurrency: 10,
    // They end what hangs. On an idle machine nothing comes close to them.
    testTimeout: 120_000,
    hookTimeout: 180_000,
    retry: RETRIES,
    teardownTimeout: 30_000,
    // Values in titles are shown in full.
    taskTitleValueFormatTruncate: 0,
    reporters: reporters(),
  },
})
