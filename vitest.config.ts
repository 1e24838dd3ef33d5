import { defineConfig } from 'vitest/config'
import { reporters } from './test/support/reporters.ts'

export default defineConfig({
  test: {
    include: ['test/**/*.test.{ts,tsx}'],
    exclude: ['test/lab/**'],
    globalSetup: ['test/support/build.ts'],
    testTimeout: 30_000,
    reporters: reporters(),
  },
})
