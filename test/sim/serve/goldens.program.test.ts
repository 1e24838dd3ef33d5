import { once } from 'node:events'
import type { Duplex } from 'node:stream'
import { describe, expect, it } from 'vitest'
import { decode } from '../../../src/lib/wire/codec.ts'
import { controlByOpcode, controls } from '../../../src/lib/wire/controls.ts'
import { FrameSplitter } from '../../../src/lib/wire/frames.ts'
import { messages } from '../../../src/lib/wire/messages.ts'
import { decodePacket, measurePacket, type Packet } from '../../../src/lib/wire/packet.ts'
import { SimCluster } from '../../../src/sim/serve/sim-cluster.ts'
import type { Layout } from '../../../src/sim/world/layout.ts'
import { goldenRuns } from '../../support/goldens.ts'

/** A cluster with an interface for public addresses, of which some nodes have none. */
const layout = (network: string, name: string, addresses: readonly string[], nodesWithAddresses: readonly boolean[]): Layout => ({
  nodes: nodesWithAddresses.map((_, pnn) => `${network}${pnn + 1}\n`).join(''),
  hosts: nodesWithAddresses.map((hasAddresses, pnn) => ({
    privateAddress: `${network}${pnn + 1}`,
    interfaces: [{ name, addresses: [] }],
    publicAddresses: hasAddresses ? addresses.map((address) => `${address}/24 ${name}\n`).join('') : '',
  })),
})

/** The clusters that the goldens were recorded on. */
const LAYOUTS: Readonly<Record<string, Layout>> = {
  '4.17': layout('10.99.0.', 'eth1', ['10.99.1.131', '10.99.1.132', '10.99.1.133'], [true, true, true]),
  '4.25': layout('127.0.0.', 'lo', ['192.168.100.1', '192.168.100.3', '192.168.200.1', '192.168.200.3'], [true, false, true]),
}

/** What simulated nodes have not: databases. They say so. */
const REFUSED = ['GET_DBNAME', 'GETDBPATH', 'DB_GET_HEALTH']

/** Messages that are requests, too, and what they are answered with when the tool wants an answer: a message with this srvid. */
function replySrvidOf({ srvid, data }: Extract<Packet, { kind: 'message' }>): bigint | undefined {
  if (srvid === messages.takeoverRun.srvid) return decode(messages.takeoverRun.data, data).replySrvid
  if (srvid === messages.disableTakeoverRuns.srvid) return decode(messages.disableTakeoverRuns.data, data).replySrvid
  // The leader's broadcasts, and what recovery daemons tell each other.
  return undefined
}

type Reply = Extract<Packet, { kind: 'reply' }>

/** A client of node 0 that sends what was recorded, byte by byte. */
class Replay implements AsyncDisposable {
  private readonly cluster: SimCluster
  private readonly stream: Duplex
  private readonly waiting = new Map<number, (reply: Reply) => void>()
  /** The srvids of the messages that have come. */
  private readonly heard = new Set<bigint>()

  private constructor(cluster: SimCluster) {
    this.cluster = cluster
    this.stream = cluster.connect(0)
    const frames = new FrameSplitter(measurePacket, 1 << 20)
    this.stream.on('data', (chunk: Uint8Array) => {
      for (const frame of frames.push(chunk)) this.receive(decodePacket(frame))
    })
  }

  static async start(layout: Layout): Promise<Replay> {
    const cluster = new SimCluster({ layout, era: 'now', seed: 1, speed: 20, upForMs: 20_000 })
    await cluster.comeUp()
    cluster.driver.start()
    return new Replay(cluster)
  }

  ask(bytes: Buffer, requestId: number): Promise<Reply> {
    return new Promise((resolve, reject) => {
      const limit = setTimeout(() => reject(new Error(`no answer to ${bytes.toString('hex')}`)), 30_000)
      this.waiting.set(requestId, (reply) => {
        clearTimeout(limit)
        resolve(reply)
      })
      this.stream.write(bytes)
    })
  }

  /** Waits until a message has come for a srvid. */
  async hear(srvid: bigint): Promise<void> {
    await expect.poll(() => this.heard.has(srvid), { timeout: 10_000, message: 'a message is answered' }).toBe(true)
  }

  tell(bytes: Buffer): void {
    this.stream.write(bytes)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.cluster.driver.stop()
    this.stream.destroy()
    await once(this.stream, 'close')
  }

  private receive(packet: Packet): void {
    if (packet.kind === 'message') this.heard.add(packet.srvid)
    if (packet.kind === 'reply') this.waiting.get(packet.header.requestId)?.(packet)
  }
}

type Run = (typeof goldenRuns)[number]

