import { defineConfig } from 'vitest/config'

/** CI wants the numbers, too. */
const results = process.env.TEST_RESULTS

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    exclude: ['test/lab/**'],
    globalSetup: ['test/support/build.ts'],
    testTimeout: 30_000,
    reporters: results ? ['default', ['json', { outputFile: results }]] : ['default'],
  },
})
