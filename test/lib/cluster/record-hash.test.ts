import { expect, it } from 'vitest'
import { databaseId, recordHash } from '../../../src/lib/cluster/record-hash.ts'

it.each([
  ['g_lock.tdb', 0x4d2a_432b],
  ['ctdb.tdb', 0x6645_c6c4],
  ['secrets.tdb', 0x7132_c184],
  ['locking.tdb', 0x7a19_d84d],
])('the id of %s is that of real clusters', (name, id) => {
  expect(databaseId(name)).toBe(id)
})

it.each([0, 1, 11, 12, 13, 24, 25])('keys of %i bytes have a hash that each byte counts for', (length) => {
  const key = new Uint8Array(length).fill(7)
  const hashes = new Set([recordHash(key)])
  for (let at = 0; at < length; at++) hashes.add(recordHash(key.with(at, 8)))
  expect(hashes.size).toBe(length + 1)
})
