import { describe, expect, it } from 'vitest'
import { DATABASE_FLAG } from '../../../src/lib/cluster/database.ts'
import { keyText } from '../../../src/lib/cluster/record.ts'
import { databaseId } from '../../../src/lib/cluster/record-hash.ts'
import { message } from '../../../src/lib/wire/messages.ts'
import { recordData } from '../../../src/lib/wire/record-structs.ts'
import type { ControlFailure } from '../../../src/sim/daemon/control-failure.ts'
import { DatabaseClient } from '../../support/database-client.ts'
import { SmallWorld } from '../../support/sim-world.ts'

const VOLATILE = 'v.tdb'
const PERSISTENT = 'p.tdb'
const UP_TO_DATE = ['g_lock.tdb', VOLATILE, PERSISTENT] as const

/** A cluster with a database of each kind and a client on each node. */
function setUp() {
  const small = new SmallWorld().comeUp()
  const client = (pnn: number, pid = 100 + pnn) => {
    const { daemon } = small.node(pnn)
    if (!daemon) throw new Error(`no daemon on node ${pnn}`)
    return new DatabaseClient(small.world, daemon, pid)
  }
  /** Lets a client do something, which must come to an end within the time. */
  const done = <T>(who: DatabaseClient, process: Parameters<typeof who.run<T>>[0], seconds = 20): T => {
    const results: T[] = []
    who.run(process, (value) => results.push(value))
    small.passUntil(() => results.length > 0, seconds)
    return results[0] as T
  }
  const fails = (who: DatabaseClient, process: Parameters<typeof who.run>[0]) => {
    const statuses: number[] = []
    who.run(
      (function* () {
        try {
          yield* process
        } catch (error) {
          statuses.push((error as ControlFailure).status)
        }
      })(),
    )
    small.pass(1)
    return statuses
  }
  const zero = client(0)
  done(zero, zero.control('dbAttach', 'g_lock.tdb'))
  done(zero, zero.control('dbAttach', VOLATILE))
  done(zero, zero.control('dbAttachPersistent', PERSISTENT))
  small.pass(0.1)
  const database = (pnn: number, name: string) => small.node(pnn).daemon?.databases.list.find(databaseId(name))
  const content = (pnn: number, name: string) =>
    Object.fromEntries(
      database(pnn, name)
        ?.store.all()
        .map(({ key, header, value }) => [keyText(key), `${header.rsn} ${header.dmaster} ${Buffer.from(value)}`]) ?? [],
    )
  return { small, client, done, fails, database, content }
}

