import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ByteLines, type PlacedLine } from '../../../src/lib/recording/byte-lines.ts'

function cut(bytes: Buffer, pieces: readonly number[], longest = 1_000): PlacedLine[] {
  const lines = new ByteLines(longest)
  const found: PlacedLine[] = []
  let at = 0
  for (const length of [...pieces, bytes.length]) {
    found.push(...lines.push(bytes.subarray(at, at + length)))
    at += length
  }
  return [...found, ...lines.end()]
}

describe('ByteLines', () => {
  it('has each line with its place, whatever the pieces', () => {
    const text = fc.array(fc.constantFrom('a', '\n', 'é', '\u{1f600}', '"'), { maxLength: 30 }).map((chars) => chars.join(''))
    fc.assert(
      fc.property(text, fc.array(fc.nat({ max: 5 }), { maxLength: 12 }), (given, pieces) => {
        const bytes = Buffer.from(given)
        const lines = cut(bytes, pieces)
        expect(lines.map((line) => line.text)).toEqual(
          given.endsWith('\n') || given === '' ? given.split('\n').slice(0, -1) : given.split('\n'),
        )
        for (const { text: own, offset, length } of lines) expect(bytes.toString('utf8', offset, offset + length)).toBe(own)
      }),
    )
  })

  it('keeps little of a line that is too long, and goes on with the next one', () => {
    const bytes = Buffer.from(`${'x'.repeat(5_000)}\nshort\n`)
    const lines = cut(
      bytes,
      Array.from({ length: 60 }, () => 80),
    )
    expect(lines).toEqual([
      { text: expect.stringMatching(/^x{1,100}$/), offset: 0, length: 5_000 },
      { text: 'short', offset: 5_001, length: 5 },
    ])
    expect(cut(bytes, [])[0]?.text).toBe('x'.repeat(100))
  })
})
