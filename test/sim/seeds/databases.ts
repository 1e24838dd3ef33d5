import { keyText } from '../../../src/lib/cluster/record.ts'
import { databaseId } from '../../../src/lib/cluster/record-hash.ts'
import type { SimDaemon } from '../../../src/sim/daemon/daemon.ts'
import type { SimDatabase } from '../../../src/sim/databases/sim-database.ts'
import { carryOutLine } from '../../../src/sim/world/commands.ts'
import { uniformLayout } from '../../../src/sim/world/layout.ts'
import { memoryHosts } from '../../../src/sim/world/memory-host.ts'
import { QUICK_TUNABLES } from '../../../src/sim/world/quick-tunables.ts'
import { Random } from '../../../src/sim/world/random.ts'
import type { SimNode } from '../../../src/sim/world/sim-node.ts'
import { World } from '../../../src/sim/world/world.ts'
import { DatabaseClient } from '../../support/database-client.ts'

const PERSISTENT = 'counted.tdb'
const VOLATILE = 'moving.tdb'
const COUNTER = 'counter'
const KEYS = ['a', 'b', 'c']
const CLIENTS_PER_NODE = 2
const START_MS = Date.UTC(2026, 4, 14)

/** What became of the transactions of a seed. */
export interface DatabaseStory {
  readonly violations: readonly string[]
  readonly faults: readonly string[]
  readonly committed: number
  readonly changes: number
}

/**
 * Simulates clients on all nodes that change records and run transactions at once, and what makes recoveries meanwhile. CTDB has no quorum:
 * what some nodes commit is undone when others that have committed more in their absence, or before, come back. So one node stays
 * throughout, no path is cut, and no daemon pauses, which cuts all paths to it for a while: a leader that wakes up still has the cluster lock,
 * and commits alone until the others are connected.
 */
export function simulateDatabases(seed: number): DatabaseStory {
  const random = new Random(seed)
  const layout = uniformLayout(random.between(2, 4), 1)
  const hosts = memoryHosts(layout)
  const tunables = { ...QUICK_TUNABLES, RecoveryBanPeriod: 10 }
  const world = new World({ layout, hosts, era: 'now', seed, startMs: START_MS, tunables, leaderTimeoutMs: 2_000 })
  const story = new Story(world, random)
  world.start()
  if (!world.settle(60_000)) return { violations: ['the cluster did not come up'], faults: [], committed: 0, changes: 0 }
  story.begin()
  const faults: string[] = []
  const steady = random.pick(world.nodes)
  const others = world.nodes.filter((node) => node !== steady)
  for (let count = random.between(1, 5); count > 0; count--) {
    story.pass(random.between(0, 4_000))
    const line = drawFault(random, random.pick(others))
    faults.push(line)
    if (line !== 'recover') carryOutLine(world, line)
    else random.pick(world.nodes).daemon?.setRecoveryMode(1)
  }
  story.pass(random.between(0, 4_000))
  for (const line of endOfFaults(world)) carryOutLine(world, line)
  story.end()
  return { violations: story.violations, faults, committed: story.committed.size, changes: story.changes }
}

function drawFault(random: Random, { pnn, daemon }: SimNode): string {
  if (!daemon) return `start ${pnn}`
  return random.pick(['recover', 'recover', `kill ${pnn}`, `stop ${pnn}`, `continue ${pnn}`, `ban ${pnn} 5`])
}

const endOfFaults = ({ nodes }: World): string[] =>
  nodes.flatMap(({ pnn, daemon, answers }) =>
    daemon ? [...(answers ? [] : [`resume ${pnn}`]), `continue ${pnn}`] : [`start ${pnn}`],
  )

class Story {
  readonly violations: string[] = []
  /** The transactions whose clients know that they are committed. */
  readonly committed = new Set<string>()
  changes = 0
  private readonly world: World
  private readonly random: Random
  /** The daemons that have clients. */
  private readonly started = new Set<SimDaemon>()
  private lastPid = 0
  private isOver = false

