import { addressKey, type SocketAddress } from '../../lib/address/socket-address.ts'
import type { KnownIp } from '../../lib/cluster/merge-ips.ts'
import { type ClusterNode, NODE_FLAG } from '../../lib/cluster/node.ts'
import { readNodesList } from '../../lib/cluster/nodes-list.ts'
import { timevalOf as timeval } from '../../lib/cluster/timeval.ts'
import { LISTED_TUNABLES } from '../../lib/cluster/tunables.ts'
import { CONTROL_FLAG, type RequestOf } from '../../lib/wire/controls.ts'
import { databaseHandlers } from '../databases/handlers.ts'
import { processId } from '../log/entry.ts'
import { until } from '../process/wait.ts'
import { ControlFailure } from './control-failure.ts'
import type { NodeFile } from './daemon-options.ts'
import type { DaemonState } from './daemon-state.ts'
import { atOnce, type Handlers } from './handler.ts'

/** The recovery daemon is a client, and so is the one that asks. */
const NUM_CLIENTS = 2
/** CTDB's number for the level NOTICE, its default. */
const NOTICE = 3

/** The handlers of all controls that the simulator serves. */
export function controlHandlers(daemon: DaemonState): Handlers {
  return {
    ...queries(daemon),
    ...settings(daemon),
    ...statistics(daemon),
    ...processes(daemon),
    ...nodeControls(daemon),
    ...recoveryControls(daemon),
    ...addressControls(daemon),
    ...databaseHandlers(daemon.databases),
  }
}

function queries(daemon: DaemonState) {
  const { options, publicIps, peers } = daemon
  return {
    ping: atOnce(() => NUM_CLIENTS),
    getPid: atOnce(() => processId(daemon.pnn, 'ctdbd')),
    getPnn: atOnce(() => daemon.pnn),
    getRunState: atOnce(() => daemon.runState),
    getNodeMap: atOnce(() => peers.nodes()),
    getVnnMap: atOnce(() => daemon.vnnMap),
    getRecoveryMode: atOnce(() => daemon.recoveryMode),
    getCapabilities: atOnce(() => capabilitiesOf(daemon.roles)),
    getReclockFile: atOnce(() => options.lockPath),
    getRecmaster: atOnce(() => {
      // Removed in 4.16.
      if (options.era === 'now' || daemon.leader === undefined) throw new ControlFailure(-1)
      return daemon.leader
    }),
    getNodesFile: atOnce(() => configuredNodes(options.nodesFile)),
    uptime: atOnce(() => ({
      now: timeval(daemon.program.nowMs),
      daemonStart: timeval(daemon.times.startedMs),
      lastRecoveryStarted: timeval(daemon.times.recoveryStartedMs),
      lastRecoveryFinished: timeval(daemon.times.recoveryFinishedMs),
    })),
    getPublicIps: atOnce((_request, flags) =>
      (flags & CONTROL_FLAG.ONLY_AVAILABLE) === 0 ? publicIps.known() : publicIps.available(),
    ),
    getPublicIpInfo: atOnce((address) => publicIps.info(address)),
    getIfaces: atOnce(() => publicIps.interfaceRecords()),
  } satisfies Handlers
}

function configuredNodes({ path, read }: NodeFile): ClusterNode[] {
  const failure = () => new ControlFailure(-1, `Failed to read the nodes file ${path}`)
  let text: string
  try {
    text = read()
  } catch {
    throw failure()
  }
  const list = readNodesList(text)
  if ('invalid' in list) throw failure()
  return list.nodes
}

function settings(daemon: DaemonState) {
  let debugLevel = NOTICE
  const { tunables } = daemon
  /** The name of a tunable, which may come in any case. */
  const known = (name: string): string => {
    const found = [...tunables.keys()].find((each) => each.toLowerCase() === name.toLowerCase())
    if (found === undefined) throw new ControlFailure(-1)
    return found
  }
  return {
    getDebug: atOnce(() => debugLevel),
    setDebug: atOnce((level) => {
      debugLevel = level
    }),
    getTunable: atOnce((name) => tunables.get(known(name)) ?? 0),
    setTunable: atOnce(({ name, value }) => {
      tunables.set(known(name), value)
    }),
    listTunables: atOnce(() => [...LISTED_TUNABLES]),
    getAllTunables: atOnce(() => Object.fromEntries(tunables)),
    setLmasterRole: atOnce((may) => {
      daemon.roles.lmaster = may !== 0
    }),
    setLeaderRole: atOnce((may) => {
      daemon.roles.leader = may !== 0
    }),
  } satisfies Handlers
}

const capabilitiesOf = ({ leader, lmaster }: DaemonState['roles']) => ({
  leader,
  lmaster,
  parallelRecovery: true,
  fragmentedControls: true,
  raw: 0x3_0000 | (lmaster ? 0x2 : 0) | (leader ? 0x1 : 0),
})

