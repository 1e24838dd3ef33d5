import { publicSocketAddress } from '../../src/lib/address/socket-address.ts'
import { auditSamples } from '../../src/lib/audit/audit.ts'
import type { AuditedFinding } from '../../src/lib/audit/report.ts'
import { NODE_FLAG } from '../../src/lib/cluster/node.ts'
import type { HostAddress, HostConnection, HostFacts, HostLock, NetworkFacts } from '../../src/lib/snapshot/host-facts.ts'
import { type MapEntry, type NodeFacts, SNAPSHOT_VERSION, type Snapshot } from '../../src/lib/snapshot/snapshot.ts'
import { flagsOf } from '../../src/lib/takeover/can-host.ts'
import { planTakeover } from '../../src/lib/takeover/plan.ts'

/** A cluster for the tests of the audit: as its nodes, their kernels and their files tell of it when all is well. */
export interface Healthy {
  readonly nodes?: number
  readonly addresses?: readonly string[]
  /** On which interfaces an address may be; `eth1` unless given. */
  readonly interfacesOf?: (address: string) => readonly string[]
  readonly maskBits?: number
  readonly tunables?: Readonly<Record<string, number>>
  readonly leader?: number
}

/** All facts of a machine on which the daemon runs: a new one is an error here, and not in every test of a healthy cluster. */
export type FactsOfRunning = Required<Omit<HostFacts, 'tunablesFiles' | 'lastLog' | keyof NetworkFacts>>

const NOW = 1_800_000_000
const DROPS_NOTHING = NODE_FLAG.DISCONNECTED | NODE_FLAG.BANNED | NODE_FLAG.STOPPED | NODE_FLAG.DISABLED | NODE_FLAG.UNHEALTHY

export const ADDRESSES = ['10.0.0.1', '10.0.0.2', '10.0.0.3', '10.0.0.4', '10.0.0.5', '10.0.0.6']

/** Three nodes that know six addresses on eth1, each with two; node 0 leads. */
export function healthyCluster(made: Healthy = {}): Snapshot {
  const { nodes = 3, addresses = ADDRESSES, tunables = {}, leader = 0 } = made
  const pnns = Array.from({ length: nodes }, (_, pnn) => pnn)
  const nodeMap = pnns.map((pnn) => ({ pnn, address: `10.9.0.${pnn + 1}`, flags: 0 }))
  const interfacesOf = made.interfacesOf ?? (() => ['eth1'])
  const names = [...new Set(addresses.flatMap(interfacesOf))].toSorted()
  const daemonSays = (pnn: number): NodeFacts => ({
    pnn,
    missing: [],
    runState: 'RUNNING',
    nodeMap,
    vnnMap: { generation: 712_345, map: pnns },
    recoveryMode: 0,
    times: {
      now: NOW,
      daemonStart: NOW - 5_000,
      lastRecoveryStarted: NOW - 4_990,
      lastRecoveryFinished: NOW - 4_989,
      askedAt: NOW - 0.01,
      answeredAt: NOW + 0.01,
    },
    tunables: { IPAllocAlgorithm: 2, NoIPTakeover: 0, NoIPFailback: 0, RecoverTimeout: 30, ...tunables },
    capabilities: { leader: true, lmaster: true },
    known: addresses.map((address) => ({ address, owner: null, interfaces: interfacesOf(address), activeInterface: null })),
    available: [...addresses],
    interfaces: names.map((name) => ({ name, linkUp: true, references: 0 })),
    banSeconds: 0,
    nodesFile: nodeMap,
    clusterLock: '/cluster/lock',
    lockLatency: { take: { count: 2, mean: 0.01, max: 0.02 }, test: { count: 9, mean: 0.005, max: 0.03 } },
    leaders: [leader],
  })
  const empty: Snapshot = {
    formatVersion: SNAPSHOT_VERSION,
    takenAt: '2026-01-02T03:04:05.678Z',
    askedNode: 0,
    leader: { pnn: leader, era: 'leader' },
    nodeMap,
    nodes: pnns.map(daemonSays),
  }
  const owners = new Map(planTakeover(empty).addresses.map(({ address, to }) => [address, to]))
  return { ...empty, nodes: empty.nodes.map((facts) => settled(facts, owners, made, names)) }
}

