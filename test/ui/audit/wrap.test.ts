import { describe, expect, it } from 'vitest'
import { wrap } from '../../../src/ui/audit/wrap.ts'

describe('a wrapped text', () => {
  it('goes on in the next line, as far in as it began', () => {
    expect(wrap('one two three four', '* ', 11)).toBe('* one two\n  three\n  four\n')
  })

  it('leaves a word whole that is too long for a line', () => {
    expect(wrap('a bbbbbbbbbbbb c', '', 5)).toBe('a\nbbbbbbbbbbbb\nc\n')
    expect(wrap('bbbbbbbbbbbb', '> ', 5)).toBe('> bbbbbbbbbbbb\n')
  })

  it('keeps the spaces of a text that fits', () => {
    expect(wrap('a  b', '  ')).toBe('  a  b\n')
    expect(wrap('')).toBe('\n')
  })
})
