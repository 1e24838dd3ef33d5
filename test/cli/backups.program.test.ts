import { once } from 'node:events'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { execa } from 'execa'
import { describe, expect, it, onTestFinished } from 'vitest'
import { encodeBackupHeader, encodeBuffer } from '../../src/lib/cluster/backup-file.ts'
import { type ClusterNode, NODE_FLAG } from '../../src/lib/cluster/node.ts'
import { decode, encode } from '../../src/lib/wire/codec.ts'
import { controls } from '../../src/lib/wire/controls.ts'
import { messages } from '../../src/lib/wire/messages.ts'
import { recordHeader } from '../../src/lib/wire/record-structs.ts'
import { DatabaseDaemon } from '../support/database-daemon.ts'
import { canIsolate } from '../support/namespaces.ts'
import { ctdbts, RUN_JS } from '../support/program.ts'
import { answerBasics, type Exchange, ScriptedDaemon } from '../support/scripted-daemon.ts'
import { fails, prints } from '../support/sim-nodes.ts'
import { hasTdb } from '../support/tdb.ts'
import { tempDir } from '../support/temp-dir.ts'

const TIME = Date.UTC(2026, 2, 4, 14, 5, 10) / 1000
const stored = (value: string) =>
  Buffer.concat([encode(recordHeader, { rsn: 3n, dmaster: 1, reserved: 0, flags: 0 }), Buffer.from(value)])
const record = (key: string, value: string) => ({ requestId: 0, key: Buffer.from(key), data: stored(value) })
const header = { time: TIME, flags: 1n, bufferCount: 2n, recordCount: 3n, name: 'secrets.tdb' }
const BACKUP = Buffer.concat([
  encodeBackupHeader(header),
  encodeBuffer(0x10, [record('a', '1'), record('b', '2')]),
  encodeBuffer(0x10, [record('c', '')]),
])

function folder() {
  const dir = tempDir()
  onTestFinished(() => dir[Symbol.dispose]())
  return dir
}

const node = (pnn: number, flags = 0): ClusterNode => ({
  pnn,
  flags,
  address: { family: 'ipv4', address: `10.0.0.${pnn}`, port: 4379 },
})

interface Changes {
  /** The opcode of the control that node 2 refuses. */
  readonly refused?: number
  /** How many records a node says that it has received. */
  readonly received?: number
}

/** A daemon with one database, of a cluster in which node 1 is stopped. */
const answerWith =
  ({ refused, received = 3 }: Changes) =>
  (exchange: Exchange): void => {
    const { request, reply, fail, send } = exchange
    if (request.opcode === refused && request.header.destination === 2) {
      fail(-1)
      return
    }
    if (answerBasics(exchange)) {
      if (request.srvid === messages.leader.srvid) send(messages.leader, 0)
      return
    }
    const answers = new Map<number, () => void>([
      [controls.getDbMap.opcode, () => reply(controls.getDbMap, [{ id: 0x10, flags: 1 }])],
      [controls.getDbName.opcode, () => reply(controls.getDbName, 'secrets.tdb')],
      [controls.getDbPath.opcode, () => reply(controls.getDbPath, '/nonexistent')],
      [controls.dbGetHealth.opcode, () => reply(controls.dbGetHealth, '')],
      [controls.dbOpenFlags.opcode, () => reply(controls.dbOpenFlags, 0)],
      [controls.dbAttachPersistent.opcode, () => reply(controls.dbAttachPersistent, 0x10)],
      [controls.getNodeMap.opcode, () => reply(controls.getNodeMap, [node(0), node(1, NODE_FLAG.STOPPED), node(2)])],
      [controls.getRecoveryMode.opcode, () => reply(controls.getRecoveryMode, 0)],
      [controls.getVnnMap.opcode, () => reply(controls.getVnnMap, { generation: 4711, map: [0, 2] })],
      [controls.dbPushConfirm.opcode, () => reply(controls.dbPushConfirm, received)],
      [controls.dumpMemory.opcode, () => reply(controls.dumpMemory, 'full talloc report\n\x1b[1m struct\n')],
    ])
    const known = answers.get(request.opcode)
    if (known) known()
    else reply(controls.dbFreeze, undefined)
  }

