import type { Era } from '../../../src/lib/cluster/era.ts'
import { NODE_FLAG } from '../../../src/lib/cluster/node.ts'
import type { TunableValues } from '../../../src/lib/cluster/tunables.ts'
import type { Layout } from '../../../src/sim/world/layout.ts'
import { QUICK_TUNABLES } from '../../../src/sim/world/quick-tunables.ts'
import type { Random } from '../../../src/sim/world/random.ts'
import type { World } from '../../../src/sim/world/world.ts'

/** A random cluster, and the number of its faults. */
export interface DrawnCluster {
  readonly layout: Layout
  readonly era: Era
  readonly tunables: TunableValues
  readonly partiallyOnline: boolean
  readonly promoteSecondaries: boolean
  readonly faults: number
}

/** Short timers, in seconds, so that ten thousand clusters do not take too long. */
const QUICK: TunableValues = {
  ...QUICK_TUNABLES,
  RecoveryBanPeriod: 20,
  RecoveryDropAllIPs: 15,
}

/** Two to six nodes with up to twelve addresses on one or two interfaces. Some nodes may know only some addresses. */
export function drawCluster(random: Random): DrawnCluster {
  const nodes = random.between(2, 6)
  const addresses = Array.from({ length: random.between(0, 12) }, (_, index) => {
    const ipv6 = random.percent(25)
    return {
      text: ipv6 ? `fd00:1::${(index + 1).toString(16)}/64` : `172.16.146.${131 + index}/24`,
      interfaces: random.pick(['bond0', 'bond0', 'bond1', 'bond0,bond1']),
    }
  })
  const uniform = random.percent(60)
  const privateAddresses = Array.from({ length: nodes }, (_, pnn) => `10.11.12.${pnn + 1}`)
  const layout = {
    nodes: privateAddresses.join('\n'),
    hosts: privateAddresses.map((privateAddress, pnn) => ({
      privateAddress,
      interfaces: [
        { name: 'eth0', addresses: [`${privateAddress}/24`] },
        { name: 'bond0', addresses: random.percent(50) ? [`172.16.146.${pnn + 1}/24`] : [] },
        { name: 'bond1', addresses: [] },
      ],
      publicAddresses: addresses
        .filter(() => uniform || random.percent(75))
        .map(({ text, interfaces }) => `${text} ${interfaces}\n`)
        .join(''),
    })),
  }
  const algorithm = random.pick([0, 1, 2, 2])
  return {
    layout,
    era: random.percent(25) ? '2017' : 'now',
    tunables: {
      ...(random.percent(90) ? QUICK : {}),
      IPAllocAlgorithm: algorithm,
      NoIPFailback: Number(random.percent(20)),
    },
    partiallyOnline: random.percent(50),
    promoteSecondaries: random.percent(50),
    faults: random.between(1, 8),
  }
}

/** A random fault for this world, as a command line. Some faults end earlier ones. */
export function drawFault(random: Random, world: World): string {
  const node = random.pick(world.nodes)
  const everywhere = [
    'heal',
    `loss ${random.pick([0, 5, 20])}`,
    ...(world.leader === undefined ? [] : ['kill leader', 'run', 'run']),
  ]
  return random.pick([
    ...everywhere,
    ...systemFaults(random, node),
    ...(node.daemon ? daemonFaults(random, node) : [`start ${node.pnn}`]),
  ])
}

function systemFaults(random: Random, { pnn, powered }: World['nodes'][number]): string[] {
  const name = random.pick(['bond0', 'bond1'])
  const event = random.pick(SCRIPT_EVENTS)
  return [
    `restart-network ${pnn}`,
    `restart-network ${pnn}`,
    `link ${pnn} ${name} down`,
    `link ${pnn} ${name} up`,
    powered ? `crash ${pnn}` : `boot ${pnn}`,
    `script ${pnn} ${event} ${random.pick(['ok', 'fail', '1', '4', '40'])}`,
    `part ${pnn}`,
  ]
}