function settled(
  facts: NodeFacts,
  owners: ReadonlyMap<string, number | null>,
  made: Healthy,
  names: readonly string[],
): NodeFacts {
  const { pnn } = facts
  const known = (facts.known ?? []).map((each) => {
    const owner = owners.get(each.address) ?? null
    return { ...each, owner, activeInterface: owner === pnn ? (each.interfaces?.[0] ?? null) : null }
  })
  const own = known.filter(({ owner }) => owner === pnn)
  const maskOf = (address: string) => made.maskBits ?? (publicSocketAddress(address).family === 'ipv4' ? 24 : 64)
  const host: FactsOfRunning = {
    reachedBy: `ssh root@node${pnn}:22`,
    daemonAnswers: true,
    hostname: `node${pnn}`,
    addresses: [
      heldAddress('127.0.0.1', 8, 'lo'),
      heldAddress(`10.9.0.${pnn + 1}`, 24, 'eth0'),
      ...own.map(({ address, activeInterface }, index) =>
        heldAddress(address, maskOf(address), activeInterface ?? '', index > 0),
      ),
    ],
    links: ['lo', 'eth0', ...names].map((name) => ({ name, up: true, carrier: true })),
    publicAddressesFile: known
      .map(({ address, interfaces }) => `${address}/${maskOf(address)} ${interfaces?.join(',')}\n`)
      .join(''),
    nodesFile: (facts.nodeMap ?? []).map(({ address }) => `${address}\n`).join(''),
    configFile: '[cluster]\n  cluster lock = /cluster/lock\n',
    homeNodesFile: null,
    connections: connectionsIn(facts.nodeMap ?? [], pnn),
    lock: lockOn('gpfs', 'clusterfs', '77', `boot-of-node-${pnn}`),
    enabledScripts: ['00.ctdb', '10.interface'],
    events: ['startup', 'monitor', 'takeip', 'releaseip', 'ipreallocated'].map((event) => ({
      event,
      scripts: ['00.ctdb', '10.interface'].map((name) => ({ name, begin: NOW - 12, end: NOW - 11, result: 0, output: '' })),
    })),
    version: '4.17.12-Debian',
    nonlocalBind: { ipv4: false, ipv6: false },
    promoteSecondaries: ['lo', 'eth0', ...names],
    drops: [],
    bonds: [],
    serviceAddresses: [],
    configuredAddresses: [],
    lacking: [],
  }
  const references = (name: string) => own.filter(({ activeInterface }) => activeInterface === name).length
  return { ...facts, known, interfaces: names.map((name) => ({ name, linkUp: true, references: references(name) })), host }
}

/** The connections of a node in a healthy cluster: its daemon listens, and there is one in each direction with every other node. */
function connectionsIn(nodeMap: readonly MapEntry[], pnn: number): HostConnection[] {
  const at = (node: number) => ({ address: nodeMap[node]?.address ?? '', port: 4379 })
  const from = (node: number) => ({ ...at(node), port: 50_000 + node })
  const others = nodeMap.map((node) => node.pnn).filter((node) => node !== pnn)
  return [
    { state: 'LISTEN', local: at(pnn), peer: { address: '0.0.0.0', port: null }, resent: 0 },
    ...others.flatMap((other): HostConnection[] => [
      { state: 'ESTAB', local: from(pnn), peer: at(other), resent: 0 },
      { state: 'ESTAB', local: at(pnn), peer: from(other), resent: 0 },
    ]),
  ]
}

/** The cluster lock of a healthy cluster, as a node finds it on a file system. */
export const lockOn = (type: string, source: string, inode: string, bootId: string): HostLock => ({
  setting: '/cluster/lock',
  place: {
    bootId,
    file: { device: '0:44', inode, isRegular: true },
    hasFolder: true,
    mount: { type, source, lockOptions: [] },
    holders: [],
  },
})

/** An address as a kernel has it when CTDB has put it there. */
export const heldAddress = (address: string, maskBits: number, interfaceName: string, secondary = false): HostAddress => ({
  address,
  maskBits,
  interfaceName,
  secondary,
  scope: interfaceName === 'lo' ? 'host' : 'global',
  dynamic: false,
  tentative: false,
  dadFailed: false,
  validSeconds: null,
})

export const factsIn = (snapshot: Snapshot, pnn: number): NodeFacts => {
  const facts = snapshot.nodes.find((each) => each.pnn === pnn)
  if (!facts) throw new Error(`there is no node ${pnn}`)
  return facts
}
export const hostIn = (snapshot: Snapshot, pnn: number): HostFacts => {
  const { host } = factsIn(snapshot, pnn)
  if (!host) throw new Error(`nobody looked at node ${pnn}`)
  return host
}

/** The same with other things said by one node. */
export const withFacts = (snapshot: Snapshot, pnn: number, change: (facts: NodeFacts) => Partial<NodeFacts>): Snapshot => ({
  ...snapshot,
  nodes: snapshot.nodes.map((facts) => (facts.pnn === pnn ? { ...facts, ...change(facts) } : facts)),
})

/** The same with other things seen on one node. */
export const withHost = (snapshot: Snapshot, pnn: number, change: (host: HostFacts) => Partial<HostFacts>): Snapshot =>
  withFacts(snapshot, pnn, ({ host }) => (host ? { host: { ...host, ...change(host) } } : {}))

/** The same with other things said by all nodes. */
export const withAll = (snapshot: Snapshot, change: (facts: NodeFacts) => Partial<NodeFacts>): Snapshot =>
  snapshot.nodes.reduce((changed, { pnn }) => withFacts(changed, pnn, change), snapshot)

