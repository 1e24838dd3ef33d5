import { describe, expect, it } from 'vitest'
import type { KnownIp } from '../../../src/lib/cluster/merge-ips.ts'
import { UNKNOWN_PNN } from '../../../src/lib/cluster/node.ts'
import { ordersFor } from '../../../src/lib/takeover/controls.ts'
import { planTakeover } from '../../../src/lib/takeover/plan.ts'
import { DESTINATION } from '../../../src/lib/wire/destination.ts'
import { messages } from '../../../src/lib/wire/messages.ts'
import { collectSnapshot } from '../../../src/operations/collect/snapshot.ts'
import type { SimDaemon } from '../../../src/sim/daemon/daemon.ts'
import type { LogEntry } from '../../../src/sim/log/entry.ts'
import { SimCluster } from '../../../src/sim/serve/sim-cluster.ts'
import { Random } from '../../../src/sim/world/random.ts'
import { CtdbClient } from '../../../src/transport/client/client.ts'
import { drawCluster } from '../../sim/seeds/draw.ts'

describe('the controls of an allocation', () => {
  const connected = [
    { pnn: 0, known: new Set(['10.0.0.1', '10.0.0.2']) },
    { pnn: 2, known: new Set(['10.0.0.2']) },
  ]

  it('are a release for every node that knows an address and shall not own it, and a takeover for every owner', () => {
    const allocation = [
      { address: '10.0.0.2', owner: 0 },
      { address: '10.0.0.1', owner: null },
    ]
    expect(ordersFor(allocation, connected)).toEqual({
      releases: [
        { to: 2, address: '10.0.0.2', owner: 0 },
        { to: 0, address: '10.0.0.1', owner: null },
      ],
      takeovers: [{ to: 0, address: '10.0.0.2', owner: 0 }],
    })
  })

  it('are none where no node knows an address', () => {
    expect(ordersFor([], [])).toEqual({ releases: [], takeovers: [] })
  })
})

/** `RELEASE_IP 10.0.0.1 to 2, owner 0`: a control, as the plan and the leader can both tell it. */
const words = (control: string, to: number, address: string, owner: number | null) =>
  `${control} ${address} to ${to}, owner ${owner ?? 'none'}`

const CONTROLS: Record<string, string> = {
  releaseIp: 'RELEASE_IP',
  releaseIpv4: 'RELEASE_IP',
  takeoverIp: 'TAKEOVER_IP',
  takeoverIpv4: 'TAKEOVER_IP',
}

/** Notes which addresses a daemon's clients send around, and by which controls. */
function recordOrders(daemon: SimDaemon): { orders: string[]; names: Set<string>; end(): void } {
  const orders: string[] = []
  const names = new Set<string>()
  const control = daemon.control.bind(daemon)
  daemon.control = (to, name, request, flags) => {
    const known = CONTROLS[name]
    if (known) {
      const { pnn, address } = request as KnownIp
      orders.push(words(known, to, address.address, pnn === UNKNOWN_PNN ? null : pnn))
      names.add(name)
    }
    return control(to, name, request, flags)
  }
  const end = () => {
    daemon.control = control
  }
  return { orders, names, end }
}

/** A drawn cluster where no takeover run happens but those that the test asks for. */
class HeldCluster {
  readonly cluster: SimCluster
  readonly log: LogEntry[] = []
  readonly era: '2017' | 'now'

  constructor(seed: number) {
    const { layout, era } = drawCluster(new Random(seed))
    this.era = era
    this.cluster = new SimCluster({ layout, era, seed, speed: 50, log: (entry) => this.log.push(entry) })
  }

  async comeUp(): Promise<this> {
    await this.cluster.comeUp()
    this.pass(20)
    this.switchRunsOff(100_000)
    return this
  }

  get leader(): SimDaemon {
    const daemon = this.cluster.world.nodes[this.cluster.world.leader ?? -1]?.daemon
    if (!daemon) throw new Error('nobody leads')
    return daemon
  }

  /** Lets seconds of simulated time pass at once. */
  pass(seconds: number): void {
    this.cluster.world.clock.advanceBy(seconds * 1000)
  }

  do(line: string): void {
    this.cluster.carryOut(line)
  }

  async plan() {
    const { cluster } = this
    cluster.driver.start()
    const client = new CtdbClient(cluster.connect(0), { peer: 'node 0' })
    const knownLeader = { pnn: this.leader.pnn, era: 'leader' } as const
    const snapshot = await collectSnapshot(client, client.pnn(), { timeoutMs: 5_000, now: new Date(), knownLeader })
    client.close()
    cluster.driver.stop()
    return planTakeover(snapshot)
  }

  /** Lets the leader make one run, and returns what it sent. */
  run() {
    const record = recordOrders(this.leader)
    this.log.length = 0
    this.switchRunsOff(0)
    this.leader.send(DESTINATION.CURRENT_NODE, messages.takeoverRun, { pnn: 0, replySrvid: 0n })
    while (!this.isRunOver) this.pass(0.01)
    this.switchRunsOff(100_000)
    this.pass(5)
    record.end()
    return record
  }

  count(pattern: RegExp): number {
    return this.log.filter(({ text }) => pattern.test(text)).length
  }

  /** The leader lets the others check again at the end of his run. */
  private get isRunOver(): boolean {
    const texts = this.log.map(({ text }) => text)
    const started = texts.indexOf('Disabling takeover runs for 60 seconds')
    return started !== -1 && texts.includes('Reenabling takeover runs', started)
  }

  private switchRunsOff(timeoutSeconds: number): void {
    const { nodes } = this.cluster.world
    for (const { pnn } of nodes) this.leader.send(pnn, messages.disableTakeoverRuns, { pnn: 0, replySrvid: 0n, timeoutSeconds })
    this.pass(0.1)
  }
}

/** Something that makes the next run move addresses, and of which no node notices anything by itself. */
function drawChange(random: Random, { cluster: { world } }: HeldCluster): string {
  const node = random.pick(world.nodes)
  const isDisabled = node.daemon?.ownFlags !== 0
  return random.pick([
    isDisabled ? `enable ${node.pnn}` : `disable ${node.pnn}`,
    isDisabled ? `enable ${node.pnn}` : `disable ${node.pnn}`,
    `set IPAllocAlgorithm ${random.between(0, 2)}`,
    `set NoIPFailback ${random.between(0, 1)}`,
    `set NoIPTakeover ${random.between(0, 1)}`,
  ])
}

it.each([1, 2, 3, 4, 5, 6, 7, 8])('what is planned is what the leader sends, in the same order (world %i)', async (seed) => {
  const random = new Random(1000 + seed)
  const held = await new HeldCluster(seed).comeUp()
  for (let turn = 0; turn < 4; turn++) {
    for (let changes = 0; changes < 2; changes++) held.do(drawChange(random, held))
    // The leader is to know all flags, and everybody to have been checked.
    held.pass(5)
    const plan = await held.plan()
    const { orders, names } = held.run()
    expect(orders).toEqual(plan.controls.map(({ control, to, address, owner }) => words(control, to, address, owner)))
    const work = plan.controls.filter(({ redundant }) => !redundant)
    expect(held.count(/^Release of IP/)).toBe(work.filter(({ control }) => control === 'RELEASE_IP').length)
    expect(held.count(/^Takeover of IP/)).toBe(work.filter(({ control }) => control === 'TAKEOVER_IP').length)
    const ofIpv4 = orders.some((text) => !text.includes(':')) && held.era === '2017'
    expect([...names].some((name) => name.endsWith('v4'))).toBe(ofIpv4)
  }
})
