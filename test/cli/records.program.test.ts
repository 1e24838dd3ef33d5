import { readFileSync, writeFileSync } from 'node:fs'
import { describe, expect, it, onTestFinished } from 'vitest'
import { GLOBAL_LOCK } from '../../src/lib/wire/record-structs.ts'
import { DatabaseDaemon, type DatabaseFaults } from '../support/database-daemon.ts'
import { ctdbts } from '../support/program.ts'
import { fails, prints } from '../support/sim-nodes.ts'
import { hasTdb } from '../support/tdb.ts'
import { tempDir } from '../support/temp-dir.ts'

const SEQUENCE_NUMBER = '__db_sequence_number__\0'
/** Where a TDB file says where its first hash chain begins. */
const FIRST_CHAIN = 172
const number = (value: number) => String.fromCharCode(value, 0, 0, 0, 0, 0, 0, 0)

async function start(faults: DatabaseFaults = {}, chains = 131) {
  const dir = tempDir()
  const daemon = await DatabaseDaemon.start(dir.path, faults, chains)
  onTestFinished(async () => {
    await daemon[Symbol.asyncDispose]()
    dir[Symbol.dispose]()
  })
  const run = (...argv: string[]) => ctdbts(argv, { CTDB_SOCKET: daemon.path })
  return { daemon, dir, run }
}

describe.skipIf(!hasTdb())('transactions', () => {
  it('store, fetch and delete records, and count themselves', async () => {
    const { daemon, run } = await start()
    expect(await run('pstore', 'persistent.tdb', 'key', 'value')).toMatchObject(prints(''))
    expect(await run('pstore', '0x20', '0x00ff', '0x6100')).toMatchObject(prints(''))
    // Nothing changes, so nothing is committed.
    expect(await run('pstore', 'persistent.tdb', 'key', 'value')).toMatchObject(prints(''))
    expect(await daemon.content('persistent.tdb')).toEqual({
      key: '1 0 value',
      '\0\xff': '1 0 a\0',
      [SEQUENCE_NUMBER]: `2 0 ${number(2)}`,
    })
    expect(await run('pfetch', 'persistent.tdb', 'key')).toMatchObject(prints('value\n'))
    // A value ends at its first NUL, as C prints it.
    expect(await run('pfetch', 'persistent.tdb', '0x00ff')).toMatchObject(prints('a\n'))
    expect(JSON.parse((await run('pfetch', 'persistent.tdb', '0x00FF', '--json')).stdout)).toEqual({
      formatVersion: 1,
      id: '0x00000020',
      name: 'persistent.tdb',
      key: '00ff',
      value: '6100',
    })
    expect(await run('pdelete', 'persistent.tdb', 'key')).toMatchObject(prints(''))
    expect(await run('pdelete', 'persistent.tdb', 'absent')).toMatchObject(prints(''))
    expect(await run('pfetch', 'persistent.tdb', 'key')).toMatchObject(prints('\n'))
    expect(await daemon.content('persistent.tdb')).toMatchObject({ key: '2 0 ', [SEQUENCE_NUMBER]: `3 0 ${number(3)}` })
    // Nobody holds the lock any more: its record is empty.
    expect(await daemon.content('g_lock.tdb')).toEqual({ 'transaction_db_0x00000020\0': '0 0 ' })
  })

  it('change many records at once; lines that cannot be read are reported', async () => {
    const { daemon, dir, run } = await start()
    const file = dir.file('changes')
    writeFileSync(file, '"a" "1"\n"b" "2"\n"a" ""\nb 3\n"b" "0x7"\n\t"b"  "4"\n')
    expect(await run('ptrans', 'persistent.tdb', file)).toMatchObject(
      fails('Unsupported input format in b 3\n\nKey (7"\n) contains odd number of hex digits\n', 0),
    )
    expect(await daemon.content('persistent.tdb')).toEqual({ a: '2 0 ', b: '2 0 4', [SEQUENCE_NUMBER]: `1 0 ${number(1)}` })
    expect(await run('ptrans', 'persistent.tdb', dir.file('absent'))).toMatchObject(
      fails(`Failed to open file ${dir.file('absent')}\n`),
    )
  })

  it.each(['before', 'after'] as const)(
    'are committed once when a recovery refuses a commit %s it takes effect',
    async (when) => {
      const { daemon, run } = await start({ commit: { refused: when === 'before' ? 3 : 1, when } })
      expect(await run('pstore', 'persistent.tdb', 'key', 'value')).toMatchObject(prints(''))
      expect(await daemon.content('persistent.tdb')).toEqual({ key: '1 0 value', [SEQUENCE_NUMBER]: `1 0 ${number(1)}` })
    },
  )

  it('wait for other writers, take no notice of ended ones, and read beside readers', async () => {
    const alive = [4711]
    const { daemon, run } = await start({ alive })
    await daemon.lockTransactions({ type: GLOBAL_LOCK.write, pid: 4711 })
    const waiting = run('pstore', 'persistent.tdb', 'key', 'value')
    await expect.poll(() => daemon.requests.filter(({ opcode }) => opcode === 0).length).toBeGreaterThan(2)
    expect(await daemon.content('persistent.tdb')).toEqual({})
    // It has ended without giving the lock back.
    alive.length = 0
    expect(await waiting).toMatchObject(prints(''))
    alive.push(4712)
    await daemon.lockTransactions({ type: GLOBAL_LOCK.read, pid: 4712 })
    expect(await run('pfetch', 'persistent.tdb', 'key')).toMatchObject(prints('value\n'))
    expect((await daemon.content('g_lock.tdb'))['transaction_db_0x00000020\0']).toHaveLength(4 + 32)
  })

  it('end on a signal without a change', async () => {
    const { daemon, run } = await start({ alive: [4711] })
    await daemon.lockTransactions({ type: GLOBAL_LOCK.write, pid: 4711 })
    const { stderr, status } = await run('-T', '1', 'pstore', 'persistent.tdb', 'key', 'value')
    expect({ stderr, status }).toEqual({ stderr: 'Maximum runtime exceeded - exiting\n', status: 1 })
    expect(await daemon.content('persistent.tdb')).toEqual({})
  })

  it('are refused where they cannot be', async () => {
    const { run } = await start()
    const notSupported = fails('Transactions not supported on DB volatile.tdb\n')
    expect(await run('pfetch', 'volatile.tdb', 'key')).toMatchObject(notSupported)
    expect(await run('pstore', 'volatile.tdb', 'key', 'value')).toMatchObject(notSupported)
    expect(await run('pdelete', 'volatile.tdb', 'key')).toMatchObject(notSupported)
    expect(await run('ptrans', 'volatile.tdb', '/dev/null')).toMatchObject(notSupported)
    expect(await run('pstore', 'persistent.tdb', '0x1', 'value')).toMatchObject(
      fails('Key (1) contains odd number of hex digits\nFailed to parse key 0x1\n', 22),
    )
    expect(await run('pstore', 'persistent.tdb', 'key', '0x0g')).toMatchObject(
      fails('Invalid hex: 0g\nFailed to parse value 0x0g\n', 22),
    )
  })
})

