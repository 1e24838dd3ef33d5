import { keyText } from '../../src/lib/cluster/record.ts'
import { databaseId } from '../../src/lib/cluster/record-hash.ts'
import { encode } from '../../src/lib/wire/codec.ts'
import type { ControlName, ReplyOf, RequestOf } from '../../src/lib/wire/controls.ts'
import { DESTINATION } from '../../src/lib/wire/destination.ts'
import { u64 } from '../../src/lib/wire/primitives.ts'
import { ControlFailure } from '../../src/sim/daemon/control-failure.ts'
import type { SimDaemon } from '../../src/sim/daemon/daemon.ts'
import { atOnce } from '../../src/sim/daemon/handler.ts'
import { dataOf, type StoredRecord } from '../../src/sim/databases/record-store.ts'
import type { SimDatabase } from '../../src/sim/databases/sim-database.ts'
import { Program } from '../../src/sim/process/program.ts'
import { type Process, until } from '../../src/sim/process/wait.ts'
import type { World } from '../../src/sim/world/world.ts'

const SEQUENCE_NUMBER = '__db_sequence_number__\0'
const LOCKS = 'g_lock.tdb'
/** Clients of ctdb wait shorter, which only costs time here. */
const RETRY_MS = 40

/** How a transaction ended. */
export type Ended = 'committed' | 'failed'

/** A client of one daemon in virtual time, which does what `ctdbts` does with databases. It falls silent when the daemon ends. */
export class DatabaseClient {
  readonly daemon: SimDaemon
  private readonly program: Program
  private readonly name: string

  constructor({ clock }: World, daemon: SimDaemon, pid: number) {
    this.daemon = daemon
    this.name = `${daemon.pnn}:${pid}`
    this.program = new Program(clock, (error) => {
      throw error
    })
    daemon.databases.clients.opened(pid)
  }

  /** Runs something in this client. */
  run<T>(process: Process<T>, ended: (value: T) => void = () => {}): void {
    this.program.start(process, (outcome) => {
      if (outcome.ok) ended(outcome.value)
      else if (!(outcome.error instanceof ControlFailure)) throw outcome.error
    })
  }

  *sleep(ms: number): Process<void> {
    yield* until(this.program.sleep(ms))
  }

  *control<N extends ControlName>(name: N, request: RequestOf<N>, to: number = DESTINATION.CURRENT_NODE): Process<ReplyOf<N>> {
    return yield* until(this.daemon.control(to, name, request))
  }

  /** Changes a record of a volatile database where it is locked, as often as it takes to get it here. */
  *change(database: string, key: string, change: (value: string) => string): Process<string> {
    return yield* this.tryChange(database, key, (value) => atOnce(change)(value, 0))
  }

  /** A record of this node's file. */
  *read(database: string, key: string): Process<StoredRecord | undefined> {
    const { locks, store } = this.find(database)
    const release = yield* until(locks.lock(key))
    const record = store.get(Buffer.from(key))
    release()
    return record
  }

  /** A transaction: what `change` makes of what it reads is written to all nodes at once. */
  *transact(database: string, change: (read: (key: string) => string) => Record<string, string>): Process<Ended> {
    const lock = `transaction_db_${database}`
    yield* this.takeLock(lock)
    const old = this.find(database).store
    const read = (key: string) => Buffer.from(old.get(Buffer.from(key))?.value ?? '').toString()
    const before = old.sequenceNumber
    const changes = change(read)
    const number = encode(u64, before + 1n)
    const values = new Map<string, Uint8Array>(Object.entries(changes).map(([key, value]) => [key, Buffer.from(value)]))
    const records = [...values.set(SEQUENCE_NUMBER, number)].map(([text, value]) => {
      const key = Buffer.from(text)
      const header = { rsn: (old.get(key)?.header.rsn ?? 0n) + 1n, dmaster: this.daemon.pnn, reserved: 0, flags: 0 }
      return { requestId: 0, key, data: dataOf({ header, value }) }
    })
    const ended = yield* this.commit(database, records, before, changes)
    yield* this.change(LOCKS, lock, (holders) => without(holders, this.name))
    return ended
  }

  private *commit(
    database: string,
    records: RequestOf<'trans3Commit'>['records'],
    before: bigint,
    changes: Record<string, string>,
  ): Process<Ended> {
    for (;;) {
      try {
        yield* this.control('trans3Commit', { databaseId: databaseId(database), records })
        return 'committed'
      } catch (error) {
        if (!(error instanceof ControlFailure)) throw error
      }
      yield* this.read(database, SEQUENCE_NUMBER)
      const { store } = this.find(database)
      if (store.sequenceNumber !== before) {
        // The number alone would not tell one transaction from another.
        const isOurs = Object.entries(changes).every(([key, value]) => {
          return Buffer.from(store.get(Buffer.from(key))?.value ?? '').toString() === value
        })
        return isOurs ? 'committed' : 'failed'
      }
      yield* this.sleep(RETRY_MS)
    }
  }

  private *takeLock(lock: string): Process<void> {
    const tryOnce = this.addHolder.bind(this)
    for (;;) {
      const holders = yield* this.tryChange(LOCKS, lock, tryOnce)
      if (holders === this.name) return
      yield* this.sleep(RETRY_MS)
    }
  }

  /** The holders with this one, unless another one holds it that is alive. */
  private *addHolder(holders: string): Process<string> {
    if (holders !== '' && holders !== this.name && (yield* this.isAlive(holders))) return holders
    return this.name
  }

  private *isAlive(holder: string): Process<boolean> {
    const [pnn = 0, pid = 0] = holder.split(':').map(Number)
    try {
      yield* this.control('processExists', pid, pnn)
      return true
    } catch (error) {
      if (!(error instanceof ControlFailure)) throw error
      return false
    }
  }

  private *tryChange(database: string, key: string, change: (value: string) => Process<string>): Process<string> {
    const { locks, store, id } = this.find(database)
    const name = Buffer.from(key)
    for (;;) {
      const release = yield* until(locks.lock(keyText(name)))
      try {
        const record = store.get(name)
        if (record?.header.dmaster === this.daemon.pnn) {
          const value = yield* change(Buffer.from(record.value).toString())
          store.set({ ...record, value: Buffer.from(value) })
          return value
        }
      } finally {
        release()
      }
      yield* until(this.daemon.migrate(id, name))
    }
  }

  private find(database: string): SimDatabase {
    return this.daemon.databases.list.get(databaseId(database))
  }
}

const without = (holders: string, name: string): string => (holders === name ? '' : holders)
