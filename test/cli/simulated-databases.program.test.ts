import { existsSync, writeFileSync } from 'node:fs'
import { describe, expect, it, onTestFinished } from 'vitest'
import { fails, prints, simNodes } from '../support/sim-nodes.ts'
import { tempDir } from '../support/temp-dir.ts'

/** An embedded cluster with two databases, and a folder for files. */
async function withDatabases() {
  const dir = tempDir()
  onTestFinished(() => dir[Symbol.dispose]())
  const nodes = await simNodes()
  expect(await nodes.on(0, 'attach', 'p.tdb', 'persistent')).toMatchObject(prints(''))
  expect(await nodes.on(1, 'attach', 'v.tdb')).toMatchObject(prints(''))
  return { ...nodes, dir }
}

const keysOf = (stdout: string): string[] => [...stdout.matchAll(/^key\(\d+\) = "(\w+)/gm)].map(([, key = '']) => key).sort()

describe('databases of the embedded cluster', () => {
  it('are listed on all nodes, and have files there', async () => {
    const { on } = await withDatabases()
    const { stdout } = await on(2, 'getdbmap', '--json')
    const { databases } = JSON.parse(stdout)
    expect(databases).toMatchObject([
      { id: '0xd56fcbab', name: 'v.tdb', persistent: false },
      { id: '0x47023bf1', name: 'p.tdb', persistent: true },
    ])
    for (const { path } of databases) expect(existsSync(path), path).toBe(true)
    expect(await on(1, 'getdbstatus', 'p.tdb')).toMatchObject({ stdout: expect.stringContaining('PERSISTENT: yes'), status: 0 })
    expect(await on(1, 'dbstatistics', 'v.tdb')).toMatchObject({ status: 0 })
  })

  it('have the same content on all nodes after transactions', async () => {
    const { on, dir } = await withDatabases()
    expect(await on(0, 'pstore', 'p.tdb', 'key', 'value')).toMatchObject(prints(''))
    writeFileSync(dir.file('changes'), '"a" "1"\n"key" ""\n')
    expect(await on(1, 'ptrans', 'p.tdb', dir.file('changes'))).toMatchObject(prints(''))
    expect(await on(2, 'pfetch', 'p.tdb', 'a')).toMatchObject(prints('1\n'))
    const again = await on(1, 'ptrans', 'p.tdb', dir.file('changes'), '--json')
    expect(JSON.parse(again.stdout)).toEqual({ formatVersion: 1, id: '0x47023bf1', name: 'p.tdb' })
    expect(await on(2, 'getdbseqnum', 'p.tdb')).toMatchObject(prints('0x2\n'))
    expect(keysOf((await on(0, 'catdb', 'p.tdb')).stdout)).toEqual(['__db_sequence_number__', 'a'])
    expect(await on(0, 'pstore', 'v.tdb', 'key', 'value')).toMatchObject(fails('Transactions not supported on DB v.tdb\n'))
  })

  it('-v tells whether a command has changed anything', async () => {
    const { on, dir } = await withDatabases()
    writeFileSync(dir.file('nothing'), '')
    const unchanged = 'Database p.tdb is unchanged\n'
    expect(await on(0, '-v', 'pstore', 'p.tdb', 'key', 'value')).toMatchObject(fails('Database p.tdb is changed\n', 0))
    expect(await on(1, '-v', 'pstore', 'p.tdb', 'key', 'value')).toMatchObject(fails(unchanged, 0))
    expect(await on(1, '-v', 'ptrans', 'p.tdb', dir.file('nothing'))).toMatchObject(fails(unchanged, 0))
    await on(0, 'writekey', 'v.tdb', 'key', 'value')
    expect(await on(1, '-v', 'deletekey', 'v.tdb', 'key')).toMatchObject(fails('Database v.tdb: the record key is deleted\n', 0))
    expect(await on(2, '-v', 'deletekey', 'v.tdb', 'key')).toMatchObject(fails('Database v.tdb: there was no record key\n', 0))
  })

  it('let transactions of all nodes wait for each other', async () => {
    const { on } = await withDatabases()
    // One on each node: a process cannot have two transactions on one database.
    const storeTwo = async (pnn: number) => [
      await on(pnn, 'pstore', 'p.tdb', `a${pnn}`, 'x'),
      await on(pnn, 'pstore', 'p.tdb', `b${pnn}`, 'y'),
    ]
    const results = (await Promise.all([0, 1, 2].map(storeTwo))).flat()
    expect(results.map(({ stderr, status }) => [stderr, status])).toEqual(results.map(() => ['', 0]))
    expect(await on(1, 'getdbseqnum', 'p.tdb')).toMatchObject(prints('0x6\n'))
  })

  it('move records to the node that writes them', async () => {
    const { on } = await withDatabases()
    for (const pnn of [0, 1, 2]) expect(await on(pnn, 'writekey', 'v.tdb', 'key', `of ${pnn}`)).toMatchObject(prints(''))
    expect(await on(0, 'catdb', 'v.tdb')).toMatchObject({ stdout: expect.stringContaining('dmaster: 2'), status: 0 })
    expect(await on(1, 'readkey', 'v.tdb', 'key')).toMatchObject(prints('Data: size:4 ptr:[of 2]\n'))
    expect(await on(1, 'deletekey', 'v.tdb', 'key')).toMatchObject(prints(''))
    expect(await on(2, 'catdb', 'v.tdb')).toMatchObject(prints('Dumped 0 records\n'))
  })

  it('have copies of a pushed record on all active nodes, which outlive the node that wrote it', async () => {
    const { on, cluster } = await withDatabases()
    await on(0, 'writekey', 'v.tdb', 'key', 'old')
    expect(await on(1, '-v', 'pushrecord', 'v.tdb', 'key', 'value')).toMatchObject(
      fails('Database v.tdb: the record key is written on nodes 0, 1, 2\n', 0),
    )
    const own = (stdout: string) => JSON.parse(stdout).records.map(({ keyName: _, ...record }: { keyName: string }) => record)
    const [copy, record, other] = await Promise.all(
      [0, 1, 2].map(async (pnn) => own((await on(pnn, 'cattdb', 'v.tdb', '--json')).stdout)[0]),
    )
    expect(record).toMatchObject({ dmaster: 1, value: '76616c7565', flags: 0x0001_0000 })
    expect(copy).toEqual({ ...record, rsn: String(BigInt(record.rsn) - 1n) })
    expect(other).toEqual(copy)
    const { nodes, key } = JSON.parse((await on(2, 'pushrecord', 'v.tdb', '0x00', '', '--json')).stdout)
    expect({ nodes, key }).toEqual({ nodes: [0, 1, 2], key: '00' })
    expect(await on(0, 'pushrecord', 'p.tdb', 'key', 'value')).toMatchObject(fails('DB p.tdb is not a volatile database\n'))
    cluster.carryOut('kill 1')
    await cluster.advance(cluster.world.clock.nowMs + 30_000)
    expect(await on(0, 'readkey', 'v.tdb', 'key')).toMatchObject(prints('Data: size:5 ptr:[value]\n'))
  })

  it('are backed up, wiped and restored', async () => {
    const { on, dir } = await withDatabases()
    await on(0, 'pstore', 'p.tdb', 'key', 'value')
    expect(await on(0, 'backupdb', 'p.tdb', dir.file('backup'))).toMatchObject({ stderr: '', status: 0 })
    expect(await on(1, 'wipedb', 'p.tdb')).toMatchObject(prints('Database p.tdb wiped\n'))
    expect(await on(2, 'catdb', 'p.tdb')).toMatchObject(prints('Dumped 0 records\n'))
    expect(await on(2, 'restoredb', dir.file('backup'))).toMatchObject({ stderr: '', status: 0 })
    expect(await on(0, 'pfetch', 'p.tdb', 'key')).toMatchObject(prints('value\n'))
    expect(await on(1, 'cattdb', 'p.tdb')).toMatchObject({ stdout: expect.stringContaining('Dumped 2 record(s)'), status: 0 })
  })

  it('outlive a daemon that is killed', async () => {
    const { on, cluster } = await withDatabases()
    await on(0, 'pstore', 'p.tdb', 'key', 'value')
    cluster.carryOut('kill 1')
    expect(await on(0, 'pfetch', 'p.tdb', 'key')).toMatchObject(prints('value\n'))
    cluster.carryOut('start 1')
    await cluster.advance(cluster.world.clock.nowMs + 30_000)
    expect(await on(1, 'pfetch', 'p.tdb', 'key')).toMatchObject(prints('value\n'))
    expect((await on(1, 'getdbmap')).stdout).toMatch(/^Number of databases:3$/m)
  })

  it('show those records only that are asked for', async () => {
    const { on } = await withDatabases()
    for (const key of ['user-1', 'user-2', 'group-1', '0xff00']) await on(0, 'writekey', 'v.tdb', key, 'x')
    const found = async (...options: string[]) => {
      const { stdout } = await on(1, 'catdb', 'v.tdb', '--json', ...options)
      return JSON.parse(stdout)
        .records.map(({ keyName }: { keyName: string }) => keyName)
        .sort()
    }
    expect(await found('--key', 'user-*')).toEqual(['user-1', 'user-2'])
    expect(await found('--key', '?????-1')).toEqual(['group-1'])
    expect(await found('--key', '0xff*')).toEqual(['0xff00'])
    expect(await found('--limit', '3')).toHaveLength(3)
    expect(await found('--limit', '0')).toEqual([])
    expect((await on(0, 'catdb', 'v.tdb', '--key', 'user-*', '--limit', '1')).stdout).toMatch(
      /^key\(6\) = "user-[12]"[\s\S]*^Dumped 1 records$/m,
    )
    expect((await on(0, 'cattdb', 'v.tdb', '--key', 'group-*')).stdout).toMatch(
      /^key\(7\) = "group-1"[\s\S]*^Dumped 1 record\(s\)$/m,
    )
    expect((await on(0, 'catdb', 'v.tdb', '--table')).stdout).toMatch(/│ group-1 │ 0 +│ \d+ +│ +│ 1 +│/)
    expect(await on(0, 'catdb', 'v.tdb', '--limit', 'x')).toMatchObject({ stdout: '', status: 1 })
  })
})
