import { expect, it } from 'vitest'
import { candidateLines } from '../../../src/cli/completion/completions.ts'

it('candidates are printed a line each, without names that a terminal would act on', () => {
  const names = ['eth1', 'e\x1b[2J', 'a\nb', 'a\tb', 'a b']
  expect(candidateLines(names.map((value) => ({ value, meaning: 'up' })))).toBe('eth1\tup\na b\tup\n')
})
