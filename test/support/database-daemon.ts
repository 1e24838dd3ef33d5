import type { Socket } from 'node:net'
import { join } from 'node:path'
import { DATABASE_FLAG } from '../../src/lib/cluster/database.ts'
import { decode, encode, type ValueOf } from '../../src/lib/wire/codec.ts'
import { controls } from '../../src/lib/wire/controls.ts'
import { decodePacket, encodePacket, type Packet } from '../../src/lib/wire/packet.ts'
import { globalLocks, recordHeader } from '../../src/lib/wire/record-structs.ts'
import { openTdb } from '../../src/transport/local/tdb/tdb-file.ts'
import type { TdbFile } from '../../src/transport/tdb-file.ts'
import { answerBasics, type Exchange, ScriptedDaemon } from './scripted-daemon.ts'
import { createTdbs, TDB_FLAG } from './tdb.ts'

type Call = Extract<Packet, { kind: 'call' }>

const DATABASES = [
  { id: 0x10, name: 'volatile.tdb', flags: 0 },
  { id: 0x20, name: 'persistent.tdb', flags: DATABASE_FLAG.persistent },
  { id: 0x30, name: 'g_lock.tdb', flags: 0 },
] as const
type DatabaseName = (typeof DATABASES)[number]['name']

const OPEN_FLAGS = TDB_FLAG.NOSYNC | TDB_FLAG.INCOMPATIBLE_HASH
const NO_HEADER = { rsn: 0n, dmaster: 0, reserved: 0, flags: 0 }

/** What a test changes about the daemon. */
export interface DatabaseFaults {
  /** How often the first commits are refused, as during a recovery, and whether that happens before or after they take effect. */
  commit?: { refused: number; when: 'before' | 'after' }
  /** PIDs that are clients, besides that of the command. */
  readonly alive?: number[]
  /** The status of the answers to calls. */
  callStatus?: number
  /** Answers traverses. */
  readonly onTraverse?: (exchange: Exchange) => void
}

/** A daemon, node 0, with databases in real TDB files, one of each kind, and that of the locks. */
export class DatabaseDaemon extends ScriptedDaemon {
  private readonly files: ReadonlyMap<DatabaseName, TdbFile>
  private readonly faults: DatabaseFaults

  private constructor(folder: string, files: ReadonlyMap<DatabaseName, TdbFile>, faults: DatabaseFaults) {
    super(join(folder, 's'), (exchange) => void this.answer(exchange, folder))
    this.files = files
    this.faults = faults
  }

  /** @param chains how many hash chains its files have. */
  static async start(folder: string, faults: DatabaseFaults = {}, chains = 131): Promise<DatabaseDaemon> {
    const paths = DATABASES.map(({ name }) => join(folder, name))
    createTdbs({ openFlags: OPEN_FLAGS, chains }, ...paths)
    const files = DATABASES.map(
      async ({ name }) => [name, await openTdb({ path: join(folder, name), openFlags: OPEN_FLAGS })] as const,
    )
    return await new DatabaseDaemon(folder, new Map(await Promise.all(files)), faults).listen()
  }

  override async [Symbol.asyncDispose](): Promise<void> {
    for (const file of this.files.values()) file.close()
    await super[Symbol.asyncDispose]()
  }

  /** The records of a database by their keys, as `RSN DMASTER VALUE`. */
  async content(name: DatabaseName): Promise<Record<string, string>> {
    const content: Record<string, string> = {}
    for await (const { key, data } of this.file(name).traverse()) {
      const { rsn, dmaster } = decode(recordHeader, data)
      content[textOf(key)] = `${rsn} ${dmaster} ${textOf(data.subarray(24))}`
    }
    return content
  }

  async write(
    name: DatabaseName,
    key: string,
    value: Uint8Array,
    header: Partial<ValueOf<typeof recordHeader>> = {},
  ): Promise<void> {
    await this.store(name, key, Buffer.concat([encode(recordHeader, { ...NO_HEADER, ...header }), value]))
  }

  /** Writes a record as it is in the file, where a header should be in front. */
  async store(name: DatabaseName, key: string, data: Uint8Array): Promise<void> {
    await this.file(name).store(Buffer.from(key), data)
  }

