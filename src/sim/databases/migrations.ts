import { keyText } from '../../lib/cluster/record.ts'
import { ControlFailure } from '../daemon/control-failure.ts'
import { type Process, until, type Wait } from '../process/wait.ts'
import type { Databases } from './databases.ts'
import type { DatabasesOwner } from './databases-owner.ts'
import type { RecordPacket } from './packets.ts'
import type { StoredRecord } from './record-store.ts'
import type { SimDatabase } from './sim-database.ts'

const NO_VALUE = new Uint8Array()

/** A record that this node waits for. */
interface Wanted {
  readonly id: number
  readonly database: SimDatabase
  readonly key: Uint8Array
  /** Called with whether it has arrived; if not, one has to ask again. */
  readonly waiting: ((arrived: boolean) => void)[]
}

/** Moves records of volatile databases to the node whose clients want to change them. Each record has one such node, its data master. */
export class Migrations {
  private readonly owner: DatabasesOwner
  private readonly databases: Databases
  private readonly wanted = new Map<number, Wanted>()
  private lastId = 0

  constructor(owner: DatabasesOwner, databases: Databases) {
    this.owner = owner
    this.databases = databases
  }

  /** The call of a client: brings a record to this node. @throws ControlFailure for a database that has no such records. */
  *fetch(databaseId: number, key: Uint8Array): Process<void> {
    for (;;) {
      const database = this.databases.get(databaseId)
      if (!database.isVolatile || key.length === 0) throw new ControlFailure(-1)
      const release = yield* until(database.locks.lock(keyText(key)))
      const { dmaster } = this.recordOf(database, key).header
      release()
      if (dmaster === this.owner.pnn || (yield* until(this.want(database, key, dmaster)))) return
    }
  }

  /** Handles what another node sends, or this one sends itself. */
  *receive(packet: RecordPacket): Process<void> {
    const database = this.databases.find(packet.databaseId)
    if (!database) return
    const release = yield* until(database.locks.lock(keyText(packet.key)))
    // Of what was sent before a recovery, the recovery has seen to; who still waits asks again.
    if (packet.generation === database.vnnMap.generation) this.handle(database, packet)
    release()
  }

  /** Asks again for the records of a database that a recovery has replaced. */
  askAgain(database: SimDatabase): void {
    for (const wanted of [...this.wanted.values()]) if (wanted.database === database) this.settle(wanted.id, false)
  }

  private want(database: SimDatabase, key: Uint8Array, dmaster: number): Wait<boolean> {
    return (done) => {
      const name = keyText(key)
      const other = [...this.wanted.values()].find((each) => each.database === database && keyText(each.key) === name)
      if (other) {
        other.waiting.push(done)
        return undefined
      }
      this.lastId += 1
      const requestId = this.lastId
      this.wanted.set(requestId, { id: requestId, database, key, waiting: [done] })
      const { generation } = database.vnnMap
      this.owner.sendRecord(dmaster, {
        step: 'call',
        databaseId: database.id,
        generation,
        key,
        wanter: this.owner.pnn,
        requestId,
      })
      return undefined
    }
  }

  private settle(id: number, arrived: boolean): void {
    const wanted = this.wanted.get(id)
    this.wanted.delete(id)
    for (const done of wanted?.waiting ?? []) done(arrived)
  }

  private handle(database: SimDatabase, packet: RecordPacket): void {
    if (packet.step === 'call') this.giveUp(database, packet)
    else if (packet.step === 'dmaster' && packet.wanter !== this.owner.pnn) {
      const { key, header, value, wanter } = packet
      database.write(key, { ...header, dmaster: wanter }, value)
      this.owner.sendRecord(wanter, { ...packet, step: 'arrival' })
    } else this.take(database, packet)
  }

  /** Sends a record to the node that wants it, or the request to the node that has the record. */
  private giveUp(database: SimDatabase, packet: RecordPacket): void {
    const { owner } = this
    const { key, wanter } = packet
    const { header, value } = this.recordOf(database, key)
    const lmaster = database.lmasterOf(key)
    if (header.dmaster !== owner.pnn) {
      const next = owner.pnn === lmaster ? header.dmaster : lmaster
      if (next !== undefined) owner.sendRecord(next, packet)
      return
    }
    if (wanter === owner.pnn) {
      this.settle(packet.requestId, true)
      return
    }
    database.write(key, { ...header, dmaster: wanter }, value)
    if (owner.pnn === lmaster) owner.sendRecord(wanter, { ...packet, step: 'arrival', header, value })
    else if (lmaster !== undefined) owner.sendRecord(lmaster, { ...packet, step: 'dmaster', header, value })
  }

  /** The record has arrived. It counts as newer than all copies that other nodes still have. */
  private take(database: SimDatabase, packet: Exclude<RecordPacket, { step: 'call' }>): void {
    const { key, header, value, requestId } = packet
    database.write(key, { ...header, rsn: header.rsn + 1n, dmaster: this.owner.pnn }, value)
    this.settle(requestId, true)
  }

  /** A record that nobody has written yet begins at its location master. */
  private recordOf(database: SimDatabase, key: Uint8Array): StoredRecord {
    const found = database.store.get(key)
    if (found) return found
    const dmaster = database.lmasterOf(key) ?? this.owner.pnn
    const record = { key, header: { rsn: 0n, dmaster, reserved: 0, flags: 0 }, value: NO_VALUE }
    if (dmaster === this.owner.pnn) database.store.set(record)
    return record
  }
}
