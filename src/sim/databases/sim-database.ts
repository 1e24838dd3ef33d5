import { DATABASE_FLAG, isVolatile } from '../../lib/cluster/database.ts'
import { databaseId, recordHash } from '../../lib/cluster/record-hash.ts'
import { INVALID_GENERATION, type VnnMap } from '../../lib/cluster/report.ts'
import { RecordLocks } from './record-locks.ts'
import type { RecordStore, StoredRecord } from './record-store.ts'

/** Of the bits of DATABASE_FLAG, those that are the same for a database on all nodes. */
export const kindOf = (flags: number): number => flags & (DATABASE_FLAG.persistent | DATABASE_FLAG.replicated)

/** New records for a database, which replace the old ones when the transaction is committed. */
interface Replacement {
  readonly transactionId: number
  readonly records: RecordStore
  /** How many records have been pushed. */
  pushed: number
  /** Ends what receives them. */
  stopListening(): void
}

/** What a node's daemon has of a database that is attached there. */
export class SimDatabase {
  readonly id: number
  readonly name: string
  /** Of its file on this node. */
  readonly path: string
  readonly store: RecordStore
  readonly locks = new RecordLocks()
  /** Bits of DATABASE_FLAG. */
  flags: number
  /** The nodes that have shared it since the last recovery. What other nodes send about its records counts in the same generation only. */
  vnnMap: VnnMap
  replacement: Replacement | undefined

  constructor(options: {
    readonly name: string
    readonly flags: number
    readonly path: string
    readonly store: RecordStore
    readonly vnnMap?: VnnMap
  }) {
    this.id = databaseId(options.name)
    this.name = options.name
    this.path = options.path
    this.flags = options.flags
    this.store = options.store
    this.vnnMap = options.vnnMap ?? { generation: INVALID_GENERATION, map: [] }
  }

  get kind(): number {
    return kindOf(this.flags)
  }

  /** Whether its records move from node to node. The others change on all nodes at once. */
  get isVolatile(): boolean {
    return isVolatile(this.flags)
  }

  get isPersistent(): boolean {
    return (this.flags & DATABASE_FLAG.persistent) !== 0
  }

  /** PNN of the node that knows who has a record: its location master. */
  lmasterOf(key: Uint8Array): number | undefined {
    const { map } = this.vnnMap
    return map[recordHash(key) % map.length]
  }

  /** Changes a record in the file. */
  write(
    key: Uint8Array,
    header: Partial<StoredRecord['header']> & Pick<StoredRecord['header'], 'rsn' | 'dmaster'>,
    value: Uint8Array,
  ): void {
    this.store.set({ key, header: { reserved: 0, flags: 0, ...header }, value })
  }
}
