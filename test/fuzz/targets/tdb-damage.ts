import assert from 'node:assert/strict'
import { findTdbDamage } from '../../../src/lib/tdb/damage.ts'
import { tdbBytes } from '../../support/tdb-bytes.ts'
import { assertHarmless } from '../shown.ts'
import type { FuzzTarget } from '../target.ts'

export const target: FuzzTarget = {
  covers: ['src/lib/tdb/damage.ts'],
  refusals: [],
  seeds: () => [tdbBytes(), tdbBytes({ isLittleEndian: false }), tdbBytes({ mutexBytes: 512 }), tdbBytes({ chains: 7 })],
  check(input) {
    const read = (offset: number, length: number) => input.subarray(offset, offset + length)
    const damage = findTdbDamage(read, input.length)
    if (!damage) return
    assert.ok(damage.offset >= 0 && damage.offset <= input.length, damage.what)
    assertHarmless(damage.what)
  },
}