async function start(changes: Changes = {}) {
  const dir = folder()
  const daemon = await new ScriptedDaemon(dir.file('s'), answerWith(changes)).listen()
  onTestFinished(() => daemon[Symbol.asyncDispose]())
  const run = (...argv: string[]) => ctdbts(argv, { CTDB_SOCKET: daemon.path, TZ: 'UTC' })
  /** The steps that changed something, with the nodes that they went to. */
  const steps = () =>
    daemon.requests.filter(({ opcode }) => STEPS.has(opcode)).map(({ opcode, header }) => [STEPS.get(opcode), header.destination])
  return { dir, daemon, run, steps }
}

const STEPS = new Map(
  [
    controls.dbFreeze,
    controls.dbTransactionStart,
    controls.wipeDatabase,
    controls.dbPushStart,
    controls.dbPushConfirm,
    controls.dbSetHealthy,
    controls.dbTransactionCommit,
    controls.dbThaw,
    controls.setRecoveryMode,
  ].map(({ opcode, name }) => [opcode, name]),
)
const onActive = (...names: string[]) => names.flatMap((name) => [0, 2].map((pnn) => [name, pnn]))

describe('wipedb', () => {
  it('empties the database on the active nodes, in one transaction of the generation', async () => {
    const { daemon, run, steps } = await start()
    expect(await run('wipedb', 'secrets.tdb')).toMatchObject(prints('Database secrets.tdb wiped\n'))
    expect(steps()).toEqual(
      onActive('DB_FREEZE', 'DB_TRANSACTION_START', 'WIPE_DATABASE', 'DB_SET_HEALTHY', 'DB_TRANSACTION_COMMIT', 'DB_THAW'),
    )
    const wipe = daemon.requests.find(({ opcode }) => opcode === controls.wipeDatabase.opcode)
    expect(decode(controls.wipeDatabase.request, wipe?.data ?? Buffer.of())).toEqual({ databaseId: 0x10, transactionId: 4711 })
  })

  it('starts a recovery when a step fails, and says no more than ctdb', async () => {
    const { run, steps } = await start({ refused: controls.wipeDatabase.opcode })
    expect(await run('wipedb', '0x10')).toMatchObject(fails(''))
    expect(steps().map(([name]) => name)).not.toContain('DB_TRANSACTION_COMMIT')
    expect(steps().at(-1)?.[0]).toBe('SET_RECMODE')
    const { error } = JSON.parse((await run('wipedb', '0x10', '--json')).stdout)
    expect(error.message).toBe('WIPE_DATABASE failed on node 2 with status -1')
  })
})

describe('restoredb', () => {
  it('sends the records to the active nodes, and makes sure that they have arrived', async () => {
    const { dir, daemon, run, steps } = await start()
    writeFileSync(dir.file('backup'), BACKUP)
    expect(await run('restoredb', dir.file('backup'))).toMatchObject(
      prints('Restoring database secrets.tdb from backup @ 2026/03/04 14:05:10\nDatabase secrets.tdb restored\n'),
    )
    expect(steps()).toEqual(
      onActive(
        'DB_FREEZE',
        'DB_TRANSACTION_START',
        'WIPE_DATABASE',
        'DB_PUSH_START',
        'DB_PUSH_CONFIRM',
        'DB_SET_HEALTHY',
        'DB_TRANSACTION_COMMIT',
        'DB_THAW',
      ),
    )
    const pushed = daemon.messages.filter(({ srvid }) => srvid === messages.pushRecords.srvid)
    expect(
      pushed.map(({ header: { destination }, data }) => [destination, decode(messages.pushRecords.data, data).records.length]),
    ).toEqual([
      [0, 2],
      [2, 2],
      [0, 1],
      [2, 1],
    ])
  })

  it('fails as ctdb when records are missing', async () => {
    const { dir, run, steps } = await start({ received: 2 })
    writeFileSync(dir.file('backup'), BACKUP)
    expect(await run('restoredb', dir.file('backup'), 'copy.tdb')).toMatchObject({
      stdout: 'Restoring database copy.tdb from backup @ 2026/03/04 14:05:10\n',
      stderr: 'Node 0 received 2 of 3 records\n',
      // Sic.
      status: 0,
    })
    expect(steps().at(-1)?.[0]).toBe('SET_RECMODE')
  })

  it('changes nothing when the backup is damaged', async () => {
    const { dir, run, steps } = await start()
    const file = dir.file('backup')
    writeFileSync(file, BACKUP.subarray(0, 200))
    expect(await run('restoredb', file)).toMatchObject({
      stderr: `ctdbts: ${file} is damaged at offset 104: buffer 0 of 2 has 84 bytes, but only 80 follow\n`,
      status: 5,
    })
    writeFileSync(file, Buffer.concat([encodeBackupHeader({ ...header, recordCount: 4n }), BACKUP.subarray(104)]))
    expect(await run('restoredb', file)).toMatchObject({
      stderr: `ctdbts: ${file} is damaged at offset 32: it has 3 records, and announces 4\n`,
      status: 5,
    })
    expect(steps()).toEqual([])
  })
})

