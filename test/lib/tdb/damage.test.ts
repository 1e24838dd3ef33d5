import { describe, expect, it } from 'vitest'
import { findTdbDamage } from '../../../src/lib/tdb/damage.ts'
import { recordAt, tdbBytes } from '../../support/tdb-bytes.ts'

const find = (bytes: Buffer) => findTdbDamage((offset, length) => bytes.subarray(offset, offset + length), bytes.length)

/** The file with one of its numbers changed. */
function changed(at: number, value: number): Buffer {
  const bytes = tdbBytes()
  bytes.writeUInt32LE(value, at)
  return bytes
}

const [FIRST, LAST_BUT_ONE, LAST] = [0, 2, 3].map((index) => recordAt(3, index)) as [number, number, number]

describe('findTdbDamage', () => {
  it.each([{}, { isLittleEndian: false }, { mutexBytes: 4096 }, { chains: 1 }])(
    'finds none in a file as it should be, %o',
    (shape) => {
      expect(find(tdbBytes(shape))).toBeUndefined()
    },
  )

  // ctdb's own words do for it: scripts may go by them.
  it.each(['', 'a'])('finds none in a file of another kind, %j', (more) => {
    expect(find(Buffer.from(`text${more.repeat(200)}`))).toBeUndefined()
  })

  it.each<[string, Buffer, number, string]>([
    ['an empty file', Buffer.of(), 0, 'it ends within its header'],
    ['a short file', tdbBytes().subarray(0, 167), 167, 'it ends within its header'],
    ['another version', changed(32, 1), 32, '0x01000000 is not the version of the format'],
    ['many chains', changed(36, 0xffff_ffff), 36, '4294967295 hash chains are not in a file of 360 bytes'],
    ['no chain', changed(36, 0), 36, '0 hash chains are not in a file of 360 bytes'],
    ['a chain into the header', changed(172, 8), 172, 'hash chain 0 leads to offset 8, where no record can be'],
    [
      'a chain beyond the end',
      changed(FIRST, 0xffff_fff0),
      FIRST,
      'hash chain 0 leads to offset 4294967280, where no record can be',
    ],
    ['a record after itself', changed(FIRST, FIRST), FIRST, 'hash chain 0 comes back to the record there'],
    ['a loop of two records', changed(LAST, LAST_BUT_ONE), LAST_BUT_ONE, 'hash chain 2 comes back to the record there'],
    ['a cut record', tdbBytes().subarray(0, -1), LAST, 'the record there has 20 bytes, but only 19 follow'],
    ['a long record', changed(FIRST + 4, 0xffff_ffff), FIRST, 'the record there has 4294967295 bytes, but only 152 follow'],
    [
      'a long key',
      changed(FIRST + 8, 0x8000_0000),
      FIRST,
      'the record there has a key of 2147483648 bytes and data of 5, in 20 bytes',
    ],
    ['long data', changed(FIRST + 12, 18), FIRST, 'the record there has a key of 3 bytes and data of 18, in 20 bytes'],
    ['no record', changed(FIRST + 20, 7), FIRST, 'the mark 0x00000007 is not that of a stored record'],
    ['a record of another chain', changed(FIRST + 16, 7), FIRST, 'the record there belongs to hash chain 1, and is in 0'],
    ['a record as free space', changed(168, FIRST), FIRST, 'the mark 0x26011999 is not that of a free record'],
  ])('%s', (_name, bytes, offset, what) => {
    expect(find(bytes)).toEqual({ offset, what })
  })

  it('counts from the start of the file where mutexes are in front', () => {
    const bytes = tdbBytes({ mutexBytes: 4096 })
    bytes.writeUInt32LE(0xff_ffff, 4096 + 172)
    expect(find(bytes)).toEqual({
      offset: 4096 + 172,
      what: `hash chain 0 leads to offset ${4096 + 0xff_ffff}, where no record can be`,
    })
  })
})
