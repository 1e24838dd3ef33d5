import { describe, expect, it } from 'vitest'
import { columnsOf, harmless, padded, truncated } from '../../../../src/ui/watch/draw/text-columns.ts'

describe('the columns of a text', () => {
  it('are one for each Latin character', () => {
    expect(columnsOf('eth0')).toBe(4)
    expect(columnsOf('● größer → 2')).toBe(12)
  })

  it('are two for each East Asian letter', () => {
    expect(columnsOf('日本')).toBe(4)
  })
})

describe('untrusted text', () => {
  it('is shown without characters that a terminal acts on', () => {
    expect(harmless('\x1b[31mth0\r\n\u202e')).toBe('\\x1b[31mth0\\x0d\\x0a\\u202e')
  })

  it('is shown without characters on whose width terminals disagree', () => {
    expect(harmless('gro\u0308ße e\u0336 🚀 👩‍🚀')).toBe('größe e ? ??')
  })
})

describe('a text that has to fit', () => {
  it('ends in … where it was cut', () => {
    expect(truncated('fd00:1111:2222:3333:4444:5555:6666:7777', 12)).toBe('fd00:1111:2…')
    expect(truncated('eth0', 4)).toBe('eth0')
    expect(truncated('eth0', 0)).toBe('')
  })

  it('is never wider, whatever its characters', () => {
    for (let columns = 0; columns < 12; columns += 1) {
      expect(columnsOf(truncated('a日b本c語', columns))).toBeLessThanOrEqual(columns)
      expect(columnsOf(padded('a日b本c語', columns))).toBe(columns)
    }
  })
})
