import { Duplex } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { CONTROL_FLAG, controls } from '../../../src/lib/wire/controls.ts'
import { messages } from '../../../src/lib/wire/messages.ts'
import { CtdbClient } from '../../../src/transport/client/client.ts'
import { ClosedError, ControlFailedError, NoAnswerError } from '../../../src/transport/client/errors.ts'
import { connectUnix } from '../../../src/transport/local/socket.ts'
import { answerBasics, type Exchange, ScriptedDaemon } from '../../support/scripted-daemon.ts'
import { tempDir } from '../../support/temp-dir.ts'

const ping = controls.ping
const getNodeMap = controls.getNodeMap

/** A client and a daemon that does as `script` says, connected through a real socket; all gone when disposed of. */
async function connected(script: (exchange: Exchange) => void, options: Partial<{ timeoutMs: number }> = {}) {
  const dir = tempDir()
  const daemon = await new ScriptedDaemon(dir.file('s'), script).listen()
  const client = await connectUnix(daemon.path, { timeoutMs: 5_000, ...options })
  return {
    client,
    daemon,
    async [Symbol.asyncDispose]() {
      client.close()
      await daemon[Symbol.asyncDispose]()
      dir[Symbol.dispose]()
    },
  }
}

const answerPing = ({ reply }: Exchange, value: number) => reply(ping, value)

describe('a client with many requests under way', () => {
  it('gives each its own answer, in whatever order they come', async () => {
    const held: Exchange[] = []
    await using connection = await connected((exchange) => {
      held.push(exchange)
      if (held.length < 1000) return
      for (const each of held.reverse()) answerPing(each, each.request.header.requestId)
    })
    const { client } = connection
    const answers = await Promise.all(Array.from({ length: 1000 }, () => client.control(ping)))
    expect(answers).toEqual(Array.from({ length: 1000 }, (_, index) => index + 1))
    expect(client.inFlight).toBe(0)
  })

  it('reads answers that are cut at any byte, and several in one chunk', async () => {
    const held: Exchange[] = []
    await using connection = await connected((exchange) => {
      held.push(exchange)
      if (held.length < 20) return
      const stream = Buffer.concat(held.map((each, index) => each.bytesOf(ping, index)))
      void (async () => {
        // Odd sizes, so that the cuts walk through all places of a packet of 48 bytes.
        for (let at = 0; at < stream.length; at += 13) {
          exchange.socket.write(stream.subarray(at, at + 13))
          await sleep(0)
        }
      })()
    })
    const answers = await Promise.all(Array.from({ length: 20 }, () => connection.client.control(ping)))
    expect(answers).toEqual(Array.from({ length: 20 }, (_, index) => index))
  })

  it('drops answers to requests it does not have, and second answers', async () => {
    await using connection = await connected((exchange) => {
      const { header } = exchange.request
      const other = { ...exchange.request, header: { ...header, requestId: header.requestId + 77 } }
      const stray = Buffer.from(exchange.bytesOf(ping, 9))
      stray.writeUInt32LE(other.header.requestId, 28)
      exchange.socket.write(stray)
      answerPing(exchange, 1)
      answerPing(exchange, 2)
    })
    expect(await connection.client.control(ping)).toBe(1)
    expect(await connection.client.control(ping)).toBe(1)
  })
})

describe('a deadline', () => {
  it('ends one request and leaves the others, and a late answer is dropped', async () => {
    const held: Exchange[] = []
    await using connection = await connected((exchange) => {
      held.push(exchange)
      if (exchange.request.header.destination !== 3) answerPing(exchange, 5)
    })
    const { client } = connection
    const late = expect(client.control(ping, { to: 3, timeoutMs: 50 })).rejects.toThrow(new NoAnswerError('PING', 3, 50))
    await expect(client.control(ping)).resolves.toBe(5)
    await late
    for (const exchange of held) if (exchange.request.header.destination === 3) answerPing(exchange, 6)
    await expect(client.control(ping)).resolves.toBe(5)
    expect(client.inFlight).toBe(0)
  })

  it('and a refusal have the exit status of ctdb', async () => {
    await using connection = await connected((exchange) => exchange.fail(-1, 'not today'))
    const refused = connection.client.control(getNodeMap, { to: 2 })
    await expect(refused).rejects.toThrow(ControlFailedError)
    await expect(refused).rejects.toMatchObject({
      message: 'GET_NODEMAP failed on node 2 with status -1: not today',
      exitStatus: 1,
      ctdbText: { stderr: ['Control GET_NODEMAP failed, ret=-1'] },
    })
    await expect(connection.client.control(ping, { timeoutMs: 0 })).rejects.toMatchObject({ exitStatus: 110 })
  })
})