describe.skipIf(!hasTdb())('records of a volatile database', () => {
  it('are written, read and emptied', async () => {
    const { daemon, run } = await start()
    expect(await run('readkey', 'volatile.tdb', 'key')).toMatchObject(prints('Data: size:0 ptr:[]\n'))
    expect(await run('writekey', 'volatile.tdb', 'key', 'value')).toMatchObject(prints(''))
    expect(await run('readkey', 'volatile.tdb', 'key', 'readonly')).toMatchObject(prints('Data: size:5 ptr:[value]\n'))
    expect(await run('writekey', 'volatile.tdb', 'key', '0x6100ff')).toMatchObject(prints(''))
    expect(await run('readkey', 'volatile.tdb', 'key')).toMatchObject(prints('Data: size:3 ptr:[a]\n'))
    expect(await run('deletekey', 'volatile.tdb', 'key')).toMatchObject(prints(''))
    expect(await daemon.content('volatile.tdb')).toEqual({ key: '0 0 ' })
  })

  it('are fetched from the node that has them, and their headers stay', async () => {
    const { daemon, run } = await start()
    await daemon.write('volatile.tdb', 'key', Buffer.from('there'), { dmaster: 2, rsn: 7n })
    expect(await run('writekey', 'volatile.tdb', 'key', 'here')).toMatchObject(prints(''))
    expect(await daemon.content('volatile.tdb')).toEqual({ key: '7 0 here' })
  })

  it('are not changed where this node has a copy only', async () => {
    const { daemon, run } = await start()
    await daemon.write('volatile.tdb', 'key', Buffer.from('copy'), { dmaster: 2, flags: 0x0200_0000 })
    expect(await run('readkey', 'volatile.tdb', 'key', 'readonly')).toMatchObject(prints('Data: size:4 ptr:[copy]\n'))
    expect(await daemon.content('volatile.tdb')).toEqual({ key: '0 2 copy' })
  })

  it('are not written where the other nodes are not known', async () => {
    const { daemon, run } = await start()
    await daemon.write('volatile.tdb', 'key', Buffer.from('value'))
    expect(await run('pushrecord', 'volatile.tdb', 'key', 'x')).toMatchObject(
      fails('Control GETVNNMAP failed, ret=-1\nFailed to push record for key key\n'),
    )
    expect(await daemon.content('volatile.tdb')).toEqual({ key: '0 0 value' })
  })

  it('that cannot be fetched are reported as ctdb does', async () => {
    const { run } = await start({ callStatus: -1 })
    expect(await run('readkey', 'volatile.tdb', 'key')).toMatchObject(fails('Failed to read record for key key\n', 5))
    expect(await run('writekey', 'volatile.tdb', 'key', 'x')).toMatchObject(
      fails('Failed to lock record for key volatile.tdb\n', 5),
    )
    expect(await run('deletekey', 'volatile.tdb', 'key')).toMatchObject(fails('Failed to fetch record for key key\n', 5))
    expect(await run('pushrecord', 'volatile.tdb', 'key', 'x')).toMatchObject(fails('Failed to fetch record for key key\n', 5))
    expect(await run('readkey', 'volatile.tdb', '')).toMatchObject(
      fails('fetch_lock: volatile.tdb CALL failed, ret=22\nFailed to read record for key \n', 22),
    )
    expect(await run('readkey', 'persistent.tdb', 'key')).toMatchObject(fails('DB persistent.tdb is not a volatile database\n'))
  })
})

