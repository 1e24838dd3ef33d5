import { auditSamples } from '../../lib/audit/audit.ts'
import { sortKnownIps } from '../../lib/cluster/merge-ips.ts'
import type { Pnn } from '../../lib/cluster/node.ts'
import type { Leader, OwnedIp } from '../../lib/cluster/report.ts'
import type { Snapshot } from '../../lib/snapshot/snapshot.ts'
import { planTakeover } from '../../lib/takeover/plan.ts'
import { collectIps } from '../../operations/collect/ip.ts'
import { collectLeader } from '../../operations/collect/leader.ts'
import { collectSnapshot, type SnapshotOptions } from '../../operations/collect/snapshot.ts'
import { isShown, type LogEntry, logLine } from '../../sim/log/entry.ts'
import { already } from '../../sim/process/wait.ts'
import { promised } from '../../sim/serve/promised.ts'
import { SimCluster } from '../../sim/serve/sim-cluster.ts'
import { simHostAccess } from '../../sim/serve/sim-host.ts'
import { uniformLayout } from '../../sim/world/layout.ts'
import { heldAddresses, overviewOf } from '../../sim/world/overview.ts'
import { CtdbClient } from '../../transport/client/client.ts'
import { collectHostFacts } from '../../transport/host/collect.ts'
import { auditText } from '../../ui/audit/text.ts'
import { ctdbIpText } from '../../ui/ctdb/ip.ts'
import { planText } from '../../ui/plan.ts'
import { type Paint, painter } from '../../ui/table.ts'
import { simOverview } from '../sim/text.ts'

const TIME_LIMIT_MS = 10_000
/** Enough turns of the event loop for a packet to get from one end to the other. */
const TURNS_PER_MS = 4
/** How long to watch the recovery at most; it takes about two seconds. */
const RECOVERY_LIMIT_MS = 15_000

export interface DemoOptions {
  readonly write: (text: string) => void
  readonly coloured: boolean
  /** Called between the scenes. */
  readonly pause: () => Promise<void>
}

/**
 * Shows on an embedded cluster what the seed article describes: a network restart removes an address, and CTDB restores it. The cluster's
 * time stands still while something is explained.
 */
export async function runDemo(options: DemoOptions): Promise<void> {
  const demo = new Demo(options)
  await demo.run()
}

class Demo {
  private readonly options: DemoOptions
  private readonly paint: Paint
  private readonly cluster: SimCluster
  private showsLog = false
  /** Log lines since the fault that were not shown yet. */
  private readonly unread: string[] = []

  constructor(options: DemoOptions) {
    this.options = options
    this.paint = painter(options.coloured)
    this.cluster = new SimCluster({
      layout: uniformLayout(3, 3),
      era: 'now',
      seed: 1,
      speed: 1,
      log: (entry) => this.log(entry),
    })
  }

  async run(): Promise<void> {
    const { cluster } = this
    await cluster.comeUp()
    const client = new CtdbClient(cluster.connect(0), { peer: 'the simulated node 0', timeoutMs: TIME_LIMIT_MS })
    const leader = await this.meanwhile(() => collectLeader(client, TIME_LIMIT_MS))
    const lost = await this.meanwhile(() => this.addressAwayFrom(client, leader.pnn))
    const owner = lost.pnn
    this.scene('A CTDB cluster of three nodes, in this process: nothing on this machine is touched. Who owns which address?')
    await this.showIps(client)
    await this.options.pause()

    this.scene('CTDB says what its daemons believe. What do the kernels have?')
    await this.showKernels()
    await this.options.pause()

    this.scene(
      `Now the network service of node ${owner} is restarted. Its interfaces come back with their configured addresses only.`,
    )
    this.command(`sim> restart-network ${owner}`)
    this.unread.length = 0
    cluster.carryOut(`restart-network ${owner}`)
    await this.showKernels()
    await this.options.pause()

    this.scene('The daemons have not noticed yet: ctdb ip shows no problem.')
    await this.showIps(client)
    this.scene(`But the kernel of node ${owner} has lost the address. An audit of daemons, kernels and files finds that:`)
    await this.showAudit(client, leader)
    await this.options.pause()

    this.scene('What would a takeover run do about it?')
    await this.showPlan(client, leader)
    await this.options.pause()

    this.scene(
      'Time continues. In the log, the recovery daemon finds the fault and asks the leader, and a takeover run repairs it.',
    )
    await this.watchRecovery(lost)
    await this.options.pause()

    this.scene('The address is back.')
    await this.showIps(client)
    await this.showKernels()
    await this.showAudit(client, leader)
    client.close()
    cluster.close()
  }