function daemonFaults(random: Random, { pnn, daemon, answers }: World['nodes'][number]): string[] {
  const flags = daemon?.ownFlags ?? 0
  const known = daemon?.publicIps.known().map(({ address }) => address.address) ?? []
  const lines = [
    `kill ${pnn}`,
    answers ? `hang ${pnn}` : `resume ${pnn}`,
    (flags & NODE_FLAG.STOPPED) === 0 ? `stop ${pnn}` : `continue ${pnn}`,
    (flags & NODE_FLAG.DISABLED) === 0 ? `disable ${pnn}` : `enable ${pnn}`,
    `ban ${pnn} ${random.between(1, 10)}`,
    `reload ${pnn}`,
  ]
  if (known.length === 0) return lines
  const address = random.pick(known)
  const mask = address.includes(':') ? 64 : 24
  return [
    ...lines,
    `delete-address ${pnn} ${address}`,
    `add-address ${pnn} ${address}/${mask} ${random.pick(['bond0', 'bond1'])}`,
    `file-remove ${pnn} ${address}`,
  ]
}

/** Bad weather for this world, as a command line: what happens to networks, machines and storage, and what random faults do not have. */
export function drawWeather(random: Random, world: World): string {
  const { pnn } = random.pick(world.nodes)
  const other = (pnn + random.between(1, world.nodes.length - 1)) % world.nodes.length
  return random.pick([
    `cut ${pnn} ${other}`,
    `cut-one-way ${pnn} ${other}`,
    `delay-between ${pnn} ${other} ${random.pick([20, 200, 1_500, 6_000])}`,
    `pause ${pnn} ${random.pick([1, 3, 8, 40])}`,
    `clock ${pnn} ${random.pick(['-3', '3', '60'])}`,
    `lock ${random.pick(['held', 'private', 'shared'])}`,
  ])
}

/** What ends bad weather. */
function drawCalm(random: Random, world: World): string {
  const { pnn } = random.pick(world.nodes)
  const other = (pnn + random.between(1, world.nodes.length - 1)) % world.nodes.length
  return random.pick([`join ${pnn} ${other}`, `delay-between ${pnn} ${other} ${DELAY_MS}`, `clock ${pnn} 0`, 'lock shared'])
}

/** One in four clusters has bad weather too. */
const hasWeather = (seed: number): boolean => seed % 4 === 3

/** What happens next in a cluster: a random fault; with weather also that, or its end. */
export function drawTrouble(random: Random, world: World, seed: number): string {
  if (!hasWeather(seed) || random.percent(60)) return drawFault(random, world)
  return random.percent(25) ? drawCalm(random, world) : drawWeather(random, world)
}

/** The delay of packets unless it was changed. */
const DELAY_MS = 1

const SCRIPT_EVENTS = ['takeip', 'releaseip', 'updateip', 'ipreallocated', 'monitor'] as const

/** The commands that end lasting faults. A node that is cut off, hangs or has a failing script keeps the cluster from coming to rest. */
export function endsOf(world: World): string[] {
  const { nodes, network } = world
  const pnns = nodes.map(({ pnn }) => pnn)
  const isDelayed = pnns.some((a) => pnns.some((b) => a !== b && network.path(a, b).delayMs !== DELAY_MS))
  return [
    'heal',
    'loss 0',
    ...(isDelayed ? [`delay ${DELAY_MS}`] : []),
    ...(world.lock.state === 'shared' ? [] : ['lock shared']),
    ...world.nodes.flatMap(({ pnn, daemon, answers, clock }) => [
      ...(clock.nowMs === world.clock.nowMs ? [] : [`clock ${pnn} 0`]),
      ...(daemon && !answers ? [`resume ${pnn}`] : []),
      ...SCRIPT_EVENTS.map((event) => `script ${pnn} ${event} ok`),
    ]),
  ]
}

/**
 * A fault of one node that stays, as a command line. The rest of the cluster must work nevertheless. That is not so of scripts that fail in
 * takeover runs: CTDB's runs fail as long as any connected node does not release an address.
 */
export function drawLasting(random: Random, { leader }: World, { pnn, daemon, powered }: World['nodes'][number]): string {
  return random.pick([
    ...(powered ? [`crash ${pnn}`] : []),
    ...(daemon ? [`kill ${pnn}`, `stop ${pnn}`] : []),
    // A leader that hangs or is cut off keeps the lock, so that nobody else can lead.
    ...(daemon && leader !== pnn ? [`hang ${pnn}`, `part ${pnn}`] : []),
    `script ${pnn} monitor fail`,
    `link ${pnn} ${random.pick(['bond0', 'bond1'])} down`,
  ])
}