/** The same with what the node map, and all nodes, say of the flags of a node; its addresses are placed anew. */
export function withFlags(snapshot: Snapshot, pnn: number, flags: number): Snapshot {
  const nodeMap = snapshot.nodeMap.map((entry) => (entry.pnn === pnn ? { ...entry, flags } : entry))
  const changed = withAll({ ...snapshot, nodeMap }, (facts) => ({
    // A daemon that does not answer says nothing.
    ...(facts.nodeMap && { nodeMap }),
    ...(facts.pnn === pnn && (flags & DROPS_NOTHING) !== 0 ? { available: [] } : {}),
  }))
  return placedAnew(changed)
}

/** The same with more addresses in the kernel of a node. */
export const withHeld = (snapshot: Snapshot, pnn: number, ...held: HostAddress[]): Snapshot =>
  withHost(snapshot, pnn, ({ addresses = [] }) => ({ addresses: [...addresses, ...held] }))

/** The same change of all machines that are seen. */
export const withHosts = (snapshot: Snapshot, change: (host: HostFacts) => Partial<HostFacts>): Snapshot =>
  withAll(snapshot, ({ host }) => (host ? { host: { ...host, ...change(host) } } : {}))

/** A cluster in which no node hears a leader. */
export const leaderless = (snapshot: Snapshot): Snapshot => ({
  ...withAll(snapshot, () => ({ leaders: [] })),
  leader: { pnn: null, era: 'leader' },
})

/** A node whose daemon is dead, and whose machine is seen. */
export function withoutDaemon(snapshot: Snapshot, pnn: number): Snapshot {
  const cut = withFlags(snapshot, pnn, NODE_FLAG.DISCONNECTED)
  const { host } = factsIn(cut, pnn)
  const silent = { pnn, missing: [{ fact: 'everything', code: 'DISCONNECTED', message: 'not connected' }] }
  return {
    ...cut,
    nodes: cut.nodes.map((facts) => (facts.pnn === pnn && host ? { ...silent, host: { ...host, daemonAnswers: false } } : facts)),
  }
}

/** A node whose daemon is cut off, and of whose machine nobody sees anything. */
export const withoutNode = (snapshot: Snapshot, pnn: number): Snapshot =>
  placedAnew({
    ...withFlags(snapshot, pnn, NODE_FLAG.DISCONNECTED),
    nodes: withFlags(snapshot, pnn, NODE_FLAG.DISCONNECTED).nodes.map((facts) =>
      facts.pnn === pnn ? { pnn, missing: [{ fact: 'everything', code: 'DISCONNECTED', message: 'not connected' }] } : facts,
    ),
  })

/** The same after a takeover run: daemons and kernels have what it gives them. */
export function placedAnew(snapshot: Snapshot): Snapshot {
  const owners = new Map(planTakeover(snapshot).addresses.map(({ address, to }) => [address, to]))
  return withAll(snapshot, (facts) => {
    const { pnn, known, host } = facts
    if (!known || (flagsOf(snapshot, pnn) & NODE_FLAG.DISCONNECTED) !== 0) return {}
    const now = known.map((each) => {
      const owner = owners.get(each.address) ?? null
      return { ...each, owner, activeInterface: owner === pnn ? (each.interfaces?.[0] ?? null) : null }
    })
    const publics = new Set(known.map(({ address }) => address))
    const own = now.filter(({ owner }) => owner === pnn)
    const rest = host?.addresses?.filter(({ address }) => !publics.has(address)) ?? []
    const held = own.map(({ address, activeInterface }, index) => {
      const mask = publicSocketAddress(address).family === 'ipv4' ? 24 : 64
      return heldAddress(address, mask, activeInterface ?? '', index > 0)
    })
    return { known: now, ...(host && { host: { ...host, addresses: [...rest, ...held] } }) }
  })
}

/** Who owns an address, by its own word. */
export const ownerIn = (snapshot: Snapshot, address: string): number => {
  const owner = snapshot.nodes.find(({ pnn, known }) => known?.some((each) => each.address === address && each.owner === pnn))
  if (!owner) throw new Error(`nobody owns ${address}`)
  return owner.pnn
}

/** What an audit finds in a snapshot that stays as it is. */
export const findingsIn = (snapshot: Snapshot): readonly AuditedFinding[] => auditSamples([snapshot, snapshot]).findings

/** Of these, the errors and warnings that nothing else explains. */
export const rootsIn = (snapshot: Snapshot): readonly AuditedFinding[] =>
  findingsIn(snapshot).filter(({ severity, causedBy }) => severity !== 'info' && causedBy === undefined)

/** The checks that found {@link rootsIn}. */
export const rootIdsIn = (snapshot: Snapshot): string[] => rootsIn(snapshot).map(({ id }) => id)

/**
 * The finding of a check in a snapshot that stays as it is, on a certain node if one is given.
 * @throws Error with the findings that there are.
 */
export function findingIn(snapshot: Snapshot, id: string, pnn?: number): AuditedFinding {
  const findings = findingsIn(snapshot)
  const found = findings.find((each) => each.id === id && (pnn === undefined || each.subject.pnn === pnn))
  if (!found) throw new Error(`no ${id}: ${findings.map((each) => each.id)}`)
  return found
}