function statistics(daemon: DaemonState) {
  const { counters } = daemon
  return {
    statistics: atOnce(() => counters.statistics({ numClients: NUM_CLIENTS, recovering: daemon.recoveryMode !== 0 })),
    statisticsReset: atOnce(() => counters.reset()),
    getStatHistory: atOnce(() => counters.history()),
  } satisfies Handlers
}

/** Of the clients, only those are known that have the file of a database open. */
function processes(daemon: DaemonState) {
  const exists = (pid: number) => {
    if (pid !== processId(daemon.pnn, 'recoverd') && !daemon.databases.clients.has(pid)) throw new ControlFailure(-1)
  }
  return {
    processExists: atOnce(exists),
    checkPidSrvid: atOnce(({ pid, srvid }) => {
      exists(pid)
      if (!daemon.mailboxes.hasListeners(srvid)) throw new ControlFailure(-1)
    }),
  } satisfies Handlers
}

function nodeControls(daemon: DaemonState) {
  const { log } = daemon.options
  return {
    disableNode: atOnce(() => {
      log('ctdbd', 'disableNode')
      daemon.ownFlags |= NODE_FLAG.DISABLED
    }),
    enableNode: atOnce(() => {
      log('ctdbd', 'enableNode')
      daemon.ownFlags &= ~NODE_FLAG.DISABLED
    }),
    *stopNode() {
      log('ctdbd', 'stopping')
      daemon.ownFlags |= NODE_FLAG.STOPPED
      yield* daemon.becomeInactive()
    },
    continueNode: atOnce(() => {
      log('ctdbd', 'continuing')
      daemon.ownFlags &= ~NODE_FLAG.STOPPED
    }),
    *setBanState({ pnn, timeSeconds }: RequestOf<'setBanState'>) {
      yield* daemon.setBan(pnn, timeSeconds)
    },
    getBanState: atOnce(() => ({ pnn: daemon.pnn, timeSeconds: daemon.banSeconds })),
    modifyFlags: atOnce((change) => daemon.modifyFlags(change)),
    shutdown: atOnce(() => daemon.shutDown()),
  } satisfies Handlers
}

function recoveryControls(daemon: DaemonState) {
  const { scripts, log } = daemon.options
  return {
    setRecoveryMode: atOnce((mode) => daemon.setRecoveryMode(mode)),
    setVnnMap: atOnce((map) => {
      daemon.vnnMap = map
    }),
    startRecovery: atOnce(() => daemon.recoveryStarted()),
    *endRecovery() {
      yield* daemon.recoveryFinished()
    },
    *ipReallocated() {
      log('ctdbd', 'ipReallocated')
      const status = yield* until(scripts.run('ipreallocated', [], daemon.scriptLimitMs()))
      if (status !== 'ok') throw new ControlFailure(-1)
    },
    startIpReallocate: atOnce(() => {}),
  } satisfies Handlers
}

function addressControls(daemon: DaemonState) {
  const { publicIps, options } = daemon
  const tickles = new Map<string, RequestOf<'tcpAdd'>>()
  const tickleKey = ({ source, destination }: RequestOf<'tcpAdd'>) => `${addressKey(source)} ${addressKey(destination)}`
  const isPublic = ({ address }: SocketAddress) => publicIps.known().some((ip) => ip.address.address === address)
  const addTickle = (connection: RequestOf<'tcpAdd'>) => {
    if (!isPublic(connection.destination)) throw new ControlFailure(-1)
    tickles.set(tickleKey(connection), connection)
  }
  const release = (request: KnownIp) => publicIps.release(request)
  const takeover = (request: KnownIp) => publicIps.takeover(request)
  return {
    releaseIp: release,
    takeoverIp: takeover,
    releaseIpv4: release,
    takeoverIpv4: takeover,
    *addPublicIp(request: RequestOf<'addPublicIp'>) {
      yield* publicIps.configuration.add(request)
    },
    deletePublicIp: atOnce(({ address }) => publicIps.configuration.delete(address.address)),
    *reloadPublicIps() {
      const { read, path } = options.publicAddressesFile
      yield* publicIps.configuration.reload(read(), path)
    },
    setIfaceLinkState: atOnce(({ name, linkState }) => publicIps.setLink(name, linkState !== 0)),
    sendGratuitousArp: atOnce(() => {}),
    tcpAdd: atOnce(addTickle),
    // A real daemon tells the other nodes later. Simulated nodes do not share their lists.
    tcpAddDelayedUpdate: atOnce(addTickle),
    tcpRemove: atOnce((connection) => {
      tickles.delete(tickleKey(connection))
    }),
    getTcpTickleList: atOnce((address) => {
      // CTDB answers with a positive status here.
      if (!isPublic(address)) throw new ControlFailure(1)
      const matches = ({ destination }: RequestOf<'tcpAdd'>) =>
        destination.address === address.address && (address.port === 0 || destination.port === address.port)
      return { address, connections: [...tickles.values()].filter(matches) }
    }),
  } satisfies Handlers
}
