import type { Duplex } from 'node:stream'
import { keyText } from '../../lib/cluster/record.ts'
import { CtdbtsError } from '../../lib/errors.ts'
import { decodeTdbFrame, encodeTdbFrame, type TdbFrame, tdbFrameSplitter } from '../../lib/tdb/frames.ts'
import { ControlFailure } from '../daemon/control-failure.ts'
import type { SimDaemon } from '../daemon/daemon.ts'
import type { Release } from '../databases/record-locks.ts'
import { dataOf, storedOf, WHOLE } from '../databases/record-store.ts'
import type { SimDatabase } from '../databases/sim-database.ts'
import type { Enter } from './serve-client.ts'

const PID_BYTES = 4

/**
 * Serves the file of a database to one client, in the place of a TDB file, which only TDB's own library could lock. The first request names
 * the file. Also serves while the daemon hangs, as a file would be there. Invalid requests end the stream.
 */
export function serveDatabase(stream: Duplex, daemon: SimDaemon, enter: Enter): void {
  const file = new ServedFile(stream, daemon)
  const frames = tdbFrameSplitter()
  stream.on('data', (chunk: Uint8Array) => {
    try {
      for (const frame of frames.push(chunk)) enter(() => file.receive(decodeTdbFrame(frame)))
    } catch (error) {
      stream.destroy()
      // Invalid frames end the connection. Anything else is a bug in the simulation.
      if (!(error instanceof CtdbtsError)) throw error
    }
  })
  stream.on('error', () => stream.destroy())
  stream.on('end', () => stream.end())
  stream.on('close', () => enter(() => file.close()))
}

class ServedFile {
  private readonly stream: Duplex
  private readonly daemon: SimDaemon
  private open: { readonly database: SimDatabase; readonly pid: number } | undefined
  private readonly held = new Map<string, Release>()
  private isClosed = false

  constructor(stream: Duplex, daemon: SimDaemon) {
    this.stream = stream
    this.daemon = daemon
  }

  receive(frame: TdbFrame): void {
    if (this.open) this.serve(this.open.database, frame)
    else if (frame.letter === 'P' && frame.data.length === PID_BYTES) this.begin(frame)
    else this.stream.destroy()
  }

  close(): void {
    if (this.isClosed) return
    this.isClosed = true
    if (this.open) this.daemon.databases.clients.closed(this.open.pid)
    for (const release of this.held.values()) release()
    this.held.clear()
  }

  private begin({ key, data }: TdbFrame): void {
    const path = Buffer.from(key).toString()
    const database = this.daemon.databases.list.all.find((each) => each.path === path)
    if (!database) {
      this.answer('E', Buffer.from('No such file or directory'))
      return
    }
    this.open = { database, pid: Buffer.from(data).readUInt32LE() }
    this.daemon.databases.clients.opened(this.open.pid)
    this.answer('O')
  }

  private serve(database: SimDatabase, { letter, key, data }: TdbFrame): void {
    const name = keyText(key)
    if (letter === 'L') this.lock(database, name)
    else if (letter === 'U') this.unlock(name)
    else if (letter === 'F') this.withLock(database, name, () => this.fetch(database, key))
    else if (letter === 'S') this.withLock(database, name, () => this.store(database, key, data))
    else if (letter === 'T') this.withLock(database, WHOLE, () => this.traverse(database))
    else this.stream.destroy()
  }

  private lock(database: SimDatabase, name: string): void {
    if (this.held.has(name)) {
      this.answer('O')
      return
    }
    database.locks.lock(name)(
      (release) => {
        if (this.isClosed) {
          release()
          return
        }
        this.held.set(name, release)
        this.answer('O')
      },
      () => {},
    )
  }

  private unlock(name: string): void {
    const release = this.held.get(name)
    this.held.delete(name)
    this.answer('O')
    release?.()
  }

  /** Does something under the lock of a record, which the client may have already. */
  private withLock(database: SimDatabase, name: string, action: () => void): void {
    if (this.held.has(name)) {
      action()
      return
    }
    database.locks.lock(name)(
      (release) => {
        if (!this.isClosed) action()
        release()
      },
      () => {},
    )
  }

  private fetch(database: SimDatabase, key: Uint8Array): void {
    const found = database.store.get(key)
    if (found) this.answer('D', dataOf(found))
    else this.answer('N')
  }

  private store(database: SimDatabase, key: Uint8Array, data: Uint8Array): void {
    try {
      database.store.set(storedOf({ key, data }))
      this.answer('O')
    } catch (error) {
      if (!(error instanceof ControlFailure)) throw error
      this.answer('E', Buffer.from('too short for a header'))
    }
  }

  private traverse(database: SimDatabase): void {
    for (const record of database.store.all()) this.stream.write(encodeTdbFrame('R', record.key, dataOf(record)))
    this.answer('O')
  }

  private answer(letter: string, data?: Uint8Array): void {
    if (!this.stream.destroyed) this.stream.write(encodeTdbFrame(letter, undefined, data))
  }
}
