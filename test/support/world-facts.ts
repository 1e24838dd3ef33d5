import { UNKNOWN_PNN } from '../../src/lib/cluster/node.ts'
import { clusterNodes } from '../../src/lib/cluster/nodes-list.ts'
import { measuredTimes, recoveriesIn } from '../../src/lib/cluster/statistics.ts'
import { readLock } from '../../src/lib/host/lock-facts.ts'
import type { HostFacts } from '../../src/lib/snapshot/host-facts.ts'
import { mapEntryOf, type NodeFacts, SNAPSHOT_VERSION, type Snapshot } from '../../src/lib/snapshot/snapshot.ts'
import type { SimDaemon } from '../../src/sim/daemon/daemon.ts'
import { connectionsOf } from '../../src/sim/serve/connections.ts'
import { seenLock } from '../../src/sim/serve/seen-lock.ts'
import type { SimNode } from '../../src/sim/world/sim-node.ts'
import type { FactsOfRunning } from './audit-cluster.ts'
import type { SmallWorld } from './sim-world.ts'

/** What a node's daemon reports when it is asked. */
export function reportedBy(node: SimNode, daemon: SimDaemon, nowMs: number): NodeFacts {
  const known = daemon.publicIps.known().map(({ address, pnn: owner }) => {
    const { interfaces, activeIndex } = daemon.publicIps.info(address)
    const plain = { address: address.address, owner: owner === UNKNOWN_PNN ? null : owner }
    return { ...plain, interfaces: interfaces.map(({ name }) => name), activeInterface: interfaces[activeIndex]?.name ?? null }
  })
  const { startedMs, recoveryStartedMs, recoveryFinishedMs } = daemon.times
  return {
    pnn: node.pnn,
    missing: [],
    runState: daemon.runState,
    nodeMap: daemon.peers.nodes().map(mapEntryOf),
    vnnMap: daemon.vnnMap,
    recoveryMode: daemon.recoveryMode,
    times: {
      now: node.clock.nowMs / 1000,
      daemonStart: startedMs / 1000,
      lastRecoveryStarted: recoveryStartedMs / 1000,
      lastRecoveryFinished: recoveryFinishedMs / 1000,
      askedAt: nowMs / 1000,
      answeredAt: nowMs / 1000,
    },
    recentRecoveries: recoveriesIn(daemon.counters.history()),
    tunables: Object.fromEntries(daemon.tunables),
    capabilities: { ...daemon.roles },
    known,
    available: daemon.publicIps.available().map(({ address }) => address.address),
    interfaces: daemon.publicIps
      .interfaceRecords()
      .map(({ name, linkState, references }) => ({ name, linkUp: linkState === 1, references })),
    banSeconds: daemon.banSeconds,
    nodesFile: clusterNodes(node.files.nodes, 'nodes').map(mapEntryOf),
    clusterLock: daemon.options.lockPath,
    lockLatency: lockLatencyOf(daemon),
  }
}

function lockLatencyOf({ counters }: SimDaemon): NodeFacts['lockLatency'] {
  const { reclock } = counters.statistics({ numClients: 0, recovering: false })
  return { take: measuredTimes(reclock.recd), test: measuredTimes(reclock.ctdbd) }
}

/** The leader whose broadcasts reach a node; undefined without a daemon. */
export function leadersHeardBy(small: SmallWorld, pnn: number): number[] | undefined {
  const { recovery, answers } = small.node(pnn)
  if (!recovery || !answers) return undefined
  const { leader } = recovery.leadership
  if (leader === undefined || leader === UNKNOWN_PNN) return []
  const announcing = small.world.nodes[leader]
  const isHeard = announcing?.answers === true && announcing.recovery?.leadership.isOurs === true
  return isHeard && (leader === pnn || !small.world.network.path(leader, pnn).parted) ? [leader] : []
}

/** What is read on a node's machine. */
export function seenOn(small: SmallWorld, pnn: number): FactsOfRunning & HostFacts {
  const node = small.node(pnn)
  const host = small.hosts[pnn]
  const names = ['lo', ...small.world.interfacesOf(pnn)]
  return {
    reachedBy: `node${pnn}`,
    daemonAnswers: node.answers,
    hostname: `node${pnn}`,
    addresses: (host?.held ?? []).map((held) => ({
      ...held,
      scope: 'global',
      dynamic: false,
      tentative: held.dadFailed === true,
      dadFailed: held.dadFailed === true,
      validSeconds: null,
    })),
    links: names.map((name) => ({
      name,
      up: true,
      carrier: name === 'lo' || host?.carrierOf(name) === true,
      altnames: [],
      isBond: false,
    })),
    publicAddressesFile: node.files.publicAddresses,
    nodesFile: node.files.nodes,
    configFile: node.config,
    homeNodesFile: null,
    ...(!node.daemon && { tunablesFiles: { file: node.tunables, directory: '' } }),
    lock: readLock(seenLock(node)),
    connections: connectionsOf(small.world, pnn),
    enabledScripts: ['10.interface'],
    events: [...(node.eventRuns ?? [])].map(([event, { beganMs, endedMs, result, output }]) => ({
      event,
      scripts: [{ name: '10.interface', begin: beganMs / 1000, end: endedMs / 1000, result, output: output.join('\n') }],
    })),
    version: node.version,
    nonlocalBind: { ipv4: false, ipv6: false },
    promoteSecondaries: host?.promotesSecondaries ? names : [],
    drops: [],
    bonds: [],
    serviceAddresses: [],
    configuredAddresses: [],
    lacking: [],
  }
}

/** The cluster as it is seen with a way to each machine: every daemon that answers speaks for itself. Undefined if none answers. */
export function seenEverywhere(small: SmallWorld): Snapshot | undefined {
  const { nodes, clock } = small.world
  const asked = nodes.find(({ answers, daemon }) => answers && daemon)
  if (!asked?.daemon) return undefined
  const [leader = null] = leadersHeardBy(small, asked.pnn) ?? []
  return {
    formatVersion: SNAPSHOT_VERSION,
    takenAt: new Date(clock.nowMs).toISOString(),
    askedNode: asked.pnn,
    leader: { pnn: leader, era: 'leader' },
    nodeMap: asked.daemon.peers.nodes().map(mapEntryOf),
    nodes: nodes.map((node): NodeFacts => {
      const { pnn, daemon, answers, powered } = node
      const silent = { pnn, missing: [{ fact: 'everything', code: 'TIMEOUT', message: 'no answer' }] }
      const leaders = leadersHeardBy(small, pnn)
      const told = daemon && answers ? { ...reportedBy(node, daemon, clock.nowMs), ...(leaders && { leaders }) } : silent
      if (powered) return { ...told, host: seenOn(small, pnn) }
      return { ...told, missing: [...told.missing, { fact: 'host', code: 'SSH_FAILED', message: 'no power' }] }
    }),
  }
}