describe('databases of a simulated cluster', () => {
  it('are attached on all nodes, and on those that start later', () => {
    const { small, database } = setUp()
    for (const pnn of [0, 1, 2]) expect(UP_TO_DATE.map((name) => database(pnn, name)?.name)).toEqual(UP_TO_DATE)
    expect(database(2, PERSISTENT)?.flags).toBe(DATABASE_FLAG.persistent)
    small.do('kill 1')
    small.pass(5)
    small.do('start 1')
    small.pass(20)
    expect(UP_TO_DATE.map((name) => database(1, name)?.kind)).toEqual([0, 0, DATABASE_FLAG.persistent])
  })

  it('let a record move to the node that changes it, where it counts as newer', () => {
    const { client, done, content } = setUp()
    const append = (pnn: number) =>
      done(
        client(pnn),
        client(pnn).change(VOLATILE, 'key', (value) => `${value}${pnn}`),
      )
    for (const pnn of [0, 1, 2, 1, 0]) append(pnn)
    expect(append(2)).toBe('012102')
    const masters = [0, 1, 2].filter((pnn) => content(pnn, VOLATILE).key?.split(' ')[1] === String(pnn))
    expect(masters).toEqual([2])
    expect(content(2, VOLATILE).key).toMatch(/ 2 012102$/)
  })

  it('keep copies that another node pushes, but not over their own records, nor after a recovery', () => {
    const { small, client, done, fails, content } = setUp()
    const two = client(2)
    const generation = done(two, two.control('getVnnMap', undefined)).generation
    const copy = {
      generation,
      databaseId: databaseId(VOLATILE),
      header: { rsn: 7n, dmaster: 1, reserved: 0, flags: 0 },
      key: Buffer.from('key'),
      value: Buffer.from('x'),
    }
    for (const to of [0, 1, 2]) done(two, two.control('pushRecord', copy, to))
    expect([0, 1, 2].map((pnn) => content(pnn, VOLATILE))).toEqual([{ key: '7 1 x' }, {}, { key: '7 1 x' }])
    done(two, two.control('pushRecord', { ...copy, generation: generation + 1, value: Buffer.from('late') }))
    expect(content(2, VOLATILE)).toEqual({ key: '7 1 x' })
    expect(fails(two, two.control('pushRecord', { ...copy, databaseId: 1 }))).toEqual([-1])
    done(two, two.control('setRecoveryMode', 1))
    small.pass(10)
    expect(content(1, VOLATILE).key).toMatch(/ x$/)
  })

  it('make records wait that are locked, and lose no change', () => {
    const { small, client, content } = setUp()
    const clients = [0, 1, 2, 0, 1, 2].map((pnn, index) => client(pnn, 200 + index))
    let changes = 0
    for (const each of clients) {
      each.run(
        (function* () {
          for (let count = 0; count < 20; count++) yield* each.change(VOLATILE, 'counter', (value) => String(Number(value) + 1))
          changes += 1
        })(),
      )
    }
    small.passUntil(() => changes === clients.length)
    expect([0, 1, 2].map((pnn) => content(pnn, VOLATILE).counter)).toContainEqual(expect.stringMatching(/ 120$/))
  })

  it('commit transactions on all nodes, and count them', () => {
    const { client, done, content, database } = setUp()
    expect(
      done(
        client(1),
        client(1).transact(PERSISTENT, () => ({ a: '1', b: '2' })),
      ),
    ).toBe('committed')
    expect(
      done(
        client(2),
        client(2).transact(PERSISTENT, (read) => ({ a: `${read('a')}!` })),
      ),
    ).toBe('committed')
    for (const pnn of [0, 1, 2]) {
      expect(content(pnn, PERSISTENT)).toMatchObject({ a: '2 2 1!', b: '1 1 2' })
      expect(database(pnn, PERSISTENT)?.store.sequenceNumber).toBe(2n)
    }
  })

  it('refuse a transaction that has not seen the last one', () => {
    const { client, done, fails, content } = setUp()
    done(
      client(1),
      client(1).transact(PERSISTENT, () => ({ a: '1' })),
    )
    const stale = {
      databaseId: databaseId(PERSISTENT),
      records: [{ requestId: 0, key: Buffer.from('a'), data: Buffer.alloc(25, 0) }],
    }
    expect(fails(client(0), client(0).control('trans3Commit', stale))).toEqual([-1])
    expect(content(0, PERSISTENT).a).toBe('1 1 1')
  })

  it('outlive daemons if they are persistent; of the others a recovery keeps what the nodes have', () => {
    const { small, client, done, content } = setUp()
    done(
      client(1),
      client(1).transact(PERSISTENT, () => ({ a: '1' })),
    )
    done(
      client(0),
      client(0).change(VOLATILE, 'key', () => 'x'),
    )
    for (const pnn of [0, 1, 2]) small.do(`kill ${pnn}`)
    for (const pnn of [0, 1, 2]) small.do(`start ${pnn}`)
    small.pass(30)
    expect([0, 1, 2].map((pnn) => content(pnn, PERSISTENT).a)).toEqual(['1 1 1', '1 1 1', '1 1 1'])
    expect(content(0, VOLATILE)).toEqual({})
  })

  it('are merged by a recovery: the leader then has all records', () => {
    const { small, client, done, content } = setUp()
    done(
      client(2),
      client(2).change(VOLATILE, 'key', () => 'x'),
    )
    done(
      client(1),
      client(1).change(VOLATILE, 'gone', () => ''),
    )
    done(client(1), client(1).control('setRecoveryMode', 1))
    small.pass(10)
    const { pnn } = small.leader
    for (const each of [0, 1, 2]) {
      expect(content(each, VOLATILE)).toEqual({ key: expect.stringMatching(new RegExp(`^\\d+ ${pnn} x$`)) })
    }
  })

  it('catch up on a node that was stopped, whose clients wait meanwhile', () => {
    const { small, client, done, content } = setUp()
    const { pnn } = small.follower
    const [away, other] = [client(pnn), client(small.leader.pnn)]
    small.do(`stop ${pnn}`)
    small.pass(5)
    const read: string[] = []
    away.run(away.read(PERSISTENT, 'a'), (record) => read.push(Buffer.from(record?.value ?? '').toString()))
    done(
      other,
      other.transact(PERSISTENT, () => ({ a: '1' })),
    )
    small.pass(1)
    expect(read).toEqual([])
    small.do(`continue ${pnn}`)
    small.pass(10)
    expect(read).toEqual(['1'])
    expect(content(pnn, PERSISTENT)).toEqual(content(small.leader.pnn, PERSISTENT))
  })

  it('are traversed in the whole cluster: each record once, and an empty one at the end', () => {
    const { small, client, done } = setUp()
    for (const pnn of [0, 1, 2])
      done(
        client(pnn),
        client(pnn).change(VOLATILE, `key ${pnn}`, () => 'x'),
      )
    done(
      client(0),
      client(0).change(VOLATILE, 'key 2', () => 'y'),
    )
    const keys: string[] = []
    const one = client(1)
    one.daemon.listen(message(5n, 'record', recordData), ({ key, data }) => keys.push(`${keyText(key)} ${data.length}`))
    done(one, one.control('traverseStart', { databaseId: databaseId(VOLATILE), requestId: 0, srvid: 5n, withEmptyRecords: 0 }))
    small.pass(1)
    expect(keys.at(-1)).toBe(' 0')
    expect(keys.slice(0, -1).sort()).toEqual(['key 0 25', 'key 1 25', 'key 2 25'])
  })

  it('are detached on all nodes when no client may attach one, volatile ones only', () => {
    const { small, client, fails, database } = setUp()
    const ids = [VOLATILE, PERSISTENT].map(databaseId)
    expect(ids.flatMap((id) => fails(client(0), client(0).control('dbDetach', id)))).toEqual([-1, -1])
    small.do('set AllowClientDBAttach 0')
    small.pass(1)
    expect(ids.flatMap((id) => fails(client(0), client(0).control('dbDetach', id)))).toEqual([-1])
    expect([0, 1, 2].map((pnn) => database(pnn, VOLATILE))).toEqual([undefined, undefined, undefined])
    expect(fails(client(0), client(0).control('dbAttach', 'new.tdb'))).toEqual([-1])
  })
})
