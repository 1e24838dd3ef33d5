import type { TestUserConfig } from 'vitest/config'

/** The report on the terminal; and for CI, which names a file in TEST_RESULTS, the numbers. */
export function reporters(): NonNullable<TestUserConfig['reporters']> {
  const outputFile = process.env.TEST_RESULTS
  return outputFile ? ['default', ['json', { outputFile }]] : ['default']
}