  /** Writes that processes hold the lock of transactions on the persistent database. */
  async lockTransactions(...locks: readonly { readonly type: number; readonly pid: number }[]): Promise<void> {
    const value = locks.map(({ type, pid }) => ({
      type,
      holder: { pid: BigInt(pid), taskId: 0x20, pnn: 0, uniqueId: BigInt(pid) },
    }))
    await this.write('g_lock.tdb', 'transaction_db_0x00000020\0', encode(globalLocks, value))
  }

  private file(name: DatabaseName): TdbFile {
    const file = this.files.get(name)
    if (!file) throw new Error(`no database ${name}`)
    return file
  }

  protected override answerFrame(frame: Uint8Array, socket: Socket): void {
    const packet = decodePacket(frame)
    if (packet.kind === 'call') void this.migrate(packet, socket)
    else super.answerFrame(frame, socket)
  }

  /** No other node has the record, so it becomes ours; one that nobody has comes into being. */
  private async migrate({ header: { source, requestId }, databaseId, key }: Call, socket: Socket): Promise<void> {
    const database = DATABASES.find(({ id }) => id === databaseId)
    const { callStatus = 0 } = this.faults
    if (database && callStatus === 0) {
      const file = this.file(database.name)
      const stored = await file.fetch(key)
      const header = stored ? decode(recordHeader, stored) : NO_HEADER
      await file.store(key, Buffer.concat([encode(recordHeader, { ...header, dmaster: 0 }), stored?.subarray(24) ?? Buffer.of()]))
    }
    const reply = { kind: 'callReply', status: callStatus, data: new Uint8Array() } as const
    socket.write(encodePacket({ destination: source, source: 0, requestId }, reply))
  }

  private async answer(exchange: Exchange, folder: string): Promise<void> {
    const { request, reply, fail } = exchange
    if (answerBasics(exchange)) return
    const { opcode, data } = request
    const id = data.length >= 4 ? decode(controls.getDbName.request, data) : undefined
    const database = DATABASES.find((each) => each.id === id)
    const attach = () => {
      const name = decode(controls.dbAttach.request, data)
      reply(controls.dbAttach, DATABASES.find((each) => each.name === name)?.id ?? 0)
    }
    const answers = new Map<number, () => void | Promise<void>>([
      [controls.getDbMap.opcode, () => reply(controls.getDbMap, DATABASES)],
      [controls.getDbName.opcode, () => reply(controls.getDbName, database?.name ?? '')],
      [controls.getDbPath.opcode, () => reply(controls.getDbPath, join(folder, database?.name ?? ''))],
      [controls.dbGetHealth.opcode, () => reply(controls.dbGetHealth, '')],
      [controls.dbOpenFlags.opcode, () => reply(controls.dbOpenFlags, OPEN_FLAGS)],
      [controls.dbAttach.opcode, attach],
      [controls.dbAttachPersistent.opcode, attach],
      [controls.getPid.opcode, () => reply(controls.getPid, process.pid)],
      [controls.processExists.opcode, () => (this.isAlive(data) ? reply(controls.processExists, undefined) : fail(-1))],
      [controls.trans3Commit.opcode, () => this.commit(exchange)],
      [controls.traverseStart.opcode, () => this.faults.onTraverse?.(exchange)],
    ])
    const known = answers.get(opcode)
    if (known) await known()
    else fail(-1)
  }

  private isAlive(data: Uint8Array): boolean {
    return this.faults.alive?.includes(decode(controls.processExists.request, data)) ?? false
  }

  private async commit({ request, reply, fail }: Exchange): Promise<void> {
    const { commit } = this.faults
    const refuses = commit !== undefined && commit.refused > 0
    if (commit) commit.refused -= 1
    if (refuses && commit.when === 'before') return fail(-1)
    for (const { key, data } of decode(controls.trans3Commit.request, request.data).records) {
      await this.file('persistent.tdb').store(key, data)
    }
    if (refuses) fail(-1)
    else reply(controls.trans3Commit, undefined)
  }
}

const textOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString('latin1')
