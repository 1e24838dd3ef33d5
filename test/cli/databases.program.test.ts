import { describe, expect, it, onTestFinished } from 'vitest'
import { type ClusterNode, NODE_FLAG } from '../../src/lib/cluster/node.ts'
import type { ValueOf } from '../../src/lib/wire/codec.ts'
import { decode, encode } from '../../src/lib/wire/codec.ts'
import { controls } from '../../src/lib/wire/controls.ts'
import { DESTINATION } from '../../src/lib/wire/destination.ts'
import { message } from '../../src/lib/wire/messages.ts'
import { recordData, recordHeader } from '../../src/lib/wire/record-structs.ts'
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

const RECORDS = [
  {
    key: Buffer.from('key"1\\\0'),
    header: { rsn: 5n, dmaster: 1, reserved: 0, flags: 0x0301_0000 },
    value: Buffer.from('a\x1bé'),
  },
  // Deleted, so it is not shown.
  { key: Buffer.from('gone'), header: { rsn: 6n, dmaster: 0, reserved: 0, flags: 0 }, value: Buffer.of() },
  { key: Buffer.of(), header: { rsn: 1n << 40n, dmaster: 2, reserved: 0, flags: 0 }, value: Buffer.from('no key') },
]

/** What a test changes about the daemon. */
interface Changes {
  readonly tunable?: number
  readonly recoveryMode?: number
  readonly nodes?: readonly ClusterNode[]
  /** Opcodes of controls that fail. */
  readonly refused?: readonly number[]
}

const node = (pnn: number, flags = 0): ClusterNode => ({
  pnn,
  flags,
  address: { family: 'ipv4', address: `10.0.0.${pnn}`, port: 4379 },
})

/** A daemon with databases, which simulated ones have not. */
const answerWith =
  (changes: Changes) =>
  (exchange: Exchange): void => {
    const { request, reply, fail } = exchange
    if (changes.refused?.includes(request.opcode)) {
      fail(-1)
      return
    }
    if (answerBasics(exchange)) return
    const map = () => reply(controls.getDbMap, DATABASES)
    const id = request.data.length >= 4 ? decode(controls.getDbName.request, request.data) : undefined
    const attach = () => {
      const name = decode(controls.dbAttach.request, request.data)
      reply(controls.dbAttach, DATABASES.find((each) => each.name === name)?.id ?? 0x1234)
    }
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
      [controls.dbAttach.opcode, attach],
      [controls.dbAttachPersistent.opcode, attach],
      [controls.dbAttachReplicated.opcode, attach],
      [controls.dbOpenFlags.opcode, () => reply(controls.dbOpenFlags, 0x1000)],
      [controls.setDbReadOnly.opcode, () => reply(controls.setDbReadOnly, undefined)],
      [controls.setDbSticky.opcode, () => reply(controls.setDbSticky, undefined)],
      [controls.dbDetach.opcode, () => reply(controls.dbDetach, undefined)],
      [controls.getDbSeqnum.opcode, () => reply(controls.getDbSeqnum, 0xffff_ffff_ffff_fffen)],
      [controls.getTunable.opcode, () => reply(controls.getTunable, changes.tunable ?? 1)],
      [controls.getRecoveryMode.opcode, () => reply(controls.getRecoveryMode, changes.recoveryMode ?? 0)],
      [controls.getNodeMap.opcode, () => reply(controls.getNodeMap, changes.nodes ?? [node(0), node(1)])],
      [controls.traverseStart.opcode, () => sendRecords(exchange)],
    ])
    answers.get(request.opcode)?.()
  }

function sendRecords({ request, reply, send }: Exchange): void {
  const { srvid } = decode(controls.traverseStart.request, request.data)
  const sendRecord = (key: Uint8Array, data: Uint8Array) =>
    send(message(srvid, 'record', recordData), { requestId: 0, key, data })
  reply(controls.traverseStart, undefined)
  for (const { key, header, value } of RECORDS) sendRecord(key, Buffer.concat([encode(recordHeader, header), value]))
  sendRecord(Buffer.from('too short for a header'), Buffer.alloc(23))
  sendRecord(Buffer.of(), Buffer.of())
}

