import { once } from 'node:events'
import { duplexPair } from 'node:stream'
import { expect, it } from 'vitest'
import { databaseId } from '../../../src/lib/cluster/record-hash.ts'
import { decodeTdbFrame, encodeTdbFrame, tdbFrameSplitter } from '../../../src/lib/tdb/frames.ts'
import { serveDatabase } from '../../../src/sim/serve/serve-database.ts'
import { DatabaseClient } from '../../support/database-client.ts'
import { SmallWorld } from '../../support/sim-world.ts'

const PID = 4711
const KEY = Buffer.from('key')

/** A database on a daemon, and clients that have its file open. */
function setUp() {
  const small = new SmallWorld().comeUp()
  const { daemon } = small.node(0)
  if (!daemon) throw new Error('no daemon')
  const client = new DatabaseClient(small.world, daemon, 1)
  client.run(client.control('dbAttach', 'v.tdb'))
  small.pass(1)
  const database = daemon.databases.list.get(databaseId('v.tdb'))
  const connect = () => {
    const [ours, theirs] = duplexPair()
    serveDatabase(theirs, daemon, (action) => action())
    const splitter = tdbFrameSplitter()
    const answers: string[] = []
    ours.on('data', (chunk: Buffer) => {
      for (const frame of splitter.push(chunk)) {
        const { letter, data } = decodeTdbFrame(frame)
        answers.push(letter !== 'E' && data.length > 24 ? `${letter} ${Buffer.from(data.subarray(24))}` : letter)
      }
    })
    const send = async (letter: string, key: Uint8Array = KEY, data?: Uint8Array) => {
      ours.write(encodeTdbFrame(letter, key, data))
      await new Promise((resolve) => setImmediate(resolve))
      await new Promise((resolve) => setImmediate(resolve))
      return answers.at(-1)
    }
    return {
      stream: ours,
      served: theirs,
      answers,
      send,
      open: () => send('P', Buffer.from(database.path), Buffer.from([PID & 0xff, PID >> 8, 0, 0])),
    }
  }
  return { daemon, database, connect }
}

it('a client reads, writes and lists records in the place of a file', async () => {
  const { connect } = setUp()
  const one = connect()
  expect(await one.open()).toBe('O')
  expect(await one.send('F')).toBe('N')
  expect(await one.send('S', KEY, Buffer.concat([Buffer.alloc(24), Buffer.from('value')]))).toBe('O')
  expect(await one.send('F')).toBe('D value')
  await one.send('T', new Uint8Array())
  expect(one.answers.slice(-2)).toEqual(['R value', 'O'])
  expect(await one.send('S', KEY, Buffer.alloc(3))).toBe('E')
})

it('a lock keeps others waiting, and ends with its client, who then is no client any more', async () => {
  const { daemon, connect } = setUp()
  const [one, other] = [connect(), connect()]
  await one.open()
  await other.open()
  expect(await one.send('L')).toBe('O')
  expect(await other.send('L')).toBe('O')
  // That was the answer to its opening.
  expect(other.answers).toEqual(['O'])
  expect(daemon.databases.clients.has(PID)).toBe(true)
  one.stream.end()
  await once(one.served, 'close')
  await other.send('F')
  expect(other.answers).toEqual(['O', 'O', 'N'])
  other.stream.end()
  await once(other.served, 'close')
  await new Promise((resolve) => setImmediate(resolve))
  expect(daemon.databases.clients.has(PID)).toBe(false)
})

it.each([
  ['a request before the file is named', [encodeTdbFrame('F', KEY)]],
  ['an unknown request', [encodeTdbFrame('?', KEY)]],
])('%s ends the connection', async (_, frames) => {
  const { connect } = setUp()
  const one = connect()
  for (const frame of frames) one.stream.write(frame)
  await once(one.served, 'close')
  expect(one.answers).toEqual([])
})

it('another file is not there', async () => {
  const { connect } = setUp()
  expect(await connect().send('P', Buffer.from('/etc/passwd'), Buffer.alloc(4))).toBe('E')
})