  private scene(text: string): void {
    this.options.write(`\n${this.paint('quiet', '#')} ${text}\n`)
  }

  private command(text: string): void {
    this.options.write(`${this.paint('good', text)}\n`)
  }

  /**
   * Lets only as much of the cluster's time pass as an answer needs, however long that takes in real time: nothing else may happen while
   * we look at the cluster.
   */
  private async meanwhile<T>(action: () => Promise<T>): Promise<T> {
    let isDone = false
    const result = action().finally(() => {
      isDone = true
    })
    while (!isDone) {
      // Packets between the client and the node travel in real time.
      for (let turn = 0; turn < TURNS_PER_MS && !isDone; turn++) await new Promise((resolve) => setImmediate(resolve))
      if (!isDone) this.cluster.world.clock.advanceBy(1)
    }
    return await result
  }

  /** An address of a node that is not the leader, so that it has to ask the leader, as in the seed article. */
  private async addressAwayFrom(client: CtdbClient, leader: Pnn): Promise<OwnedIp> {
    const { ips } = await collectIps(client, client.pnn(), { node: undefined, all: true, interfaces: false, nodes: false })
    const found = ips.find(({ pnn }) => pnn !== leader)
    if (!found) throw new Error('the leader owns all addresses')
    return found
  }

  private async heldBy(pnn: Pnn): Promise<ReadonlySet<string>> {
    const held = await promised(this.cluster.world.nodes[pnn]?.host.addresses() ?? already([]))
    return new Set(held.map(({ address }) => address))
  }

  private async showIps(client: CtdbClient): Promise<void> {
    this.command('$ ctdbts ip')
    const question = { node: undefined, all: false, interfaces: false, nodes: false }
    const report = await this.meanwhile(() => collectIps(client, client.pnn(), question))
    this.options.write(ctdbIpText({ ...report, ips: sortKnownIps(report.ips) }, { verbose: false }))
  }

  private async showKernels(): Promise<void> {
    this.command('sim> show')
    const held = await Promise.all(heldAddresses(this.cluster.world).map(promised))
    this.options.write(simOverview(overviewOf(this.cluster.world, held), this.paint))
  }

  private async showAudit(client: CtdbClient, leader: Leader): Promise<void> {
    this.command('$ ctdbts verify')
    const report = auditSamples([await this.look(client, leader), await this.look(client, leader)])
    this.options.write(auditText(report, { groupBy: 'fault', verbose: false, paint: this.paint }))
  }

  /** A snapshot of all nodes, kernels and files included. */
  private look(client: CtdbClient, knownLeader: Leader): Promise<Snapshot> {
    const sampleHost = async (pnn: Pnn) => {
      const access = simHostAccess(this.cluster, pnn)
      const { facts, missing } = await collectHostFacts(access, { timeoutMs: TIME_LIMIT_MS })
      return { facts: { ...facts, reachedBy: access.name, daemonAnswers: true }, missing }
    }
    const options: SnapshotOptions = {
      timeoutMs: TIME_LIMIT_MS,
      now: new Date(),
      knownLeader,
      sampleHost,
      leadersOf: async () => [knownLeader.pnn],
    }
    return this.meanwhile(() => collectSnapshot(client, client.pnn(), options))
  }

  private async showPlan(client: CtdbClient, knownLeader: Leader): Promise<void> {
    this.command('$ ctdbts takeover-run --dry-run')
    const snapshot = await this.look(client, knownLeader)
    this.options.write(planText(planTakeover(snapshot), { explain: false, paint: this.paint }))
    this.options.write(
      'It moves nothing: the address stays with its owner, which is told again to take it over. That repairs the fault.\n',
    )
  }

  private async watchRecovery({ pnn, address }: OwnedIp): Promise<void> {
    const { clock } = this.cluster.world
    const endMs = clock.nowMs + RECOVERY_LIMIT_MS
    const isBack = async () => (await this.heldBy(pnn)).has(address.address)
    // The fault may have been found before we show the log.
    this.options.write(this.unread.splice(0).join(''))
    this.showsLog = true
    this.cluster.driver.start()
    while (!(await isBack()) && clock.nowMs < endMs) await soon()
    // Until the end of the takeover run.
    const untilMs = clock.nowMs + 200
    while (clock.nowMs < untilMs) await soon()
    this.cluster.driver.stop()
    this.showsLog = false
  }

  private log(entry: LogEntry): void {
    if (!isShown(entry, 'NOTICE') || entry.source === 'world') return
    const line = `${logLine(entry, 'now')}\n`
    if (this.showsLog) this.options.write(line)
    else this.unread.push(line)
  }
}

const soon = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 20))
