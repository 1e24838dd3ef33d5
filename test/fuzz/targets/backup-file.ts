import assert from 'node:assert/strict'
import {
  BACKUP_HEADER_BYTES,
  BUFFER_HEAD_BYTES,
  decodeBackupHeader,
  decodeBuffer,
  decodeBufferHead,
  encodeBackupHeader,
  encodeBuffer,
} from '../../../src/lib/cluster/backup-file.ts'
import type { FuzzTarget } from '../target.ts'

const HEADER = { time: 1_772_633_110, flags: 1n, bufferCount: 1n, recordCount: 2n, name: 'secrets.tdb' }
const PATH = 'a.backup'

export const target: FuzzTarget = {
  covers: ['src/lib/cluster/backup-file.ts', 'src/lib/wire/record-structs.ts'],
  refusals: ['BAD_BACKUP'],
  seeds: () => [
    Buffer.concat([
      encodeBackupHeader(HEADER),
      encodeBuffer(0x10, [
        { requestId: 0, key: Buffer.from('key'), data: Buffer.alloc(30, 'value') },
        { requestId: 7, key: Buffer.of(), data: Buffer.alloc(24) },
      ]),
    ]),
    encodeBackupHeader({ ...HEADER, bufferCount: 0n }),
  ],
  check(input) {
    const header = decodeBackupHeader(input, PATH)
    // Invalid UTF-8 becomes longer when it is read.
    if (Buffer.byteLength(header.name) < 64) assert.deepEqual(decodeBackupHeader(encodeBackupHeader(header), PATH), header)
    const rest = input.subarray(BACKUP_HEADER_BYTES)
    if (rest.length < BUFFER_HEAD_BYTES) return
    const place = { path: PATH, offset: BACKUP_HEADER_BYTES }
    const { databaseId, count, bytes } = decodeBufferHead(rest, place)
    const records = [...decodeBuffer(count, rest.subarray(BUFFER_HEAD_BYTES, BUFFER_HEAD_BYTES + bytes), place)]
    assert.equal(records.length, count)
    const again = encodeBuffer(databaseId, records)
    assert.deepEqual([...decodeBuffer(count, again.subarray(BUFFER_HEAD_BYTES), place)], records)
  },
}