describe.skipIf(!hasTdb())('getdbmap', () => {
  it('shows the sizes of the files in its table and in JSON', async () => {
    const { run } = await start()
    expect((await run('getdbmap', '--table')).stdout).toMatch(/│ persistent\.tdb │ persistent │ OK +│ [\d.]+ k?B +│/)
    const { databases } = JSON.parse((await run('getdbmap', '--json')).stdout)
    expect(databases[0]).toMatchObject({ name: 'volatile.tdb', sizeBytes: expect.any(Number) })
  })
})

describe.skipIf(!hasTdb())('cattdb', () => {
  it('shows the records of the file, deleted ones too', async () => {
    const { daemon, run } = await start()
    await daemon.write('volatile.tdb', 'key', Buffer.from('"'), { dmaster: 2, rsn: 7n, flags: 0x0200_0000 })
    await daemon.write('volatile.tdb', 'gone', Buffer.of())
    const { stdout, status } = await run('cattdb', 'volatile.tdb')
    expect(status).toBe(0)
    expect(stdout).toContain('key(3) = "key"\ndmaster: 2\nrsn: 7\nflags: 0x02000000 RO_HAVE_READONLY\ndata(1) = "\\22"\n\n')
    expect(stdout).toContain('key(4) = "gone"\ndmaster: 0\nrsn: 0\nflags: 0x00000000\ndata(0) = ""\n\n')
    expect(stdout).toMatch(/\nDumped 2 record\(s\)\n$/)
    expect(JSON.parse((await run('cattdb', 'volatile.tdb', '--json')).stdout).records).toHaveLength(2)
  })
})

describe.skipIf(!hasTdb())('a damaged TDB file', () => {
  // Its only hash chain has the two records that were written.
  const damaged = async (change: (bytes: Buffer, first: number, second: number) => void) => {
    const { daemon, dir, run } = await start({}, 1)
    const file = dir.file('volatile.tdb')
    for (const key of ['a', 'b']) await daemon.write('volatile.tdb', key, Buffer.from('value'))
    const bytes = readFileSync(file)
    const first = bytes.readUInt32LE(FIRST_CHAIN)
    change(bytes, first, bytes.readUInt32LE(first))
    writeFileSync(file, bytes)
    const words = (offset: number, what: string) => `ctdbts: ${file} is damaged at offset ${offset}: ${what}\n`
    return { run, file, first, words, daemon, dir }
  }

  it('whose hash chain goes round is not read for ever, nor written', async () => {
    const { run, file, first, words, dir } = await damaged((bytes, first, second) => bytes.writeUInt32LE(first, second))
    const loop = words(first, 'hash chain 0 comes back to the record there')
    const { stdout, stderr, status } = await run('cattdb', 'volatile.tdb')
    expect({ stderr, status }).toEqual({ stderr: loop, status: 5 })
    expect(stdout).toMatch(/^key\(1\) = "[ab]"\n[\s\S]*\nDumped \d+ record\(s\)\n$/)
    expect(await run('backupdb', 'volatile.tdb', dir.file('backup'))).toMatchObject(
      fails(`${loop}Failed to collect records from DB volatile.tdb\n`, 5),
    )
    expect(await run('tfetch', file, 'absent')).toMatchObject(fails(loop))
    expect(await run('tstore', file, 'absent', 'value')).toMatchObject(
      fails(`${loop}Failed to write record absent to file ${file}\n`),
    )
    expect(await run('readkey', 'volatile.tdb', 'absent')).toMatchObject(fails(`${loop}Failed to read record for key absent\n`))
  })

  it('with a huge record is not read', async () => {
    const { run, file, first, words } = await damaged((bytes, first) => bytes.writeUInt32LE(0x7fff_ffff, first + 12))
    const huge = words(first, 'the record there has a key of 1 bytes and data of 2147483647, in 44 bytes')
    expect(await run('tfetch', file, 'absent')).toMatchObject(fails(huge))
    expect(await run('cattdb', 'volatile.tdb')).toMatchObject(fails(huge, 5, 'Dumped 0 record(s)\n'))
  })
})

