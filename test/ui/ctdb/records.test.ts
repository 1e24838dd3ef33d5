import { describe, expect, it } from 'vitest'
import { ctdbBytesText } from '../../../src/ui/ctdb/records.ts'

describe('bytes of a record as ctdb prints them', () => {
  it.each([
    { what: 'printable ASCII', bytes: 'a key 1~', text: 'a key 1~' },
    { what: 'quotes and backslashes', bytes: 'a"b\\c', text: 'a\\22b\\5Cc' },
    { what: 'what is no text', bytes: '\0\t\n\x1b\x7f\x80\xff', text: '\\00\\09\\0A\\1B\\7F\\80\\FF' },
    { what: 'nothing', bytes: '', text: '' },
  ])('show $what', ({ bytes, text }) => {
    expect(ctdbBytesText('key', Buffer.from(bytes, 'latin1'))).toBe(`key(${bytes.length}) = "${text}"\n`)
  })

  it('are whole, however many there are', () => {
    for (const length of [21_845, 21_846, 1 << 20]) {
      expect(ctdbBytesText('data', new Uint8Array(length)) === `data(${length}) = "${'\\00'.repeat(length)}"\n`).toBe(true)
    }
  })
})