describe('an AbortSignal', () => {
  it('ends a request with its reason, before and after it was sent', async () => {
    await using connection = await connected(() => {})
    const abort = new AbortController()
    const request = connection.client.control(ping, { signal: abort.signal })
    abort.abort(new Error('enough'))
    await expect(request).rejects.toThrow('enough')
    await expect(connection.client.control(ping, { signal: abort.signal })).rejects.toThrow('enough')
    expect(connection.client.inFlight).toBe(0)
  })
})

describe('a connection that ends', () => {
  it('fails all pending requests with the same error', async () => {
    await using connection = await connected(({ socket, bytesOf, request }) => {
      if (request.header.requestId < 10) return
      // Killed in the middle of a reply.
      socket.write(bytesOf(ping, 1).subarray(0, 40))
      socket.end()
    })
    const { client } = connection
    const outcomes = await Promise.allSettled(Array.from({ length: 10 }, () => client.control(ping)))
    const reasons = outcomes.map((outcome) => (outcome.status === 'rejected' ? outcome.reason : undefined))
    expect(new Set(reasons).size).toBe(1)
    expect(reasons[0]).toBeInstanceOf(ClosedError)
    expect(String(reasons[0])).toContain('closed the connection in the middle of a packet (after 40 bytes of it)')
    await expect(client.control(ping)).rejects.toBe(reasons[0])
  })

  it('differs from one that we closed', async () => {
    await using connection = await connected(() => {})
    const request = connection.client.control(ping)
    connection.client.close()
    await expect(request).rejects.toMatchObject({ code: 'CLOSED' })
  })

  it('is closed at once when the peer is not a CTDB daemon, or announces more than the limit', async () => {
    const answers = [Buffer.from('HTTP/1.1 400 Bad Request\r\n'), Buffer.from('ffffff7f4244544301000000'.padEnd(64, '0'), 'hex')]
    for (const answer of answers) {
      await using connection = await connected(({ socket }) => void socket.write(answer))
      await expect(connection.client.control(ping)).rejects.toMatchObject({ code: 'NOT_CTDB' })
    }
  })
})

describe('a peer that does not read', () => {
  it('is not sent more than the limit', async () => {
    // A stream that takes nothing: what a socket is whose other side has stopped reading.
    const stuck = new Duplex({ read() {}, write() {} })
    using client = new CtdbClient(stuck, { peer: 'stuck', maxQueuedBytes: 1000, timeoutMs: 100 })
    const outcomes = await Promise.allSettled(Array.from({ length: 50 }, () => client.control(ping)))
    const codes = outcomes.map((outcome) => (outcome.status === 'rejected' ? outcome.reason.code : 'answered'))
    expect(codes.filter((code) => code === 'TIMEOUT').length).toBe(15)
    expect(codes.filter((code) => code === 'QUEUE_FULL').length).toBe(35)
    expect(client.inFlight).toBe(0)
  })
})

/** The first message; whoever reads no further leaves the subscription. */
async function firstOf<T>(subscription: AsyncIterable<T>): Promise<T | undefined> {
  for await (const message of subscription) return message
  return undefined
}