describe.skipIf(!hasTdb())('tstore and tfetch', () => {
  it('write and read a record with its header', async () => {
    const { daemon, dir, run } = await start()
    const file = dir.file('volatile.tdb')
    expect(await run('tstore', file, 'key', 'overwritten')).toMatchObject(prints(''))
    expect(JSON.parse((await run('tstore', file, 'key', '0x61ff', '--json')).stdout)).toEqual({ formatVersion: 1, file })
    expect(await run('tstore', file, '0x00', 'value', '0x10', '2 of them')).toMatchObject(prints(''))
    expect(await daemon.content('volatile.tdb')).toEqual({ key: '0 0 a\xff', '\0': '16 2 value' })
    expect(await run('tfetch', file, 'key')).toMatchObject(prints('dmaster: 0\nrsn: 0\nflags: 0x00000000\ndata(2) = "a\\FF"\n'))
    const copy = dir.file('copy')
    const shown = 'dmaster: 2\nrsn: 16\nflags: 0x00000000\ndata(5) = "value"\n'
    expect(await run('tfetch', file, '0x00', copy)).toMatchObject(prints(shown))
    expect(readFileSync(copy, 'latin1')).toBe(`\x10${'\0'.repeat(7)}\x02${'\0'.repeat(15)}value`)
    // ctdb shows the record all the same.
    const nowhere = dir.file('no/such/folder')
    expect(await run('tfetch', file, '0x00', nowhere)).toMatchObject(fails(`Failed to open output file ${nowhere}\n`, 0, shown))
    expect(JSON.parse((await run('tfetch', file, '0x00', '--json')).stdout).record).toEqual({
      key: '00',
      value: '76616c7565',
      dmaster: 2,
      rsn: '16',
      flags: 0,
    })
  })

  it('report what they cannot read', async () => {
    const { daemon, dir, run } = await start()
    const file = dir.file('volatile.tdb')
    const broken = dir.file('broken.tdb')
    writeFileSync(broken, 'TDB file\n')
    await daemon.store('volatile.tdb', 'short', Buffer.from('short'))
    expect(await run('tfetch', file, 'key')).toMatchObject(fails('No record for key key\n'))
    expect(await run('tfetch', file, 'short')).toMatchObject(fails('Invalid record for key short\n'))
    expect(await run('tfetch', broken, 'key')).toMatchObject(
      fails(`ctdbts: ${broken} is damaged at offset 9: it ends within its header\nFailed to open TDB file ${broken}\n`),
    )
    expect(await run('tstore', dir.file('absent'), 'key', 'value')).toMatchObject(
      fails(`Failed to open TDB file ${dir.file('absent')}\n`),
    )
    expect(await run('tstore', file, 'key', 'value', 'x')).toMatchObject(fails('', 22))
    expect(await run('tstore', file, '0x1', 'value')).toMatchObject(
      fails('Key (1) contains odd number of hex digits\nFailed to parse key 0x1\n', 22),
    )
    expect((await run('tstore', file, 'key', 'value', '1', '2', '3')).stdout).toContain('tstore          <tdb-file> <key> <data>')
    expect(await daemon.content('volatile.tdb').catch(() => 'short record')).toBe('short record')
  })
})

it.each([
  ['ptrans', 'a.tdb'],
  ['backupdb', 'a.tdb', 'file'],
  ['tfetch', 'a.tdb', 'key', 'file'],
])('%s needs a file, and says so with --host', async (...argv) => {
  expect(await ctdbts(['--host', 'nosuch.invalid', ...argv])).toMatchObject(
    fails(
      'ctdbts: the command reads or writes a file here, so it cannot be used with --host or --run\n  run it on the node itself\n',
    ),
  )
})
