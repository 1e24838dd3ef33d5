import type { DatabaseRecord } from '../lib/cluster/record.ts'
import type { RecordDocumented } from './documents/databases.ts'

/** A record in our own JSON. Key and value are hexadecimal; the record sequence number is a text, as JSON has no 64-bit integers. */
export const recordJson = ({ key, value, dmaster, rsn, flags }: DatabaseRecord): RecordDocumented => ({
  key: Buffer.from(key).toString('hex'),
  value: Buffer.from(value).toString('hex'),
  dmaster,
  rsn: String(rsn),
  flags,
})
