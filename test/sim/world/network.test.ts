import { describe, expect, it } from 'vitest'
import { message } from '../../../src/lib/wire/messages.ts'
import { nothing } from '../../../src/lib/wire/primitives.ts'
import type { DaemonPacket } from '../../../src/sim/daemon/daemon-network.ts'
import { VirtualClock } from '../../../src/sim/process/clock.ts'
import { Program } from '../../../src/sim/process/program.ts'
import { SimNetwork } from '../../../src/sim/world/network.ts'
import { Random } from '../../../src/sim/world/random.ts'

const DELAY_MS = 5

const packet = (number: number): DaemonPacket => ({
  kind: 'message',
  message: message(BigInt(number), '', nothing),
  data: undefined,
})

/** Two ends of a network that are connected, and note what happens to them. */
function setUp({ seed = 1, delayMs = DELAY_MS } = {}) {
  const clock = new VirtualClock(0)
  const network = new SimNetwork(clock, new Random(seed), 2, delayMs)
  const seen: string[][] = [[], []]
  const programs: Program[] = []
  const attach = (pnn: number) => {
    const program = new Program(clock, () => {})
    const note = (text: string) => seen[pnn]?.push(text)
    programs[pnn] = program
    network.attach(pnn, program, {
      connected: (other) => note(`connected ${other}`),
      disconnected: (other) => note(`disconnected ${other}`),
      received: (_, received) =>
        note(received.kind === 'message' ? `${received.message.srvid} at ${clock.nowMs - start}` : received.kind),
    })
  }
  let start = 0
  attach(0)
  attach(1)
  clock.advanceBy(1_000)
  const connected = seen.map((list) => list.splice(0))
  start = clock.nowMs
  const send = (from: number, ...numbers: number[]) => {
    for (const number of numbers) network.port(from).send(1 - from, packet(number))
  }
  /** The packets that came to a node, without their times. */
  const numbers = (pnn: number) => seen[pnn]?.filter((text) => /^\d/.test(text)).map((text) => Number(text.split(' ')[0]))
  return { clock, network, seen, connected, attach, programs, send, numbers }
}

describe('two daemons', () => {
  it('connect within a second, and are told once', () => {
    const { connected, clock, seen } = setUp()
    expect(connected).toEqual([['connected 1'], ['connected 0']])
    clock.advanceBy(10_000)
    expect(seen).toEqual([[], []])
  })

  it('do not connect while one is not running, stopped, or unreachable', () => {
    const { network, clock, seen, programs, attach } = setUp()
    network.detach(1, { silently: false })
    clock.advanceBy(5_000)
    attach(1)
    programs[1]?.stop()
    clock.advanceBy(5_000)
    programs[1]?.continue()
    network.setPaths(0, 1, { parted: true })
    clock.advanceBy(5_000)
    expect(seen).toEqual([['disconnected 1'], []])
    network.setPaths(0, 1, { parted: false })
    clock.advanceBy(1_000)
    expect(seen).toEqual([['disconnected 1', 'connected 1'], ['connected 0']])
  })
})

