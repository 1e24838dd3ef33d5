import { expect, it } from 'vitest'
import { keyName } from '../../../src/lib/cluster/key-name.ts'

const fileId = (device: bigint, inode: bigint, extra: bigint) => {
  const bytes = Buffer.alloc(24)
  for (const [index, value] of [device, inode, extra].entries()) bytes.writeBigUInt64LE(value, 8 * index)
  return bytes
}

it.each([
  ['secrets.tdb', Buffer.from('SECRETS/SID/HOME'), 'SECRETS/SID/HOME'],
  ['test.tdb', Buffer.from('__db_sequence_number__\0'), '__db_sequence_number__'],
  ['test.tdb', Buffer.from('Müller'), 'Müller'],
  ['test.tdb', Buffer.from(''), ''],
  ['test.tdb', Buffer.from('a\0b'), '0x610062'],
  ['test.tdb', Buffer.from([0xff, 0xfe]), '0xfffe'],
  ['test.tdb', Buffer.from('a\u202eb'), '0x61e280ae62'],
  ['test.tdb', Buffer.from([0, 0, 0, 7]), '0x00000007'],
  ['smbXsrv_session_global.tdb', Buffer.from([0x12, 0, 0, 7]), 'session 0x12000007'],
  ['smbXsrv_tcon_global.tdb', Buffer.from([0, 0, 0, 7]), 'tree connect 0x00000007'],
  ['smbXsrv_open_global.tdb', Buffer.from('abcd'), 'open 0x61626364'],
  ['smbXsrv_open_global.tdb', Buffer.from('abcde'), 'abcde'],
  ['locking.tdb', fileId(0xfd00n, 1234n, 0n), 'device 0xfd00 inode 1234'],
  ['brlock.tdb', fileId(0xfd00n, 1234n, 5n), 'device 0xfd00 inode 1234 ext 5'],
  ['locking.tdb', Buffer.from('short'), 'short'],
])('a key of %s is shown in words', (database, key, name) => {
  expect(keyName(database, key)).toBe(name)
})
