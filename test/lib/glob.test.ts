import { expect, it } from 'vitest'
import { matchesGlob } from '../../src/lib/glob.ts'

it.each([
  ['abc', 'abc', true],
  ['abc', 'abcd', false],
  ['*', '', true],
  ['a*', 'a', true],
  ['a*c', 'abbc', true],
  ['a*c', 'abbcd', false],
  ['*b*d', 'abcbd', true],
  ['a?c', 'abc', true],
  ['a?c', 'ac', false],
  ['?', 'é', true],
  ['a.c', 'abc', false],
  ['[a-z]', 'b', false],
  ['a*c', 'a\n\0c', true],
  ['', '', true],
  ['', 'a', false],
])('the pattern %j and the text %j', (pattern, text, matches) => {
  expect(matchesGlob(pattern, text)).toBe(matches)
})

it('takes no longer than the lengths multiplied', () => {
  expect(matchesGlob(`${'a*'.repeat(50)}b`, 'a'.repeat(5_000))).toBe(false)
})
