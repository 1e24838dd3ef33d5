import { spawn } from 'node:child_process'
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { type Duplex, duplexPair } from 'node:stream'
import { execa } from 'execa'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { EVENTD_SOCKETS } from '../../../src/lib/cluster/paths.ts'
import { decodeEventStatusRequest, encodeEventStatus, measureEventFrame } from '../../../src/lib/wire/eventd.ts'
import { FrameSplitter } from '../../../src/lib/wire/frames.ts'
import { ADDRESS_EVENTS, EventClient } from '../../../src/transport/client/event-client.ts'
import { machineOf } from '../../../src/transport/host-access.ts'
import { localHost } from '../../../src/transport/local/host.ts'
import { takeSeedFromEnvironment } from '../../support/fast-check.ts'
import { goldenEventExchanges } from '../../support/goldens.ts'
import { tempDir } from '../../support/temp-dir.ts'

takeSeedFromEnvironment()

type Request = ReturnType<typeof decodeEventStatusRequest>

/** A client of something that does with each question what it wants. */
function clientOf(answer: (request: Request, stream: Duplex) => void, timeoutMs = 5_000) {
  const [ours, theirs] = duplexPair()
  const frames = new FrameSplitter(measureEventFrame, 1 << 16)
  theirs.on('data', (chunk: Uint8Array) => {
    for (const frame of frames.push(chunk)) answer(decodeEventStatusRequest(frame), theirs)
  })
  theirs.on('error', () => {})
  return { client: new EventClient(ours, { peer: 'node 1', timeoutMs }), ours, theirs }
}

const noRuns = ({ requestId }: Request) => encodeEventStatus(requestId, { result: 22, summary: 0, scripts: [] })

describe('a client of an event daemon', () => {
  it('reads a recorded answer of a real daemon', async () => {
    const [, reply] = goldenEventExchanges[0] ?? []
    const { client } = clientOf(({ requestId }, stream) => {
      const bytes = Buffer.from(reply?.bytes ?? [])
      bytes.writeUInt32LE(requestId, 8)
      stream.write(bytes)
    })
    const { event, scripts } = await client.lastRun('monitor')
    expect(event).toBe('monitor')
    expect(scripts.map(({ name, result }) => [name, result])).toEqual([
      ['00.ctdb', 0],
      ['01.reclock', 0],
      ['05.system', 0],
      ['10.interface', 0],
    ])
    expect(scripts.every(({ begin, end }) => begin > 1.7e9 && end > begin && end < begin + 1)).toBe(true)
    client.close()
  })

  it('reads the answer for an event that never ran as no scripts', async () => {
    const recorded = Buffer.from('1400000000000000070000000200000016000000', 'hex')
    const { client } = clientOf(({ requestId }, stream) => {
      recorded.writeUInt32LE(requestId, 8)
      stream.write(recorded)
    })
    expect(await client.lastRun('takeip')).toEqual({ event: 'takeip', scripts: [] })
    client.close()
  })

  it('may have several pending requests, whatever the order of the answers', async () => {
    const asked: Request[] = []
    const { client } = clientOf((request, stream) => {
      asked.push(request)
      if (asked.length < ADDRESS_EVENTS.length) return
      for (const { requestId, event } of asked.toReversed()) {
        const time = { seconds: 7, microseconds: 500_000 }
        const script = { name: event, begin: time, end: time, result: -110, output: 'x' }
        stream.write(encodeEventStatus(requestId, { result: 0, summary: -110, scripts: [script] }))
      }
    })
    const runs = await Promise.all(ADDRESS_EVENTS.map((event) => client.lastRun(event)))
    expect(runs).toEqual(
      ADDRESS_EVENTS.map((event) => ({ event, scripts: [{ name: event, begin: 7.5, end: 7.5, result: -110, output: 'x' }] })),
    )
    client.close()
  })

  it('ends a request at the time limit, and drops a late answer', async () => {
    const late: Request[] = []
    const { client, theirs } = clientOf((request, stream) => {
      if (request.event === 'monitor') late.push(request)
      else stream.write(noRuns(request))
    }, 100)
    await expect(client.lastRun('monitor')).rejects.toMatchObject({
      code: 'EVENT_TIMEOUT',
      message: 'no answer about monitor from the event daemon on node 1 within 0.1 s',
      exitStatus: 110,
    })
    for (const request of late) theirs.write(noRuns(request))
    expect(await client.lastRun('takeip')).toEqual({ event: 'takeip', scripts: [] })
    client.close()
  })

  it('says where the daemon was, and what may have happened, when the connection ends', async () => {
    const [ours, theirs] = duplexPair()
    const client = new EventClient(ours, { peer: machineOf(localHost()), timeoutMs: 5_000 })
    const asked = client.lastRun('monitor')
    theirs.resume().end()
    await expect(asked).rejects.toMatchObject({
      message: 'the connection to the event daemon on this machine ended',
      hint: expect.stringMatching(/^ctdb-eventd has stopped or crashed/),
    })
  })

  it('reports a refusal of the daemon', async () => {
    const { client } = clientOf(({ requestId }, stream) => {
      stream.write(encodeEventStatus(requestId, { result: 2, summary: 0, scripts: [] }))
    })
    await expect(client.lastRun('monitor')).rejects.toMatchObject({
      code: 'EVENT_FAILED',
      message: 'the event daemon on node 1 did not report the last run of monitor: it answered 2',
    })
    client.close()
  })

  interface Fault {
    readonly what: string
    readonly answer: (request: Request, stream: Duplex) => void
    readonly code: 'EVENT_DISCONNECTED' | 'NOT_EVENTD'
  }

  it.each<Fault>([
    { what: 'hangs up', answer: (_, stream) => stream.end(), code: 'EVENT_DISCONNECTED' },
    {
      what: 'hangs up in the middle of an answer',
      answer: (request, stream) => stream.end(noRuns(request).subarray(0, 10)),
      code: 'EVENT_DISCONNECTED',
    },
    {
      what: 'answers in another protocol',
      answer: (_, stream) => void stream.write('HTTP/1.1 400 Bad Request\r\n\r\n'),
      code: 'NOT_EVENTD',
    },
    {
      what: 'announces a packet that is too large',
      answer: (_, stream) => void stream.write(Buffer.from([0, 0, 0, 0x7f])),
      code: 'NOT_EVENTD',
    },
  ])('fails when the other side $what', async ({ answer, code }) => {
    const { client, ours } = clientOf(answer)
    const asked = [client.lastRun('monitor'), client.lastRun('takeip')]
    const codes = (await Promise.allSettled(asked)).map((outcome) => outcome.status === 'rejected' && outcome.reason.code)
    expect(codes).toEqual([code, code])
    await expect(client.lastRun('monitor')).rejects.toMatchObject({ code })
    expect(ours.destroyed).toBe(true)
  })

  it('reports that the connection broke, or was closed', async () => {
    const broken = clientOf(() => {})
    const asked = broken.client.lastRun('monitor')
    broken.ours.destroy(new Error('a cable'))
    await expect(asked).rejects.toMatchObject({ code: 'EVENT_DISCONNECTED', message: expect.stringContaining('a cable') })
    const closed = clientOf(() => {})
    const askedToo = closed.client.lastRun('monitor')
    closed.client.close()
    await expect(askedToo).rejects.toThrow('the connection to the event daemon on node 1 was closed')
  })

  it('survives any bytes', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.uint8Array()), async (chunks) => {
        const { client } = clientOf((_, stream) => {
          for (const chunk of chunks) stream.write(chunk)
          stream.end()
        })
        await expect(client.lastRun('monitor')).rejects.toMatchObject({ code: expect.stringMatching(/^(EVENT_|NOT_EVENTD)/) })
      }),
    )
  })

  it('knows where event daemons listen', () => {
    expect(EVENTD_SOCKETS).toContain('/run/ctdb/eventd.socket')
    expect(EVENTD_SOCKETS).toContain('/run/samba/ctdb/eventd.socket')
  })
})

