import { createHash } from 'node:crypto'
import { parsePublicAddresses } from '../../../src/lib/cluster/address-files.ts'
import { NODE_FLAG } from '../../../src/lib/cluster/node.ts'
import { DESTINATION } from '../../../src/lib/wire/destination.ts'
import { messages } from '../../../src/lib/wire/messages.ts'
import { type LogEntry, logLine } from '../../../src/sim/log/entry.ts'
import { carryOutLine } from '../../../src/sim/world/commands.ts'
import { MemoryHost } from '../../../src/sim/world/memory-host.ts'
import { Random } from '../../../src/sim/world/random.ts'
import { World } from '../../../src/sim/world/world.ts'
import { drawCluster, drawLasting, drawTrouble, endsOf } from './draw.ts'
import { Invariants, type Violation } from './invariants.ts'
import { type Whom, whyNotAtRest } from './rest.ts'

/** The result of the simulation of a seed. */
export interface Story {
  readonly seed: number
  readonly violations: readonly Violation[]
  /** A hash of the whole log. */
  readonly logHash: string
  /** The commands with their times, including those that end the faults. */
  readonly faults: readonly string[]
  /** The number of random faults. */
  readonly faultCount: number
  readonly simulatedMs: number
  readonly log: readonly string[]
}

const START_MS = Date.UTC(2017, 4, 14, 12, 30)
const COME_UP_LIMIT_MS = 120_000
/** Includes bans, elections and the time limits of hanging controls after the last fault. */
const REST_LIMIT_MS = 700_000
const ANSWER_LIMIT_MS = 100_000
/** How often a fault of one node stays, and the rest must work nevertheless. */
const LASTING_PERCENT = 25

/** Simulates one cluster and its faults, all drawn from the seed. */
export function simulate(seed: number, { keepLog = false }: { keepLog?: boolean } = {}): Story {
  const random = new Random(seed)
  const drawn = drawCluster(random)
  const hash = createHash('sha256')
  const log: string[] = []
  const faults: string[] = []
  const write = (entry: LogEntry) => {
    const line = logLine(entry, drawn.era)
    hash.update(line)
    if (keepLog) log.push(`${entry.level.padEnd(7)} ${line}`)
  }
  const hosts = drawn.layout.hosts.map(
    ({ interfaces }) => new MemoryHost({ interfaces, promoteSecondaries: drawn.promoteSecondaries }),
  )
  const publicAddresses = new Set(
    drawn.layout.hosts.flatMap((host) => parsePublicAddresses(host.publicAddresses).map(({ address }) => address)),
  )
  const invariants = new Invariants(() => world, hosts, publicAddresses)
  const { layout, era, tunables, partiallyOnline } = drawn
  const world = new World({
    layout,
    hosts,
    era,
    seed,
    startMs: START_MS,
    tunables,
    partiallyOnline,
    leaderTimeoutMs: 2_000,
    log: write,
    watcher: {
      runStarted: (pnn) => invariants.runStarted(pnn),
      runEnded: (pnn, ok) => invariants.runEnded(pnn, ok),
      daemonEnded: (pnn) => invariants.daemonEnded(pnn),
    },
  })
  const carryOut = (line: string) => {
    invariants.beforeFault(line)
    faults.push(`at ${(world.clock.nowMs - START_MS) / 1000} ${line}`)
    carryOutLine(world, line)
  }

  world.start()
  if (!world.settle(COME_UP_LIMIT_MS)) invariants.fail('comes to rest', 'the cluster did not come up')
  for (let count = drawn.faults; count > 0; count--) {
    carryOut(drawTrouble(random, world, seed))
    // The next fault often happens during the effects of the last one.
    world.clock.advanceBy(random.percent(50) ? random.between(0, 1_500) : random.between(0, 20_000))
  }
  for (const line of endsOf(world)) carryOut(line)
  awaitRest(world, hosts, invariants, { stoppedToo: false })
  // Only now it is certain who leads, and has the lock.
  if (drawn.layout.hosts.length > 2 && random.percent(LASTING_PERCENT)) {
    const node = random.pick(world.nodes)
    carryOut(drawLasting(random, world, node))
    awaitRest(world, hosts, invariants, { stoppedToo: false, without: node.pnn })
  } else {
    askAndCount(world, random, invariants)
    awaitRest(world, hosts, invariants, { stoppedToo: true })
  }
  return {
    seed,
    violations: invariants.violations,
    logHash: hash.digest('hex'),
    faults,
    faultCount: drawn.faults,
    simulatedMs: world.clock.nowMs - START_MS,
    log,
  }
}

function awaitRest(world: World, hosts: readonly MemoryHost[], invariants: Invariants, whom: Whom): void {
  const limitMs = world.clock.nowMs + REST_LIMIT_MS
  let calm = 0
  while (calm < 3) {
    const reason = invariants.isRunning ? 'a takeover run is in progress' : whyNotAtRest(world, hosts, whom)
    calm = reason === undefined ? calm + 1 : 0
    if (reason !== undefined && world.clock.nowMs > limitMs) {
      invariants.fail('comes to rest', reason)
      return
    }
    // Not a whole second, because events that happen every second would always be at the same point.
    world.clock.advanceBy(1_137)
  }
}

/** Several nodes request takeover runs, some during the run of an earlier request. Each must get one answer. */
function askAndCount(world: World, random: Random, invariants: Invariants): void {
  const askers = world.nodes.filter(
    ({ daemon, answers }) => answers && daemon?.runState === 'RUNNING' && ((daemon.ownFlags ?? 0) & NODE_FLAG.STOPPED) === 0,
  )
  if (askers.length === 0 || invariants.violations.length > 0) return
  const srvids: bigint[] = []
  for (let count = 0; count < 6; count++) {
    const { daemon, pnn } = random.pick(askers)
    const srvid = 0xce00_0000_0000_0000n + BigInt(count)
    srvids.push(srvid)
    daemon?.mailboxes.listen(srvid, () => invariants.answered(srvid))
    daemon?.send(DESTINATION.CONNECTED_NODES, messages.takeoverRun, { pnn, replySrvid: srvid })
    world.clock.advanceBy(random.between(0, 400))
  }
  const limitMs = world.clock.nowMs + ANSWER_LIMIT_MS
  while (srvids.some((srvid) => invariants.answersTo(srvid) === 0) && world.clock.nowMs < limitMs) world.clock.advanceBy(500)
  // A second answer would arrive soon after the first.
  world.clock.advanceBy(3_000)
  for (const srvid of srvids) {
    if (invariants.answersTo(srvid) === 0)
      invariants.fail('one answer', `the request with srvid ${srvid.toString(16)} got no answer`)
  }
}
