import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { findingKey } from '../../../src/lib/audit/finding.ts'
import type { AuditReport } from '../../../src/lib/audit/report.ts'
import { NODE_FLAG } from '../../../src/lib/cluster/node.ts'
import { KNOWN_SOCKETS } from '../../../src/lib/cluster/paths.ts'
import { CtdbtsError } from '../../../src/lib/errors.ts'
import { auditCluster } from '../../../src/operations/audit/audit.ts'
import { Cluster } from '../../../src/operations/reach/cluster.ts'
import { SimCluster } from '../../../src/sim/serve/sim-cluster.ts'
import { uniformLayout } from '../../../src/sim/world/layout.ts'
import { MemoryHost } from '../../../src/sim/world/memory-host.ts'
import { Random } from '../../../src/sim/world/random.ts'
import { nodeIn, wayIn } from '../../operations/reach/clusters.ts'
import { drawCluster, drawFault, endsOf } from './draw.ts'
import { whyNotAtRest } from './rest.ts'

/** SIM_SEED=S tries only that one. */
const only = process.env.SIM_SEED === undefined ? undefined : Number(process.env.SIM_SEED)
const seedsOr = (count: number): number[] => (only === undefined ? Array.from({ length: count }, (_, seed) => seed) : [only])

/** More with `npm run test:sim`. */
const COUNTS = process.env.SIM_SEEDS === undefined ? { faulty: 2, moving: 5 } : { faulty: 20, moving: 100 }
const AUDITS_EACH = 2

/** The number of clusters that are audited concurrently: an audit waits most of the time. */
const AT_ONCE = 100

/** As fast as many clusters can run on a busy machine. */
const SPEED = 3
const REST_LIMIT_MS = 1_500_000

async function audit(sim: SimCluster, entry: number): Promise<AuditReport> {
  const options = { entries: [nodeIn(sim, entry)], routeTo: wayIn(sim), socketPaths: KNOWN_SOCKETS, timeoutMs: 4_000 }
  using cluster = await Cluster.open(options)
  return await auditCluster(cluster)
}

/** Audits from a random node; undefined when that has no power. */
async function auditSomehow(sim: SimCluster, random: Random): Promise<AuditReport | undefined> {
  const { pnn } = random.pick(sim.world.nodes)
  try {
    return await audit(sim, pnn)
  } catch (error) {
    if (error instanceof CtdbtsError && !sim.world.nodes[pnn]?.powered) return undefined
    throw error
  }
}

/** Runs the test for each seed, some concurrently. The error of a failure has its seed. */
async function forSeeds(seeds: readonly number[], test: (seed: number) => Promise<void>): Promise<void> {
  const waiting = [...seeds]
  const worker = async () => {
    for (let seed = waiting.shift(); seed !== undefined; seed = waiting.shift()) {
      try {
        await test(seed)
      } catch (cause) {
        throw new Error(`SIM_SEED=${seed}: ${String(cause)}`, { cause })
      }
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, worker))
}

async function pass(sim: SimCluster, ms: number): Promise<void> {
  sim.driver.stop()
  await sim.advance(sim.world.clock.nowMs + ms)
  sim.driver.start()
}

/** The commands that restore all nodes: power, daemons, cables, flags. */
const mending = (sim: SimCluster): string[] =>
  sim.world.nodes.flatMap(({ pnn, powered, daemon }) => [
    ...(powered ? [] : [`boot ${pnn}`]),
    ...(powered && !daemon ? [`start ${pnn}`] : []),
    ...['bond0', 'bond1'].map((name) => `link ${pnn} ${name} up`),
    ...(daemon ? [`continue ${pnn}`, `enable ${pnn}`] : []),
  ])

/** The commands that delete addresses which are on two interfaces of a node, which CTDB does not do: it then puts them back on one. */
const doubled = (sim: SimCluster): string[] =>
  sim.world.nodes.flatMap(({ pnn, host }) => {
    const held = host instanceof MemoryHost ? host.held.map(({ address }) => address) : []
    const twice = held.filter((address, index) => held.indexOf(address) !== index)
    return [...twice, ...twice].map((address) => `delete-address ${pnn} ${address}`)
  })

