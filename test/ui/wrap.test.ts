import { describe, expect, it } from 'vitest'
import { wrap } from '../../src/ui/wrap.ts'

describe('a wrapped text', () => {
  it('continues on the next line with the same indentation', () => {
    expect(wrap('one two three four', '* ', 11)).toBe('* one two\n  three\n  four\n')
  })

  it('does not break a word that is too long for a line', () => {
    expect(wrap('a bbbbbbbbbbbb c', '', 5)).toBe('a\nbbbbbbbbbbbb\nc\n')
    expect(wrap('bbbbbbbbbbbb', '> ', 5)).toBe('> bbbbbbbbbbbb\n')
  })

  it('counts two columns for an East Asian letter', () => {
    expect(wrap('日本 語', '', 5)).toBe('日本\n語\n')
  })

  it('keeps the spaces of a text that fits', () => {
    expect(wrap('a  b', '  ')).toBe('  a  b\n')
    expect(wrap('')).toBe('\n')
  })
})