  constructor(world: World, random: Random) {
    this.world = world
    this.random = random
  }

  begin(): void {
    for (const [name, control] of [
      [PERSISTENT, 'dbAttachPersistent'],
      [VOLATILE, 'dbAttach'],
      ['g_lock.tdb', 'dbAttach'],
    ] as const) {
      const client = new DatabaseClient(this.world, this.world.nodes[0]?.daemon as never, 1)
      client.run(client.control(control, name))
    }
    this.world.clock.advanceBy(100)
  }

  /** Lets time pass, with clients on all nodes, and checks what must hold at any time. */
  pass(ms: number): void {
    const endMs = this.world.clock.nowMs + ms
    while (this.world.clock.nowMs < endMs) {
      for (const node of this.world.nodes) this.startClients(node)
      this.world.clock.advanceBy(40)
      this.checkMasters()
    }
  }

  /** Lets all come to rest, and checks what must hold then. */
  end(): void {
    this.isOver = true
    if (!this.world.settle(200_000)) this.violations.push('the cluster does not come to rest')
    this.world.clock.advanceBy(5_000)
    const contents = this.world.nodes.map((node) => contentOf(this.find(node, PERSISTENT)))
    if (new Set(contents.map((content) => JSON.stringify([...content].sort()))).size > 1) this.violations.push('nodes differ')
    const content = contents[0] ?? new Map()
    const absent = [...this.committed].filter((name) => !content.has(name))
    if (absent.length > 0) this.violations.push(`committed, but not there: ${absent}`)
    const there = [...content.keys()].filter((key) => key.startsWith('t')).length
    const counted = Number(content.get(COUNTER) ?? 0)
    if (counted !== there) this.violations.push(`${there} transactions, but ${counted} counted`)
  }

  private startClients(node: SimNode): void {
    const { daemon } = node
    if (!daemon || this.started.has(daemon) || daemon.runState !== 'RUNNING' || !this.find(node, 'g_lock.tdb')) return
    this.started.add(daemon)
    for (let count = 0; count < CLIENTS_PER_NODE; count++) {
      this.lastPid += 1
      const client = new DatabaseClient(this.world, daemon, this.lastPid)
      client.run(this.transactions(client, `t${this.lastPid}`))
      client.run(this.changesOf(client))
    }
  }

  private *transactions(client: DatabaseClient, name: string) {
    for (let count = 0; !this.isOver; count++) {
      const own = `${name}-${count}`
      const ended = yield* client.transact(PERSISTENT, (read) => ({
        [COUNTER]: String(Number(read(COUNTER)) + 1),
        [own]: 'done',
      }))
      if (ended === 'committed') this.committed.add(own)
      yield* client.sleep(this.random.between(50, 400))
    }
  }

  private *changesOf(client: DatabaseClient) {
    while (!this.isOver) {
      yield* client.change(VOLATILE, this.random.pick(KEYS), (value) => String(Number(value) + 1))
      this.changes += 1
      yield* client.sleep(this.random.between(30, 300))
    }
  }

  private find(node: SimNode | undefined, name: string): SimDatabase | undefined {
    return node?.daemon?.databases.list.find(databaseId(name))
  }

  /** Of the nodes that share a database, at most one may change a record. */
  private checkMasters(): void {
    const masters = new Map<string, number>()
    for (const node of this.world.nodes) {
      const database = this.find(node, VOLATILE)
      if (!database || database.locks.isBlocked) continue
      for (const { key, header } of database.store.all()) {
        if (header.dmaster !== node.pnn) continue
        const name = `${database.vnnMap.generation} ${keyText(key)}`
        if (masters.has(name)) this.violations.push(`${name} has the masters ${masters.get(name)} and ${node.pnn}`)
        masters.set(name, node.pnn)
      }
    }
  }
}

const contentOf = (database: SimDatabase | undefined): Map<string, string> =>
  new Map(database?.store.all().map(({ key, value }) => [keyText(key), Buffer.from(value).toString('latin1')]))