describe('dumpdbbackup', () => {
  const dump = (file: string, ...options: string[]) =>
    ctdbts(['dumpdbbackup', file, ...options], { TZ: 'UTC', CTDB_SOCKET: '/nonexistent' })

  it('shows the records without a daemon', async () => {
    const file = folder().file('backup')
    writeFileSync(file, BACKUP)
    const text = (key: string, value: string) =>
      `key(1) = "${key}"\ndmaster: 1\nrsn: 3\nflags: 0x00000000\ndata(${value.length}) = "${value}"\n\n`
    expect(await dump(file)).toMatchObject(
      prints(
        `Dumping database secrets.tdb from backup @ 2026/03/04 14:05:10\n${text('a', '1')}${text('b', '2')}${text('c', '')}Dumped 3 record(s)\n`,
      ),
    )
    expect(JSON.parse((await dump(file, '--json')).stdout)).toMatchObject({
      name: 'secrets.tdb',
      records: [{ key: '61' }, {}, {}],
    })
  })

  it('names what is wrong with a file', async () => {
    const dir = folder()
    const dumped = async (bytes: Uint8Array) => {
      writeFileSync(dir.file('backup'), bytes)
      return await dump(dir.file('backup'))
    }
    expect(await dumped(Buffer.of())).toMatchObject(fails('Wrong version of backup file, expected 3, got 0\n', 22))
    expect(await dump(dir.file('absent'))).toMatchObject(fails(`Failed to open file ${dir.file('absent')} for reading\n`, 2))
    const file = dir.file('backup')
    const damagedAt = (place: string) => `ctdbts: ${file} is damaged at offset ${place}\n`
    expect(await dumped(BACKUP.subarray(0, -1))).toMatchObject({
      stderr: `${damagedAt('204: buffer 1 of 2 has 41 bytes, but only 40 follow')}Failed to read records\n`,
      status: 5,
    })
  })

  it('names the place of damage, after the records in front of it', async () => {
    const file = folder().file('backup')
    // The second record of the first buffer is at 104 + 16 + 42.
    const changed = async (change: (bytes: Buffer) => void) => {
      const bytes = Buffer.from(BACKUP)
      change(bytes)
      writeFileSync(file, bytes)
      const { stdout, stderr, status } = await dump(file)
      return { count: stdout.split('key(').length - 1, stderr: stderr.replaceAll(file, 'FILE'), status }
    }
    const damage = (words: string, last: string, status: number, count = 0) => ({
      count,
      stderr: `ctdbts: FILE is damaged at offset ${words}\nFailed to ${last} records\n`,
      status,
    })
    expect(await changed((bytes) => bytes.writeBigUInt64LE(1n << 29n, 104 + 8))).toEqual(
      damage('104: a buffer of 536870912 bytes', 'read', 12),
    )
    expect(await changed((bytes) => bytes.writeBigUInt64LE(1n << 27n, 104 + 8))).toEqual(
      damage('104: buffer 0 of 2 has 134217728 bytes, but only 141 follow', 'read', 5),
    )
    expect(await changed((bytes) => bytes.writeUInt32LE(0xffff_ffff, 162 + 8))).toEqual(
      damage('162: record 1 of 2 in a buffer: length 42 of a record with 4294967295 bytes of key and 25 of data', 'dump', 90, 1),
    )
    expect(await changed((bytes) => bytes.writeUInt32LE(0xffff_ffff, 104 + 4))).toEqual(
      damage('204: record 2 of 4294967295 in a buffer: needs 16 bytes, but 0 remain', 'dump', 90, 2),
    )
    const short = { requestId: 0, key: Buffer.of(), data: Buffer.alloc(23) }
    writeFileSync(file, Buffer.concat([encodeBackupHeader(header), encodeBuffer(1, [short])]))
    expect(JSON.parse((await dump(file, '--json')).stdout).error.message).toBe(
      `Failed to dump records: ${file} is damaged at offset 120: record 0 of 1 in a buffer: 23 bytes are too few for a header`,
    )
  })
})

