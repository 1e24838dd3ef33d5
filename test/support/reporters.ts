import type { TestUserConfig } from 'vitest/config'

/**
 * How often a test that waits for real time may fail before it has failed: on the machines of CI, which others use too, once. `.ci/run`
 * lists those that passed only the second time. At home, every failure counts.
 */
export const RETRIES = process.env.TEST_RESULTS ? 1 : 0

/** The report on the terminal; and for CI, which names a file in TEST_RESULTS, the numbers. */
export function reporters(): NonNullable<TestUserConfig['reporters']> {
  const outputFile = process.env.TEST_RESULTS
  return outputFile ? ['default', ['json', { outputFile }]] : ['default']
}