describe('a packet', () => {
  it('arrives in order, after the delay of the path', () => {
    const { send, clock, seen } = setUp()
    send(0, 1, 2)
    clock.advanceBy(3)
    send(0, 3)
    clock.advanceBy(100)
    expect(seen[1]).toEqual(['1 at 5', '2 at 5', '3 at 8'])
  })

  it('never overtakes an earlier one, even if the path has become faster', () => {
    const { send, clock, seen, network } = setUp()
    network.setPaths(0, 1, { delayMs: 50 })
    send(0, 1)
    network.setPaths(0, 1, { delayMs: 1 })
    send(0, 2)
    send(1, 3)
    clock.advanceBy(100)
    expect(seen).toEqual([['3 at 1'], ['1 at 50', '2 at 50']])
  })

  it.each([1, 2, 3])('arrives later with packet loss, but once and in order (seed %i)', (seed) => {
    const { send, clock, seen, numbers, network } = setUp({ seed })
    network.setPaths(0, 1, { lossPercent: 50 })
    const all = Array.from({ length: 50 }, (_, index) => index)
    for (const number of all) {
      send(0, number)
      clock.advanceBy(10)
    }
    clock.advanceBy(600_000)
    expect(numbers(1)).toEqual(all)
    const late = seen[1]?.filter((text) => Number(text.split(' ')[2]) > 10 * Number(text.split(' ')[0]) + DELAY_MS) ?? []
    expect(late.length).toBeGreaterThan(10)
  })

  it('is held back while the path is cut, and arrives afterwards', () => {
    const { send, clock, seen, network } = setUp()
    network.setPaths(0, 1, { parted: true })
    send(0, 1, 2)
    send(1, 3)
    clock.advanceBy(100)
    expect(seen).toEqual([[], []])
    network.setPaths(0, 1, { parted: false })
    clock.advanceBy(100)
    expect(seen).toEqual([['3 at 105'], ['1 at 105', '2 at 105']])
  })

  it('is held back in the direction that is cut only', () => {
    const { send, clock, seen, network } = setUp()
    network.setPath(0, 1, { parted: true })
    send(0, 1)
    send(1, 2)
    clock.advanceBy(100)
    expect([seen, network.isOpen(0, 1)]).toEqual([[['2 at 5'], []], false])
    network.setPath(0, 1, { parted: false })
    clock.advanceBy(100)
    expect(seen[1]).toEqual(['1 at 105'])
  })

  it('keeps its order when others were on their way when the path was cut', () => {
    const { send, clock, numbers, network } = setUp({ delayMs: 100 })
    send(0, 1, 2)
    clock.advanceBy(50)
    network.setPaths(0, 1, { parted: true })
    send(0, 3, 4)
    clock.advanceBy(500)
    send(0, 5)
    expect(numbers(1)).toEqual([])
    network.setPaths(0, 1, { parted: false })
    send(0, 6)
    clock.advanceBy(500)
    expect(numbers(1)).toEqual([1, 2, 3, 4, 5, 6])
  })

  it('is dropped without a connection', () => {
    const { send, clock, seen, network } = setUp()
    network.detach(1, { silently: false })
    clock.advanceBy(10)
    send(0, 1)
    send(1, 2)
    clock.advanceBy(5_000)
    expect(seen).toEqual([['disconnected 1'], []])
  })
})

describe('a connection that breaks', () => {
  it('is noticed at once by the other end when a daemon ends, and not when its machine loses power', () => {
    const killed = setUp()
    killed.network.detach(1, { silently: false })
    killed.clock.advanceBy(DELAY_MS)
    expect(killed.seen).toEqual([['disconnected 1'], []])
    const off = setUp()
    off.network.detach(1, { silently: true })
    off.clock.advanceBy(60_000)
    expect(off.seen).toEqual([[], []])
  })

  it('is not noticed by an unreachable end', () => {
    const { network, clock, seen } = setUp()
    network.setPaths(0, 1, { parted: true })
    network.detach(1, { silently: false })
    clock.advanceBy(60_000)
    expect(seen).toEqual([[], []])
  })

  it('is noticed in the direction that is not cut, and is not set up again while one is', () => {
    const { network, clock, seen } = setUp()
    network.setPath(0, 1, { parted: true })
    network.port(1).hangUp(0)
    clock.advanceBy(5_000)
    expect(seen).toEqual([['disconnected 1'], []])
    network.setPath(0, 1, { parted: false })
    clock.advanceBy(1_000)
    expect(seen).toEqual([['disconnected 1', 'connected 1'], ['connected 0']])
  })

  it('drops packets that are on their way', () => {
    const { network, clock, send, numbers } = setUp({ delayMs: 2_500 })
    send(0, 1)
    network.port(1).hangUp(0)
    network.setPaths(0, 1, { delayMs: 1 })
    clock.advanceBy(1_000)
    send(0, 2)
    clock.advanceBy(5_000)
    expect(numbers(1)).toEqual([2])
  })

  it('drops packets that were held back', () => {
    const { network, clock, send, numbers } = setUp()
    network.setPaths(0, 1, { parted: true })
    send(0, 1)
    network.port(0).hangUp(1)
    network.port(1).hangUp(0)
    network.setPaths(0, 1, { parted: false })
    clock.advanceBy(1_000)
    send(0, 2)
    clock.advanceBy(1_000)
    expect(numbers(1)).toEqual([2])
  })

  it('is replaced by a new one, and an end that believed in the old one is told of both', () => {
    const { network, clock, seen, attach, send, numbers } = setUp()
    network.detach(1, { silently: true })
    send(0, 1)
    attach(1)
    clock.advanceBy(1_000)
    expect(seen).toEqual([['disconnected 1', 'connected 1'], ['connected 0']])
    send(0, 2)
    clock.advanceBy(10)
    expect(numbers(1)).toEqual([2])
  })

  it('that one end has closed ends for the other one, too, and is set up again', () => {
    const { network, clock, seen } = setUp()
    network.port(0).hangUp(1)
    clock.advanceBy(1_000)
    expect(seen).toEqual([['connected 1'], ['disconnected 0', 'connected 0']])
  })
})
