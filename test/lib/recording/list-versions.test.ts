import fc from 'fast-check'
import { expect, it } from 'vitest'
import { ListVersions } from '../../../src/lib/recording/list-versions.ts'

it('ListVersions has every version of a list, in any order', () => {
  const step = fc.oneof(
    { weight: 9, arbitrary: fc.record({ at: fc.nat({ max: 4 }), value: fc.nat({ max: 3 }) }) },
    { weight: 1, arbitrary: fc.record({ length: fc.nat({ max: 5 }) }) },
  )
  fc.assert(
    fc.property(fc.array(step, { maxLength: 200 }), fc.array(fc.nat(), { maxLength: 20 }), (steps, asked) => {
      const versions = new ListVersions<number>()
      let list: readonly number[] = [0, 0, 0, 0, 0]
      const given = [list, ...steps.map((each) => (list = changed(list, each)))]
      const numbers = given.map((each) => versions.add(each))
      for (const number of asked) {
        const index = number % given.length
        expect(versions.at(numbers[index] ?? 0)).toEqual(given[index])
      }
      expect(versions.add(list)).toBe(numbers.at(-1))
    }),
  )
})

function changed(list: readonly number[], step: { at: number; value: number } | { length: number }): readonly number[] {
  if ('length' in step) return Array.from({ length: step.length }, () => 7)
  return step.at < list.length ? list.with(step.at, step.value) : list
}