const EVENTD = '/usr/libexec/ctdb/ctdb-eventd'
const EVENT_TOOL = '/usr/libexec/ctdb/ctdb-event'
const hasEventd = existsSync(EVENTD) && existsSync(EVENT_TOOL)
if (!hasEventd)
  process.stderr.write('\nThe test with a real event daemon is SKIPPED: there is no ctdb-eventd (apt-get install ctdb)\n')

describe('a real event daemon', () => {
  it.skipIf(!hasEventd)('reports the results of its scripts', async () => {
    using dir = tempDir()
    const env = { CTDB_TEST_MODE: 'yes', CTDB_BASE: dir.path }
    for (const folder of ['run', 'var', 'events/legacy']) mkdirSync(dir.file(folder), { recursive: true })
    writeFileSync(dir.file('ctdb.conf'), '')
    writeFileSync(dir.file('events/legacy/10.ok.script'), '#!/bin/sh\necho fine\n', { mode: 0o755 })
    writeFileSync(dir.file('events/legacy/20.off.script'), '#!/bin/sh\n')
    writeFileSync(dir.file('events/legacy/30.bad.script'), '#!/bin/sh\n[ $1 = takeip ] && exec sleep 9\nexit 3\n', {
      mode: 0o755,
    })
    const daemon = spawn(EVENTD, { env: { ...process.env, ...env }, stdio: 'ignore' })
    try {
      await expect.poll(() => existsSync(dir.file('run/eventd.socket')), { timeout: 10_000 }).toBe(true)
      await execa(EVENT_TOOL, ['run', '5', 'legacy', 'monitor'], { env, reject: false })
      await execa(EVENT_TOOL, ['run', '1', 'legacy', 'takeip', 'eth0', '10.0.0.1', '24'], { env, reject: false })
      const stream = await localHost().connect([dir.file('gone'), dir.file('run/eventd.socket')])
      const client = new EventClient(stream, { peer: 'here', timeoutMs: 5_000 })
      const runs = await Promise.all(ADDRESS_EVENTS.map((event) => client.lastRun(event)))
      client.close()
      const told = runs.map(({ event, scripts }) => [event, ...scripts.map(({ name, result, output }) => [name, result, output])])
      expect(told).toEqual([
        ['startup'],
        ['monitor', ['10.ok', 0, 'fine\n'], ['20.off', -8, ''], ['30.bad', 3, '']],
        ['takeip', ['10.ok', 0, 'fine\n'], ['20.off', -8, ''], ['30.bad', -110, '']],
        ['releaseip'],
        ['ipreallocated'],
      ])
    } finally {
      daemon.kill()
    }
  })
})
