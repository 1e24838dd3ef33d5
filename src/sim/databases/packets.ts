import type { RecordData, RecordHeader } from '../../lib/wire/record-structs.ts'
import type { StoredRecord } from './record-store.ts'

/** What daemons ask each other about databases, with the request and the reply of each. CTDB has controls for the same. */
export interface PeerCalls {
  attachDatabase: [{ readonly name: string; readonly kind: number; readonly vnnMap: DatabaseVnnMap }, undefined]
  detachDatabase: [number, undefined]
  /** Writes the records of a transaction. */
  updateRecords: [
    { readonly databaseId: number; readonly generation: number; readonly records: readonly RecordData[] },
    undefined,
  ]
  /** All records, of a database that is frozen. */
  pullRecords: [number, readonly StoredRecord[]]
  /** The records that the node may change; of a database that is the same on all nodes, all of them. */
  ownRecords: [number, readonly StoredRecord[]]
}
/** The name of a question between daemons. */
export type PeerCallName = keyof PeerCalls
/** A question between daemons. */
export type PeerCall = { readonly [N in PeerCallName]: { readonly peer: N; readonly request: PeerCalls[N][0] } }[PeerCallName]

interface DatabaseVnnMap {
  readonly generation: number
  readonly map: readonly number[]
}

/** A record of a volatile database on its way from the node that has it to one that wants it. */
interface MovingRecord {
  readonly header: RecordHeader
  readonly value: Uint8Array
}

/**
 * The steps by which a record moves: `call` looks for the node that has it; that gives it up, and says so to the location master
 * (`dmaster`), which sends it to the node that wants it (`arrival`).
 */
export type RecordPacket = {
  readonly databaseId: number
  readonly generation: number
  readonly key: Uint8Array
  /** The node that wants it, and its number for that. */
  readonly wanter: number
  readonly requestId: number
} & ({ readonly step: 'call' } | ({ readonly step: 'dmaster' | 'arrival' } & MovingRecord))
