import { describe, expect, it, onTestFinished } from 'vitest'
import type { ValueOf } from '../../src/lib/wire/codec.ts'
import { decode } from '../../src/lib/wire/codec.ts'
import { controls } from '../../src/lib/wire/controls.ts'
import type { databaseStatistics } from '../../src/lib/wire/structs.ts'
import { ctdbts } from '../support/program.ts'
import { answerBasics, type Exchange, ScriptedDaemon } from '../support/scripted-daemon.ts'
import { fails, prints } from '../support/sim-nodes.ts'
import { tempDir } from '../support/temp-dir.ts'

const DATABASES = [
  { id: 0x6645_c6c4, flags: 0x01, name: 'ctdb.tdb', health: '' },
  { id: 0x7a19_d84d, flags: 0x06, name: 'locking.tdb', health: 'too old' },
  { id: 0x00ab_cdef, flags: 0x08, name: 'a\x1b[2Jb.tdb', health: '' },
]

const latency = (count: number, min: number, max: number, total: number) => ({ count, min, max, total })
const STATISTICS: ValueOf<typeof databaseStatistics> = {
  locks: {
    numCalls: 12,
    numCurrent: 1,
    numPending: 2,
    numFailed: 3,
    latency: latency(4, 0.5, 2, 5),
    buckets: [...Array(15).fill(0), 7],
  },
  vacuum: { latency: latency(0, 0, 0, 0) },
  readOnlyDelegations: 8,
  readOnlyRevokes: 9,
  hopCountBuckets: [1, ...Array(15).fill(0)],
  hotKeys: [
    { count: 42, key: Uint8Array.of(0, 0xab, 0xff) },
    { count: 0, key: new Uint8Array(0) },
  ],
}

/** A daemon with databases, which simulated ones have not. */
function answer(exchange: Exchange): void {
  const { request, reply, fail } = exchange
  if (answerBasics(exchange)) return
  const map = () => reply(controls.getDbMap, DATABASES)
  const id = request.opcode === controls.getDbMap.opcode ? undefined : decode(controls.getDbName.request, request.data)
  const database = DATABASES.find((each) => each.id === id)
  const text = (value = '') => reply(controls.getDbName, value)
  const statistics = () => {
    if (database?.name === 'locking.tdb') fail(-1)
    else reply(controls.getDbStatistics, STATISTICS)
  }
  const answers = new Map<number, () => void>([
    [controls.getDbMap.opcode, map],
    [controls.getDbName.opcode, () => text(database?.name)],
    [controls.getDbPath.opcode, () => text(`/var/lib/ctdb/${database?.name}.0`)],
    [controls.dbGetHealth.opcode, () => text(database?.health)],
    [controls.getDbStatistics.opcode, statistics],
  ])
  answers.get(request.opcode)?.()
}

async function start() {
  const dir = tempDir()
  const daemon = await new ScriptedDaemon(dir.file('s'), answer).listen()
  onTestFinished(async () => {
    await daemon[Symbol.asyncDispose]()
    dir[Symbol.dispose]()
  })
  return (...argv: string[]) => ctdbts(argv, { CTDB_SOCKET: daemon.path })
}

describe('getdbmap', () => {
  it('shows the databases, for people, with separators, as a table and as JSON', async () => {
    const run = await start()
    expect(await run('getdbmap')).toMatchObject(
      prints(
        [
          'Number of databases:3',
          'dbid:0x6645c6c4 name:ctdb.tdb path:/var/lib/ctdb/ctdb.tdb.0 PERSISTENT',
          'dbid:0x7a19d84d name:locking.tdb path:/var/lib/ctdb/locking.tdb.0 STICKY READONLY UNHEALTHY',
          'dbid:0x00abcdef name:a\\x1b[2Jb.tdb path:/var/lib/ctdb/a\\x1b[2Jb.tdb.0 REPLICATED',
          '',
        ].join('\n'),
      ),
    )
    const [heading, , second] = (await run('-X', 'getdbmap')).stdout.split('\n')
    expect(heading).toBe('|ID|Name|Path|Persistent|Sticky|Unhealthy|Readonly|Replicated|')
    expect(second).toBe('|0x7A19D84D|locking.tdb|/var/lib/ctdb/locking.tdb.0|0|1|1|1|0|')
    expect((await run('getdbmap', '--table')).stdout).toMatch(/│ 0x7a19d84d │ locking\.tdb +│ sticky readonly │ too old │/)
    expect(JSON.parse((await run('getdbmap', '--json')).stdout).databases[1]).toEqual({
      id: '0x7a19d84d',
      name: 'locking.tdb',
      path: '/var/lib/ctdb/locking.tdb.0',
      persistent: false,
      sticky: true,
      readOnly: true,
      replicated: false,
      health: 'too old',
    })
  })
})

describe('getdbstatus', () => {
  it('finds a database by its name and by its id', async () => {
    const run = await start()
    const text = [
      'dbid: 0x7a19d84d\nname: locking.tdb\npath: /var/lib/ctdb/locking.tdb.0\n',
      'PERSISTENT: no\nREPLICATED: no\nSTICKY: yes\nREADONLY: yes\nHEALTH: too old\n',
    ].join('')
    expect(await run('getdbstatus', 'locking.tdb')).toMatchObject(prints(text))
    expect(await run('getdbstatus', '0x7A19D84D')).toMatchObject(prints(text))
    expect(JSON.parse((await run('getdbstatus', 'ctdb.tdb', '--json')).stdout)).toMatchObject({
      formatVersion: 1,
      pnn: 0,
      database: { id: '0x6645c6c4', persistent: true, health: null },
    })
  })

  it('reports when there is none', async () => {
    const run = await start()
    for (const name of ['0x1', '0xzz', 'LOCKING.tdb', '1717946052']) {
      expect(await run('getdbstatus', name)).toMatchObject(fails(`No database matching '${name}' found\n`))
    }
    expect(await run('getdbstatus', '0xfffffffffffffffff')).toMatchObject(fails(''))
  })
})

describe('dbstatistics', () => {
  it('shows the counters', async () => {
    const run = await start()
    expect(await run('dbstatistics', 'ctdb.tdb')).toMatchObject(
      prints(`DB Statistics ctdb.tdb
 db_ro_delegations                  8
 db_ro_revokes                      9
 locks
     num_calls                     12
     num_current                    1
     num_pending                    2
     num_failed                     3
 hop_count_buckets: 1 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0
 lock_buckets: 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 7
 locks_latency      MIN/AVG/MAX     0.500000/1.250000/2.000000 sec out of 4
 vacuum_latency     MIN/AVG/MAX     0.000000/0.000000/0.000000 sec out of 0
 Num Hot Keys:     2
     Count:42 Key:00abff
     Count:0 Key:
`),
    )
    const { id, name, statistics } = JSON.parse((await run('dbstatistics', 'ctdb.tdb', '--json')).stdout)
    expect({ id, name, hotKeys: statistics.hotKeys[0], latency: statistics.locks.latency }).toEqual({
      id: '0x6645c6c4',
      name: 'ctdb.tdb',
      hotKeys: { count: 42, key: '00abff' },
      latency: { num: 4, min: 0.5, max: 2, total: 5 },
    })
  })

  it('reports unknown databases', async () => {
    const run = await start()
    expect(await run('dbstatistics', 'locking.tdb')).toMatchObject(
      fails('Control GET_DB_STATISTICS failed, ret=-1\nFailed to get statistics for DB locking.tdb\n'),
    )
  })
})