/** What the real daemon answered to each request of a run, in their order: whether it was accepted. Undefined where no answer was recorded. */
function realAnswers(run: Run): (boolean | undefined)[] {
  const packets = run.packets.map(({ bytes }) => decodePacket(bytes))
  const answers = new Map<number, boolean[]>()
  for (const packet of packets) {
    if (packet.kind !== 'reply') continue
    const { requestId } = packet.header
    answers.set(requestId, [...(answers.get(requestId) ?? []), packet.status >= 0])
  }
  return packets.filter(({ kind }) => kind === 'control').map(({ header }) => answers.get(header.requestId)?.shift())
}

interface Played {
  /** The names of the controls. */
  readonly requests: readonly string[]
  /** What was answered otherwise than by the real daemon, or not at all, or cannot be read. */
  readonly wrong: readonly string[]
}

/** Sends all that was sent in some runs, one after the other, to a cluster of its own. */
async function play(runs: readonly Run[]): Promise<Played> {
  await using client = await Replay.start(LAYOUTS[runs[0]?.version ?? '']!)
  const played: Played[] = []
  for (const run of runs) played.push(await playRun(client, run))
  return { requests: played.flatMap(({ requests }) => requests), wrong: played.flatMap(({ wrong }) => wrong) }
}

/** Clusters that run beside each other. All of them at once would keep the processor busy with their own timers. */
const AT_ONCE = 4

async function playAll(groups: readonly (readonly Run[])[]): Promise<Played[]> {
  const waiting = [...groups]
  const played: Played[] = []
  const worker = async () => {
    for (let group = waiting.shift(); group; group = waiting.shift()) played.push(await play(group))
  }
  await Promise.all(Array.from({ length: AT_ONCE }, worker))
  return played
}

async function playRun(client: Replay, run: Run): Promise<Played> {
  const requests: string[] = []
  const wrong: string[] = []
  const real = realAnswers(run)
  const awaited = new Set<bigint>()
  for (const { bytes } of run.packets.filter(({ from }) => from === 'c')) {
    const packet = decodePacket(bytes)
    if (packet.kind === 'message') for (const srvid of tell(client, packet, bytes)) awaited.add(srvid)
    if (packet.kind !== 'control') continue
    // What is not listened to any more has been heard until then.
    if (packet.opcode === controls.deregisterSrvid.opcode && awaited.has(packet.srvid)) await client.hear(packet.srvid)
    requests.push(controlByOpcode(packet.opcode)?.name ?? '')
    wrong.push(...(await problemsOf(client, packet, bytes, real.shift() ?? true)))
  }
  for (const srvid of awaited) await client.hear(srvid)
  return { requests, wrong: wrong.map((text) => `${run.version} ctdb ${run.argv.join(' ')}: ${text}`) }
}

/** Sends a message when it is a request; returns the srvid that an answer is to come for. */
function tell(client: Replay, packet: Extract<Packet, { kind: 'message' }>, bytes: Buffer): bigint[] {
  const replySrvid = replySrvidOf(packet)
  if (replySrvid === undefined) return []
  client.tell(bytes)
  return replySrvid === 0n ? [] : [replySrvid]
}

/** Sends a request; returns what is wrong with the answer. */
async function problemsOf(
  client: Replay,
  packet: Extract<Packet, { kind: 'control' }>,
  bytes: Buffer,
  isAccepted: boolean,
): Promise<string[]> {
  const control = controlByOpcode(packet.opcode)
  if (!control) return [`nothing is declared for control ${packet.opcode}`]
  const { status, errorText, data } = await client.ask(bytes, packet.header.requestId)
  const isExpected = isAccepted && !REFUSED.includes(control.name)
  if (status >= 0 !== isExpected) return [`${control.name} has status ${status} ${errorText}`]
  if (status !== 0) return []
  const again = control.writeReply(control.readReply({ status, data }))
  return Buffer.from(again.data).equals(data) ? [] : [`the reply to ${control.name} is not as it is read`]
}

/** Runs that need what the ones before have done go together: an address that is added, looked at and deleted. */
function together(runs: readonly Run[]): Run[][] {
  const groups: Run[][] = []
  for (const run of runs) {
    const last = groups.at(-1)
    const isOpen = last?.[0]?.argv[0] === 'addip' && last.at(-1)?.argv[0] !== 'delip'
    if (last && isOpen) last.push(run)
    else groups.push([run])
  }
  return groups
}

describe('a simulated node answers the recorded requests of the real tool', () => {
  it.each([
    ['4.17', 310, 33],
    ['4.25', 688, 34],
  ] as const)('%s', async (version, requests, kinds) => {
    const groups = together(goldenRuns.filter((run) => run.version === version))
    const played = await playAll(groups)
    expect(played.flatMap(({ wrong }) => wrong)).toEqual([])
    const names = played.flatMap((one) => one.requests)
    expect({ requests: names.length, kinds: new Set(names).size }).toEqual({ requests, kinds })
  })
})