async function start(changes: Changes = {}) {
  const dir = tempDir()
  const daemon = await new ScriptedDaemon(dir.file('s'), answerWith(changes)).listen()
  onTestFinished(async () => {
    await daemon[Symbol.asyncDispose]()
    dir[Symbol.dispose]()
  })
  const run = (...argv: string[]) => ctdbts(argv, { CTDB_SOCKET: daemon.path })
  /** The data of the requests for a control, as hexadecimal, with the nodes that they went to. */
  const asked = ({ opcode }: { readonly opcode: number }) =>
    daemon.requests
      .filter((request) => request.opcode === opcode)
      .map(({ header, data }) => [header.destination, Buffer.from(data).toString('hex')])
  return Object.assign(run, { asked })
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
      sizeBytes: null,
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

it('completion knows the databases, but no name that a shell would interpret', async () => {
  const run = await start()
  const { stdout } = await run('autocomplete-words', '--', 'catdb', '')
  expect(
    stdout
      .trimEnd()
      .split('\n')
      .map((line) => line.split('\t')[0]),
  ).toEqual(['ctdb.tdb', 'locking.tdb'])
})

describe('attach', () => {
  it('attaches a database of each kind, and prints nothing', async () => {
    const run = await start()
    expect(await run('attach', 'new.tdb')).toMatchObject(prints(''))
    expect(await run('attach', 'settings.tdb', 'persistent')).toMatchObject(prints(''))
    expect(await run('attach', 'copied.tdb', 'replicated')).toMatchObject(prints(''))
    const text = (name: string) => Buffer.from(`${name}\0`).toString('hex')
    expect(run.asked(controls.dbAttach)).toEqual([[DESTINATION.CURRENT_NODE, text('new.tdb')]])
    expect(run.asked(controls.dbAttachPersistent)).toEqual([[DESTINATION.CURRENT_NODE, text('settings.tdb')]])
    expect(run.asked(controls.dbAttachReplicated)).toEqual([[DESTINATION.CURRENT_NODE, text('copied.tdb')]])
    expect(JSON.parse((await run('attach', 'new.tdb', '--json')).stdout)).toEqual({
      formatVersion: 1,
      pnn: 0,
      id: '0x00001234',
      name: 'new.tdb',
    })
    expect(await run('-v', 'attach', 'new.tdb')).toMatchObject(fails('Database new.tdb is attached; its ID is 0x00001234\n', 0))
  })

  it('sets the other flags on every connected node', async () => {
    const run = await start({ nodes: [node(0), node(1, NODE_FLAG.DISCONNECTED), node(2)] })
    expect(await run('attach', 'new.tdb', 'readonly')).toMatchObject(prints(''))
    expect(await run('attach', 'new.tdb', 'sticky')).toMatchObject(prints(''))
    const onAll = [0, 2].map((pnn) => [pnn, '34120000'])
    expect(run.asked(controls.setDbReadOnly)).toEqual(onAll)
    expect(run.asked(controls.setDbSticky)).toEqual(onAll)
  })

  it('reports what fails as ctdb does', async () => {
    const refusing = async (control: { readonly opcode: number }, ...argv: string[]) =>
      (await start({ refused: [control.opcode] }))('attach', ...argv)
    expect(await refusing(controls.dbAttach, 'x.tdb')).toMatchObject(fails('attach: x.tdb failed to get db_id, ret=-1\n'))
    expect(await refusing(controls.getDbPath, 'x.tdb')).toMatchObject(fails('attach: x.tdb GETDBPATH parse failed, ret=-1\n'))
    expect(await refusing(controls.setDbSticky, 'x.tdb', 'sticky')).toMatchObject(
      fails('set_db_flags: 0x00001234 SET_DB_STICKY failed, ret=-1\nattach: x.tdb set db flags 0x00000004 failed\n'),
    )
    const run = await start()
    expect(await run('attach', 'locking.tdb')).toMatchObject(fails('attach: locking.tdb database unhealthy (too old)\n', 5))
    expect(await run('attach', 'x.tdb', 'volatile')).toMatchObject({
      status: 1,
      stdout: expect.stringContaining('attach          <dbname>'),
    })
    expect(await run('-n', '1', 'attach', 'x.tdb')).toMatchObject(fails('Node cannot be specified for command attach\n'))
  })
})

describe('detach', () => {
  it('detaches volatile databases; one that does not exist is reported and skipped', async () => {
    const run = await start({ tunable: 0 })
    expect(await run('detach', 'nosuch.tdb', 'locking.tdb')).toMatchObject(fails("No database matching 'nosuch.tdb' found\n", 0))
    expect(run.asked(controls.dbDetach)).toEqual([[DESTINATION.CURRENT_NODE, '4dd8197a']])
    expect(JSON.parse((await run('detach', '0x7a19d84d', '--json')).stdout)).toEqual({
      formatVersion: 1,
      detached: ['locking.tdb'],
    })
  })

  it('refuses while that is not safe, and for other databases', async () => {
    const safe = { tunable: 0 }
    const detach = async (changes: Changes, name: string) => (await start(changes))('detach', name)
    const active = 'Database access is still active on node 0. Set AllowclientDBAttach=0 on all nodes.\n'
    expect(await detach({}, 'locking.tdb')).toMatchObject(fails(active))
    expect(await detach({ ...safe, recoveryMode: 1 }, 'locking.tdb')).toMatchObject(
      fails('Database cannot be detached when recovery is active\n'),
    )
    expect(await detach({ ...safe, nodes: [node(0), node(1, NODE_FLAG.STOPPED)] }, 'locking.tdb')).toMatchObject(
      fails('Database cannot be detached on inactive (stopped or banned) node 1\n'),
    )
    expect(await detach(safe, 'ctdb.tdb')).toMatchObject(fails('Only volatile databases can be detached\n'))
    expect(await detach({ ...safe, refused: [controls.dbDetach.opcode] }, 'locking.tdb')).toMatchObject(
      fails('detach: locking.tdb DB_DETACH failed, ret=-1\nDatabase locking.tdb detach failed\n'),
    )
  })
})

describe('getdbseqnum', () => {
  it('shows all 64 bits', async () => {
    const run = await start()
    expect(await run('getdbseqnum', 'ctdb.tdb')).toMatchObject(prints('0xfffffffffffffffe\n'))
    expect(JSON.parse((await run('getdbseqnum', 'ctdb.tdb', '--json')).stdout)).toMatchObject({
      sequenceNumber: '0xfffffffffffffffe',
    })
    // The last four bytes mean nothing.
    expect(run.asked(controls.getDbSeqnum)[0]).toEqual([DESTINATION.CURRENT_NODE, 'c4c6456600000000'])
  })

  it('reports what fails', async () => {
    const run = await start({ refused: [controls.getDbSeqnum.opcode] })
    const failed = 'Control GET_DB_SEQNUM failed, ret=-1\nFailed to get sequence number for DB ctdb.tdb\n'
    expect(await run('getdbseqnum', 'ctdb.tdb')).toMatchObject(fails(failed))
    expect(await run('getdbseqnum', 'nosuch.tdb')).toMatchObject(fails("No database matching 'nosuch.tdb' found\n"))
  })
})

describe.each([
  { command: 'setdbreadonly', mark: 'READONLY', control: controls.setDbReadOnly },
  { command: 'setdbsticky', mark: 'STICKY', control: controls.setDbSticky },
])('$command', ({ command, mark, control }) => {
  it('sets the flag of a volatile database on one node', async () => {
    const run = await start()
    expect(await run(command, 'locking.tdb')).toMatchObject(prints(''))
    expect(await run('-v', '-n', '1', command, 'locking.tdb')).toMatchObject(
      fails(`Database locking.tdb is ${mark} now on node 1\n`, 0),
    )
    expect(run.asked(control)).toEqual([DESTINATION.CURRENT_NODE, 1].map((to) => [to, '4dd8197a']))
  })

  it('refuses other databases', async () => {
    const run = await start()
    expect(await run(command, 'ctdb.tdb')).toMatchObject(fails(`${mark} can be set only on volatile DB\n`))
    expect(await run(command, '0x00abcdef')).toMatchObject(fails(`${mark} can be set only on volatile DB\n`))
  })
})

describe('catdb', () => {
  it('shows every record that is not deleted, with its bytes escaped', async () => {
    const run = await start()
    expect(await run('catdb', 'ctdb.tdb')).toMatchObject(
      prints(`key(7) = "key\\221\\5C\\00"
dmaster: 1
rsn: 5
flags: 0x03010000 MIGRATED_WITH_DATA RO_HAVE_DELEGATIONS RO_HAVE_READONLY
data(4) = "a\\1B\\C3\\A9"

key(0) = ""
dmaster: 2
rsn: 1099511627776
flags: 0x00000000
data(6) = "no key"

Dumped 2 records
`),
    )
    expect(JSON.parse((await run('catdb', 'ctdb.tdb', '--json')).stdout)).toMatchObject({
      formatVersion: 1,
      id: '0x6645c6c4',
      name: 'ctdb.tdb',
      records: [
        { key: '6b657922315c00', value: '611bc3a9', dmaster: 1, rsn: '5', flags: 0x0301_0000 },
        { key: '', value: '6e6f206b6579', dmaster: 2, rsn: '1099511627776', flags: 0 },
      ],
    })
  })

  it('counts what it has shown when the traverse fails', async () => {
    const run = await start({ refused: [controls.traverseStart.opcode] })
    expect(await run('catdb', 'ctdb.tdb')).toMatchObject(
      fails('traverse: control reply failed, ret=-1\n', 1, 'Dumped 0 records\n'),
    )
  })

  it('reports a database that cannot be attached', async () => {
    const run = await start()
    expect(await run('catdb', 'locking.tdb')).toMatchObject(
      fails('attach: locking.tdb database unhealthy (too old)\nFailed to attach to DB locking.tdb\n', 5),
    )
  })
})