describe('a subscription', () => {
  it('registers once for all listeners, gives each every message, and deregisters after the last', async () => {
    await using connection = await connected((exchange) => {
      answerBasics(exchange)
      if (exchange.request.opcode !== ping.opcode) return
      exchange.send(messages.leader, 2)
      answerPing(exchange, 1)
    })
    const { client, daemon } = connection
    const subscriptions = [await client.subscribe(messages.leader), await client.subscribe(messages.leader)]
    await client.control(ping)
    for (const subscription of subscriptions) expect(await firstOf(subscription)).toEqual({ from: 7, data: 2 })
    const registrations = () => daemon.requests.filter(({ opcode }) => opcode !== ping.opcode)
    await expect.poll(() => registrations().map(({ opcode }) => opcode)).toEqual([23, 24])
    expect(registrations().map(({ srvid }) => srvid)).toEqual([messages.leader.srvid, messages.leader.srvid])
  })

  it('ignores messages that do not have the layout of their kind', async () => {
    await using connection = await connected((exchange) => {
      answerBasics(exchange)
      exchange.send({ ...messages.reconfigure, srvid: messages.leader.srvid }, undefined)
      exchange.send(messages.leader, 1)
    })
    expect(await firstOf(await connection.client.subscribe(messages.leader))).toMatchObject({ data: 1 })
  })

  it('ends with an error when nobody reads it, when it is aborted and when the connection ends', async () => {
    await using connection = await connected((exchange) => {
      answerBasics(exchange)
      for (let count = 0; count < 5; count++) exchange.send(messages.takeIp, `10.0.0.${count}`)
    })
    const { client } = connection
    const read = async (subscription: AsyncIterable<{ data: unknown }>) => {
      const seen: unknown[] = []
      for await (const { data } of subscription) seen.push(data)
      return seen
    }
    const full = await client.subscribe(messages.takeIp, { maxQueuedBytes: 200 })
    await sleep(50)
    await expect(read(full)).rejects.toMatchObject({ code: 'OVERFLOW' })
    const abort = new AbortController()
    const aborted = await client.subscribe(messages.releaseIp, { signal: abort.signal })
    abort.abort(new Error('enough'))
    await expect(read(aborted)).rejects.toThrow('enough')
    const left = await client.subscribe(messages.reconfigure)
    client.close()
    await expect(read(left)).rejects.toBeInstanceOf(ClosedError)
  })

  it('can make the daemon wait instead, and loses nothing', async () => {
    // More than the buffers of a socket hold.
    const texts = Array.from({ length: 100 }, (_, index) => String(index).repeat(1 << 16))
    let waiting = 0
    await using connection = await connected((exchange) => {
      const { request, socket } = exchange
      if (request.opcode === controls.ping.opcode) waiting = socket.writableLength
      answerBasics(exchange)
      if (request.opcode === controls.registerSrvid.opcode) for (const text of texts) exchange.send(messages.takeIp, text)
    })
    const { client } = connection
    const subscription = await client.subscribe(messages.takeIp, { maxQueuedBytes: 1 << 17, whenFull: 'wait' })
    // Sent, and never answered; by then the client has read all it wants to.
    client.control(ping).catch(() => {})
    await expect.poll(() => waiting).toBeGreaterThan(1 << 20)
    for (const text of texts) expect((await subscription.next())?.data).toBe(text)
  })

  it('fails when the daemon refuses to register it, for all who waited', async () => {
    await using connection = await connected(({ fail }) => fail(-1))
    const outcomes = await Promise.allSettled([1, 2].map(() => connection.client.subscribe(messages.leader)))
    for (const outcome of outcomes) expect(outcome).toMatchObject({ reason: expect.any(ControlFailedError) })
    expect(connection.daemon.requests.length).toBe(1)
  })
})

describe('a control without reply', () => {
  it('does not wait', async () => {
    await using connection = await connected(() => {})
    await connection.client.control(controls.shutdown, { flags: CONTROL_FLAG.NO_REPLY })
    expect(connection.client.inFlight).toBe(0)
  })
})

describe('the source of a packet', () => {
  it('is unknown until the PNN is known', async () => {
    await using connection = await connected((exchange) => {
      if (exchange.request.opcode === controls.getPnn.opcode) exchange.reply(ping, 4)
      else answerPing(exchange, 0)
    })
    await connection.client.pnn()
    await connection.client.control(ping)
    expect(connection.daemon.requests.map(({ header }) => header.source)).toEqual([0xffff_ffff, 4])
  })
})
