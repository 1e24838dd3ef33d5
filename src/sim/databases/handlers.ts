import { DATABASE_FLAG } from '../../lib/cluster/database.ts'
import type { RequestOf } from '../../lib/wire/controls.ts'
import { ControlFailure } from '../daemon/control-failure.ts'
import { atOnce, type Handlers } from '../daemon/handler.ts'
import type { NodeDatabases } from './node-databases.ts'

/** Flags of tdb_open with which clients open the files. */
const OPEN_FLAGS = { noSync: 64, incompatibleHash: 2048 } as const

const NO_LATENCY = { count: 0, min: 0, max: 0, total: 0 }
const NO_BUCKETS: readonly number[] = Array.from({ length: 16 }, () => 0)
const NO_STATISTICS = {
  locks: { numCalls: 0, numCurrent: 0, numPending: 0, numFailed: 0, latency: NO_LATENCY, buckets: NO_BUCKETS },
  vacuum: { latency: NO_LATENCY },
  readOnlyDelegations: 0,
  readOnlyRevokes: 0,
  hopCountBuckets: NO_BUCKETS,
  hotKeys: [],
}

/** What a daemon does for the controls about databases. Each throws a ControlFailure for a database that is not attached. */
export function databaseHandlers({ list, transactions, traverses, replacements }: NodeDatabases) {
  /** The flags for volatile databases. @throws ControlFailure for others. */
  const setFlag = (id: number, flag: number) => {
    const database = list.get(id)
    if (!database.isVolatile) throw new ControlFailure(-1)
    database.flags |= flag
  }
  /** All databases are healthy. */
  const healthOf = (id: number) => {
    list.get(id)
    return ''
  }
  /** What happens to databases is not counted. */
  const statisticsOf = (id: number) => {
    list.get(id)
    return NO_STATISTICS
  }
  return {
    dbAttach: (name: string) => list.attach(name, 0),
    dbAttachPersistent: (name: string) => list.attach(name, DATABASE_FLAG.persistent),
    dbAttachReplicated: (name: string) => list.attach(name, DATABASE_FLAG.replicated),
    trans3Commit: ({ databaseId, records }: RequestOf<'trans3Commit'>) => transactions.commit(databaseId, records),
    dbFreeze: (id: number) => replacements.freeze(id),
    getDbMap: atOnce(() => list.all.map(({ id, flags }) => ({ id, flags }))),
    getDbName: atOnce((id: number) => list.get(id).name),
    getDbPath: atOnce((id: number) => list.get(id).path),
    getDbSeqnum: atOnce((id: number) => list.get(id).store.sequenceNumber),
    dbGetHealth: atOnce((id: number) => healthOf(id)),
    dbSetHealthy: atOnce((id: number) => void list.get(id)),
    dbOpenFlags: atOnce((id: number) => (list.get(id).isPersistent ? 0 : OPEN_FLAGS.noSync | OPEN_FLAGS.incompatibleHash)),
    setDbReadOnly: atOnce((id: number) => setFlag(id, DATABASE_FLAG.readOnly)),
    setDbSticky: atOnce((id: number) => setFlag(id, DATABASE_FLAG.sticky)),
    getDbStatistics: atOnce((id: number) => statisticsOf(id)),
    dbDetach: atOnce((id: number) => list.detach(id)),
    traverseStart: atOnce((request: RequestOf<'traverseStart'>) => traverses.start(request)),
    // Deleted records are removed by the next recovery.
    scheduleForDeletion: atOnce(({ databaseId }: RequestOf<'scheduleForDeletion'>) => void list.get(databaseId)),
    pushRecord: atOnce((request: RequestOf<'pushRecord'>) => list.storeCopy(request)),
    dbThaw: atOnce((id: number) => replacements.thaw(id)),
    dbTransactionStart: atOnce((request: RequestOf<'dbTransactionStart'>) => replacements.begin(request)),
    wipeDatabase: atOnce((request: RequestOf<'wipeDatabase'>) => replacements.wipe(request)),
    dbTransactionCommit: atOnce((request: RequestOf<'dbTransactionCommit'>) => replacements.commit(request)),
    dbPushStart: atOnce((request: RequestOf<'dbPushStart'>) => replacements.expect(request)),
    dbPushConfirm: atOnce((id: number) => replacements.confirm(id)),
  } satisfies Handlers
}
