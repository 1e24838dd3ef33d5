import { defineConfig } from 'vitest/config'
import { reporters } from './test/support/reporters.ts'

/** The tests on a real cluster (`npm run test:lab`): one cluster for the whole run, so one file after the other. */
export default defineConfig({
  test: {
    include: ['test/lab/**/*.test.ts'],
    globalSetup: ['test/lab/global-setup.ts'],
    fileParallelism: false,
    maxConcurrency: 4,
    testTimeout: 30_000,
    hookTimeout: 90_000,
    teardownTimeout: 30_000,
    reporters: reporters(),
  },
})
