import { keyText } from '../../lib/cluster/record.ts'
import { decode, encode } from '../../lib/wire/codec.ts'
import { u64 } from '../../lib/wire/primitives.ts'
import { RECORD_HEADER_BYTES, type RecordData, type RecordHeader, recordHeader } from '../../lib/wire/record-structs.ts'
import { ControlFailure } from '../daemon/control-failure.ts'

/** A record as one node has it. */
export interface StoredRecord {
  readonly key: Uint8Array
  readonly header: RecordHeader
  readonly value: Uint8Array
}

/** The key of the record that counts the transactions on a database. */
const SEQUENCE_NUMBER_KEY = Buffer.from('__db_sequence_number__\0')
const SEQUENCE_NUMBER_BYTES = 8

/** The record in what clients and daemons send. @throws ControlFailure for one that is too short for a header. */
export function storedOf({ key, data }: Pick<RecordData, 'key' | 'data'>): StoredRecord {
  if (data.length < RECORD_HEADER_BYTES) throw new ControlFailure(-1)
  return { key, header: decode(recordHeader, data), value: data.subarray(RECORD_HEADER_BYTES) }
}

/** The data of a record with its header in front, as in a file. */
export const dataOf = ({ header, value }: Omit<StoredRecord, 'key'>): Uint8Array =>
  Buffer.concat([encode(recordHeader, header), value])

/** The lock of a database as a whole, among those of its records: no key is empty. */
export const WHOLE = ''

/** The records of a database on one node: what is in its file. */
export class RecordStore {
  private records: Map<string, StoredRecord>

  constructor(records: Iterable<StoredRecord> = []) {
    this.records = new Map([...records].map((record) => [keyText(record.key), record]))
  }

  get(key: Uint8Array): StoredRecord | undefined {
    return this.records.get(keyText(key))
  }

  set(record: StoredRecord): void {
    this.records.set(keyText(record.key), record)
  }

  all(): readonly StoredRecord[] {
    return [...this.records.values()]
  }

  /** Takes over the records of another store, in place of its own. */
  become({ records }: RecordStore): void {
    this.records = new Map(records)
  }

  /** How many transactions have changed the database; 0 where nothing counts them. */
  get sequenceNumber(): bigint {
    const value = this.get(SEQUENCE_NUMBER_KEY)?.value
    return value?.length === SEQUENCE_NUMBER_BYTES ? decode(u64, value) : 0n
  }
}
