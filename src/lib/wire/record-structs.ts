import { type ByteReader, type ByteWriter, type Codec, DecodeError } from './codec.ts'
import { countedBytes, list, rest, sequence, struct } from './composites.ts'
import { mapped, restBytes, u8, u32, u64 } from './primitives.ts'

/** What CTDB stores in front of the data of each record. */
export interface RecordHeader {
  /** Counts the changes of a record in a persistent database, and the migrations of one in a volatile database. */
  readonly rsn: bigint
  /** PNN of the node that may change the record. */
  readonly dmaster: number
  readonly reserved: number
  /** The bits of RECORD_FLAG. */
  readonly flags: number
}

export const recordHeader: Codec<RecordHeader> = struct({ rsn: u64, dmaster: u32, reserved: u32, flags: u32 })

/** The length of a {@link RecordHeader} in bytes. */
export const RECORD_HEADER_BYTES = 24

/** A record on its way between nodes and clients. */
export interface RecordData {
  readonly requestId: number
  readonly key: Uint8Array
  /** The data as stored: a {@link RecordHeader} and the value. */
  readonly data: Uint8Array
}

const recordHead = struct({ length: u32, requestId: u32, keyBytes: u32, dataBytes: u32 })
const RECORD_HEAD_BYTES = 16

/** The lengths of key and data stand in front of both; `length` counts all of it. */
export const recordData: Codec<RecordData> = {
  align: 4,
  layout: {
    kind: 'mapped',
    inner: sequence({ requestId: u32, key: restBytes, data: restBytes }),
    to: (value) => value,
  },
  write(out: ByteWriter, { requestId, key, data }: RecordData) {
    const length = RECORD_HEAD_BYTES + key.length + data.length
    recordHead.write(out, { length, requestId, keyBytes: key.length, dataBytes: data.length })
    out.append(key)
    out.append(data)
  },
  read(input: ByteReader) {
    // Field by field: databases have millions of records.
    const start = input.take(RECORD_HEAD_BYTES)
    const number = (at: number) => input.view.getUint32(start + at, true)
    const [length, requestId, keyBytes, dataBytes] = [number(0), number(4), number(8), number(12)]
    if (length !== RECORD_HEAD_BYTES + keyBytes + dataBytes) {
      throw new DecodeError(`length ${length} of a record with ${keyBytes} bytes of key and ${dataBytes} of data`, start)
    }
    const bytes = (count: number) => {
      const at = input.take(count)
      return new Uint8Array(input.bytes.subarray(at, at + count))
    }
    return { requestId, key: bytes(keyBytes), data: bytes(dataBytes) }
  },
}

/** Records of one database. */
export const recordBuffer = sequence({ databaseId: u32, records: list(recordData) })

export const deletedRecord: Codec<DeletedRecord> = mapped(
  sequence({ databaseId: u32, pad: u32, header: recordHeader, key: countedBytes }),
  ({ databaseId, header, key }) => ({ databaseId, header, key }),
  (record) => ({ ...record, pad: 0 }),
)

/** A record without data, which may be removed once no node needs it. */
export interface DeletedRecord {
  readonly databaseId: number
  readonly header: RecordHeader
  readonly key: Uint8Array
}

/** A copy of a record of a volatile database. It counts only in the generation of the cluster in which it was made. */
export const pushedRecord = sequence({
  generation: u32,
  databaseId: u32,
  header: recordHeader,
  key: countedBytes,
  value: countedBytes,
})

const globalLock = struct({
  /** One of GLOBAL_LOCK. */
  type: u32,
  /** The process that holds or wants it. `uniqueId` tells apart processes with the same PID, and locks of one process. */
  holder: struct({ pid: u64, taskId: u32, pnn: u32, uniqueId: u64 }),
})
/** The data of a record of g_lock.tdb: who has the lock that is named by its key. */
export const globalLocks = rest({ ...globalLock, size: 32 })
/** How a lock of g_lock.tdb is held: by several readers, or by one writer. */
export const GLOBAL_LOCK = { read: 0, write: 1 } as const

/** A database and the transaction in which it is replaced: the generation of the cluster. */
export const databaseTransaction = struct({ databaseId: u32, transactionId: u32 })
/** Announces records that come as messages to `srvid`. */
export const pushStart = struct({ databaseId: u32, lmaster: u32, srvid: u64 })

/** A traverse whose records go to `srvid` as messages. It ends with a record without key and data. */
export const traverseStart = struct({ databaseId: u32, requestId: u32, srvid: u64, withEmptyRecords: u8 })

/** A database by its id, for a control that expects four more bytes, which mean nothing. */
export const paddedDatabaseId: Codec<number> = mapped(
  sequence({ id: u32, pad: u32 }),
  ({ id }) => id,
  (id) => ({ id, pad: 0 }),
)