async function comeToRest(sim: SimCluster): Promise<void> {
  const hosts = sim.world.nodes.flatMap(({ host }) => (host instanceof MemoryHost ? [host] : []))
  for (const line of [...endsOf(sim.world), ...mending(sim)]) sim.carryOut(line)
  const limitMs = sim.world.clock.nowMs + REST_LIMIT_MS
  let asked = false
  for (let calm = 0; calm < 10; ) {
    const reason = whyNotAtRest(sim.world, hosts, { stoppedToo: true })
    calm = reason === undefined ? calm + 1 : 0
    // Nodes that were disabled get addresses again only after a request.
    if (calm === 3 && !asked) {
      for (const line of doubled(sim)) sim.carryOut(line)
      sim.carryOut('run')
      asked = true
    }
    if (sim.world.clock.nowMs > limitMs) throw new Error(`does not come to rest: ${reason}`)
    await pass(sim, 1_137)
  }
}

/** Checks of settings that do not change. */
const PERMANENT: ReadonlySet<string> = new Set(['promote-secondaries'])

const lasting = (report: AuditReport | undefined): string[] =>
  report?.findings
    .filter(({ id, state }) => state === 'real' && !PERMANENT.has(id))
    .map((finding) => `${findingKey(finding)} ${finding.message}`) ?? []

/** Moves addresses continually, and deletes some by hand, which the cluster corrects. */
async function churn(sim: SimCluster, random: Random, goesOn: () => boolean): Promise<void> {
  while (goesOn()) {
    const { pnn, daemon } = random.pick(sim.world.nodes)
    const { address } = random.pick(daemon?.publicIps.known() ?? [])
    const isDisabled = ((daemon?.ownFlags ?? 0) & NODE_FLAG.DISABLED) !== 0
    const isLast = sim.world.nodes.filter((node) => node.daemon?.ownFlags === 0).length < 2
    const line = random.pick([
      'run',
      `restart-network ${pnn}`,
      `delete-address ${pnn} ${address.address}`,
      `script ${pnn} ${random.pick(['takeip', 'releaseip', 'ipreallocated'])} ${random.pick(['ok', '0.5', '1'])}`,
      ...(isDisabled ? [`enable ${pnn}`, `enable ${pnn}`] : isLast ? [] : [`disable ${pnn}`]),
    ])
    sim.carryOut(line)
    if (line.startsWith('disable') || line.startsWith('enable')) {
      // As the real tool does, after the leader has noticed the change.
      await sleep(1_000 / SPEED)
      sim.carryOut('run')
    }
    await sleep(random.between(50, 3_000))
  }
}

describe('random clusters', () => {
  it('can be audited during faults, and have no findings at the end', { timeout: 180_000 }, async () => {
    await forSeeds(seedsOr(COUNTS.faulty), async (seed) => {
      const random = new Random(seed)
      const { layout, era, faults } = drawCluster(random)
      const sim = new SimCluster({ layout, era, seed, speed: SPEED })
      try {
        await sim.comeUp()
        sim.driver.start()
        // Findings that the random files cause.
        const before = lasting(await auditSomehow(sim, random))
        for (let count = faults; count > 0; count--) {
          const line = drawFault(random, sim.world)
          // A missing line in a file is a permanent finding.
          if (line.startsWith('file-remove')) continue
          sim.carryOut(line)
          await pass(sim, random.between(0, 10_000))
          if (count % 3 === 0) await auditSomehow(sim, random)
        }
        await comeToRest(sim)
        expect(lasting(await auditSomehow(sim, random)).filter((finding) => !before.includes(finding))).toEqual([])
      } finally {
        sim.close()
      }
    })
  })

  it(`have no misplaced addresses in ${COUNTS.moving * AUDITS_EACH} audits while addresses move`, {
    timeout: 180_000,
  }, async () => {
    let audits = 0
    await forSeeds(seedsOr(COUNTS.moving), async (seed) => {
      const random = new Random(seed)
      const layout = uniformLayout(random.between(2, 4), random.between(2, 6))
      const era = random.percent(25) ? '2017' : 'now'
      const sim = new SimCluster({ layout, era, seed, speed: random.pick([1, 2, 5]) })
      let auditing = true
      try {
        await sim.comeUp()
        sim.driver.start()
        const churning = churn(sim, random, () => auditing)
        for (let count = 0; count < AUDITS_EACH; count++) {
          const report = await audit(sim, count % layout.hosts.length)
          audits += 1
          expect(lasting(report).filter((finding) => /^\["(ip-|imbalance)/.test(finding))).toEqual([])
        }
        auditing = false
        await churning
      } finally {
        auditing = false
        sim.close()
      }
    })
    if (only === undefined) expect(audits).toBe(COUNTS.moving * AUDITS_EACH)
  })
})