describe.skipIf(!hasTdb())('backupdb', () => {
  it('writes what dumpdbbackup reads, in portions', async () => {
    const dir = folder()
    const daemon = await DatabaseDaemon.start(dir.path)
    onTestFinished(() => daemon[Symbol.asyncDispose]())
    const keys = Array.from({ length: 30 }, (_, index) => `key${index}`)
    for (const key of keys) await daemon.write('persistent.tdb', key, Buffer.alloc(10_000, key), { rsn: 1n })
    const run = (...argv: string[]) => ctdbts(argv, { CTDB_SOCKET: daemon.path })
    const file = dir.file('backup')
    // It is overwritten, not shortened.
    writeFileSync(file, Buffer.alloc(400_000, 'x'))
    expect(await run('backupdb', 'persistent.tdb', file)).toMatchObject(prints(`Database backed up to ${file}\n`))
    const bytes = readFileSync(file)
    expect([bytes.length, bytes.readBigUInt64LE(16), bytes.readBigUInt64LE(24), bytes.readBigUInt64LE(32)]).toEqual([
      400_000,
      1n,
      3n,
      30n,
    ])
    const { records } = JSON.parse((await run('dumpdbbackup', file, '--json')).stdout)
    expect(records.map(({ key }: { key: string }) => Buffer.from(key, 'hex').toString()).toSorted()).toEqual(keys.toSorted())
    expect(await run('backupdb', 'persistent.tdb', '/nonexistent/backup')).toMatchObject(
      fails('Failed to open file /nonexistent/backup for writing\n', 2),
    )
  })
})

describe.runIf(hasTdb() && canIsolate)('backupdb', () => {
  it('fails if the disk takes only a part of the last portion', async () => {
    const dir = folder()
    const daemon = await DatabaseDaemon.start(dir.path)
    onTestFinished(() => daemon[Symbol.asyncDispose]())
    for (let index = 0; index < 8; index++)
      await daemon.write('persistent.tdb', `key${index}`, Buffer.alloc(10_000, 'x'), { rsn: 1n })
    mkdirSync(dir.file('small'))
    const mount = 'mount -t tmpfs -o size=64k none "$1" && shift && exec "$@"'
    const words = ['backupdb', 'persistent.tdb', dir.file('small/backup')]
    const { exitCode, stdout, stderr } = await execa(
      'unshare',
      ['-rm', 'sh', '-c', mount, 'sh', dir.file('small'), process.execPath, RUN_JS, ...words],
      { env: { CTDB_SOCKET: daemon.path }, reject: false },
    )
    expect([exitCode, stdout, stderr]).toEqual([28, '', expect.stringContaining('Failed to write records to backup file')])
  })
})

describe('dumpmemory', () => {
  it('shows the memory of the daemon, without what a terminal would act on', async () => {
    const { run } = await start()
    expect(await run('dumpmemory')).toMatchObject(prints('full talloc report\n\\x1b[1m struct\n'))
    expect(JSON.parse((await run('dumpmemory', 'ignored', '--json')).stdout)).toMatchObject({
      pnn: 0,
      lines: ['full talloc report', expect.any(String)],
    })
  })
})

describe('rddumpmemory', () => {
  it('asks the recovery daemon of a node', async () => {
    const { daemon, run } = await start()
    expect(await run('-n', '2', 'rddumpmemory', 'ignored')).toMatchObject(prints('recovery daemon\n'))
    expect(daemon.messages.map(({ srvid, header }) => [srvid, header.destination])).toEqual([[messages.memDump.srvid, 2]])
    const { stdout } = await run('-n', '2', 'rddumpmemory', '--json')
    expect(JSON.parse(stdout)).toEqual({ formatVersion: 1, pnn: 2, lines: ['recovery daemon'] })
  })
})

describe('checktcpport', () => {
  it('succeeds for a free port, and fails for one in use', async () => {
    const server = createServer().listen(0, '127.0.0.1')
    await once(server, 'listening')
    onTestFinished(() => void server.close())
    const address = server.address()
    const port = typeof address === 'object' ? (address?.port ?? 0) : 0
    expect(await ctdbts(['checktcpport', String(port)])).toMatchObject(fails(`Failed to bind to TCP port ${port}\n`, 98))
    expect(await ctdbts(['checktcpport', '0'])).toMatchObject(prints(''))
    const { stdout } = await ctdbts(['checktcpport', '0', '--json'])
    expect(JSON.parse(stdout)).toEqual({ formatVersion: 1, port: 0, free: true })
    expect(await ctdbts(['-n', '0', 'checktcpport', '0'])).toMatchObject(fails('Cannot specify node for command checktcpport\n'))
  })
})
