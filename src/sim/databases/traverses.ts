import type { RequestOf } from '../../lib/wire/controls.ts'
import { DESTINATION } from '../../lib/wire/destination.ts'
import { message } from '../../lib/wire/messages.ts'
import { recordData } from '../../lib/wire/record-structs.ts'
import { ControlFailure } from '../daemon/control-failure.ts'
import { type Process, until } from '../process/wait.ts'
import type { Databases } from './databases.ts'
import type { DatabasesOwner } from './databases-owner.ts'
import { dataOf, type StoredRecord, WHOLE } from './record-store.ts'
import type { SimDatabase } from './sim-database.ts'

const NO_BYTES = new Uint8Array()

/** Sends clients the records of a database in the whole cluster. */
export class Traverses {
  private readonly owner: DatabasesOwner
  private readonly databases: Databases

  constructor(owner: DatabasesOwner, databases: Databases) {
    this.owner = owner
    this.databases = databases
  }

  /**
   * TRAVERSE_START_EXT: begins to send the records of a database as messages to the srvid of the request. The last one is empty. A node that
   * does not answer in the time of TraverseTimeout is left out.
   * @throws ControlFailure.
   */
  start({ databaseId, requestId, srvid, withEmptyRecords }: RequestOf<'traverseStart'>): void {
    const { owner } = this
    const database = this.databases.get(databaseId)
    if (owner.isInactive) throw new ControlFailure(-1)
    const kind = message(srvid, 'record', recordData)
    const send = (key: Uint8Array, data: Uint8Array) =>
      owner.mailboxes.send(DESTINATION.CURRENT_NODE, kind, { requestId, key, data })
    // What has its records on all nodes is read on one of them.
    const nodes = database.isVolatile ? owner.vnnMap.map.filter((pnn) => owner.isActive(pnn)) : [owner.pnn]
    let waiting = nodes.length
    const over = () => {
      waiting = 0
      cancel()
      send(NO_BYTES, NO_BYTES)
    }
    const cancel = owner.program.after(owner.tunable('TraverseTimeout') * 1000, over)
    const answered = (records: readonly StoredRecord[]) => {
      if (waiting === 0) return
      for (const { key, header, value } of records) {
        if (value.length > 0 || withEmptyRecords !== 0) send(key, dataOf({ header, value }))
      }
      waiting -= 1
      if (waiting === 0) over()
    }
    if (waiting === 0) over()
    for (const pnn of nodes) owner.callPeer(pnn, 'ownRecords', databaseId)(answered, () => answered([]))
  }

  /** The records that this node may change; of a database that is the same on all nodes, all of them. */
  *ownRecords(databaseId: number): Process<readonly StoredRecord[]> {
    const database = this.databases.get(databaseId)
    const release = yield* until(database.locks.lock(WHOLE))
    const records = database.store.all().filter((record) => this.isOwn(database, record))
    release()
    return records
  }

  private isOwn(database: SimDatabase, { header }: StoredRecord): boolean {
    return !database.isVolatile || header.dmaster === this.owner.pnn
  }
}
