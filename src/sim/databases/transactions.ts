import type { RecordData } from '../../lib/wire/record-structs.ts'
import { ControlFailure } from '../daemon/control-failure.ts'
import { type Process, until, type Wait } from '../process/wait.ts'
import type { Databases } from './databases.ts'
import type { DatabasesOwner } from './databases-owner.ts'
import type { PeerCalls } from './packets.ts'
import { storedOf, WHOLE } from './record-store.ts'
import type { SimDatabase } from './sim-database.ts'

/** Commits the transactions of clients: writes their records on all active nodes. */
export class Transactions {
  private readonly owner: DatabasesOwner
  private readonly databases: Databases
  /** The commits that wait for the end of a recovery, by what is to be called then. */
  private readonly unfinished = new Map<() => void, SimDatabase>()

  constructor(owner: DatabasesOwner, databases: Databases) {
    this.owner = owner
    this.databases = databases
  }

  /**
   * TRANS3_COMMIT. A commit that does not succeed on all nodes of the VNN map starts a recovery, which completes or undoes it. The refusal waits for its
   * end, so that the sequence number that the client looks at then is what the recovery has made of it.
   * @throws ControlFailure.
   */
  *commit(databaseId: number, records: readonly RecordData[]): Process<void> {
    const { owner } = this
    const database = this.databases.get(databaseId)
    if (database.isVolatile || owner.recoveryMode !== 0 || owner.isInactive) throw new ControlFailure(-1)
    const { generation, map } = owner.vnnMap
    const failed = yield* until(this.updateAll(database, map, { databaseId, generation, records }))
    if (failed === 'no node') return
    if (failed === 'some node') {
      owner.enterRecovery()
      yield* until(this.endOfRecovery(database))
    }
    throw new ControlFailure(-1)
  }

  /** Writes the records of a transaction on this node: all of them or none. @throws ControlFailure when the node has newer ones. */
  *update({ databaseId, generation, records }: PeerCalls['updateRecords'][0]): Process<void> {
    const database = this.databases.get(databaseId)
    const release = yield* until(database.locks.lock(WHOLE))
    try {
      if (this.owner.recoveryMode !== 0 || generation !== database.vnnMap.generation) throw new ControlFailure(-1)
      const changes = records.map(storedOf)
      for (const change of changes) {
        const old = database.store.get(change.key)
        if (old && old.header.rsn >= change.header.rsn) throw new ControlFailure(-1)
      }
      for (const change of changes) database.store.set(change)
    } finally {
      release()
    }
  }

  /** A recovery has replaced the records of a database. */
  recovered(database: SimDatabase): void {
    for (const [done, of] of [...this.unfinished]) if (of === database) done()
  }

  /** Done when all nodes have answered, or a recovery has come between. */
  private updateAll(
    database: SimDatabase,
    nodes: readonly number[],
    update: PeerCalls['updateRecords'][0],
  ): Wait<'no node' | 'some node' | 'recovered'> {
    return (done) => {
      let waiting = nodes.length
      let failures = 0
      const end = (result: 'no node' | 'some node' | 'recovered') => {
        this.unfinished.delete(interrupted)
        done(result)
      }
      const interrupted = () => end('recovered')
      const answered = (isFailure: boolean) => {
        waiting -= 1
        if (isFailure) failures += 1
        if (waiting === 0 && this.unfinished.has(interrupted)) end(failures === 0 ? 'no node' : 'some node')
      }
      this.unfinished.set(interrupted, database)
      for (const pnn of nodes) {
        this.owner.callPeer(
          pnn,
          'updateRecords',
          update,
        )(
          () => answered(false),
          () => answered(true),
        )
      }
      return undefined
    }
  }

  private endOfRecovery(database: SimDatabase): Wait<void> {
    return (done) => {
      const ended = () => {
        this.unfinished.delete(ended)
        done()
      }
      this.unfinished.set(ended, database)
      return undefined
    }
  }
}
