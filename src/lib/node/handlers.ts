import { addressKey, type SocketAddress } from '../address/socket-address.ts'
import { clusterNodes } from '../cluster/address-files.ts'
import { type ClusterNode, NODE_FLAG } from '../cluster/node.ts'
import { timevalOf as timeval } from '../cluster/timeval.ts'
import { LISTED_TUNABLES } from '../cluster/tunables.ts'
import { processId } from '../log/entry.ts'
import { type Process, until } from '../process/wait.ts'
import { ControlFailure, type ControlName, type ReplyOf, type RequestOf } from './control-types.ts'
import type { Daemon, NodeFile } from './daemon.ts'

/** What a daemon does for each control. */
export type Handlers = { readonly [N in ControlName]: (request: RequestOf<N>) => Process<ReplyOf<N>> }

/** The recovery daemon is a client, and so is who asks. */
const NUM_CLIENTS = 2
/** CTDB's number for the level NOTICE, its default. */
const NOTICE = 3

/** Makes a handler of a function that needs no time. */
const atOnce = <Q, R>(answer: (request: Q) => R) =>
  // biome-ignore lint/correctness/useYield: it is a process that never waits.
  function* (request: Q): Process<R> {
    return answer(request)
  }

/** The handlers of all controls of a daemon. */
export function controlHandlers(daemon: Daemon): Handlers {
  return {
    ...queries(daemon),
    ...settings(daemon),
    ...statistics(daemon),
    ...processes(daemon),
    ...nodeControls(daemon),
    ...recoveryControls(daemon),
    ...addressControls(daemon),
  }
}

function queries(daemon: Daemon) {
  const { options, publicIps, peers } = daemon
  return {
    ping: atOnce(() => NUM_CLIENTS),
    getPid: atOnce(() => processId(daemon.pnn, 'ctdbd')),
    getPnn: atOnce(() => daemon.pnn),
    getRunState: atOnce(() => daemon.runState),
    getNodeMap: atOnce(() => peers.nodes()),
    getVnnMap: atOnce(() => daemon.vnnMap),
    getDbMap: atOnce(() => []),
    getRecoveryMode: atOnce(() => daemon.recoveryMode),
    getCapabilities: atOnce(() => capabilitiesOf(daemon.roles)),
    getReclockFile: atOnce(() => options.lockPath),
    getRecmaster: atOnce(() => {
      // 4.16 did away with it.
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
    getPublicIps: atOnce(() => publicIps.known()),
    getAvailableIps: atOnce(() => publicIps.available()),
    getPublicIpInfo: atOnce((address: SocketAddress) => publicIps.info(address)),
    getIfaces: atOnce(() => publicIps.interfaceRecords()),
  }
}

function configuredNodes({ path, read }: NodeFile): ClusterNode[] {
  try {
    return clusterNodes(read(), path)
  } catch {
    throw new ControlFailure(-1, `Failed to read the nodes file ${path}`)
  }
}

function settings(daemon: Daemon) {
  let debugLevel = NOTICE
  const { tunables } = daemon
  /** A tunable's name may come in any case. */
  const known = (name: string): string => {
    const found = [...tunables.keys()].find((each) => each.toLowerCase() === name.toLowerCase())
    if (found === undefined) throw new ControlFailure(-1)
    return found
  }
  return {
    getDebug: atOnce(() => debugLevel),
    setDebug: atOnce((level: number) => {
      debugLevel = level
    }),
    getTunable: atOnce((name: string) => tunables.get(known(name)) ?? 0),
    setTunable: atOnce(({ name, value }: { name: string; value: number }) => {
      tunables.set(known(name), value)
    }),
    listTunables: atOnce(() => [...LISTED_TUNABLES]),
    getAllTunables: atOnce(() => Object.fromEntries(tunables)),
    setLmasterRole: atOnce((may: number) => {
      daemon.roles.lmaster = may !== 0
    }),
    setLeaderRole: atOnce((may: number) => {
      daemon.roles.leader = may !== 0
    }),
  }
}

const capabilitiesOf = ({ leader, lmaster }: Daemon['roles']) => ({
  leader,
  lmaster,
  parallelRecovery: true,
  fragmentedControls: true,
  raw: 0x3_0000 | (lmaster ? 0x2 : 0) | (leader ? 0x1 : 0),
})

function statistics(daemon: Daemon) {
  const { counters, program } = daemon
  const now = () => timeval(program.nowMs)
  return {
    statistics: atOnce(() => counters.statistics({ numClients: NUM_CLIENTS, recovering: daemon.recoveryMode !== 0, now: now() })),
    statisticsReset: atOnce(() => counters.reset(now())),
    // What was counted in each second is not kept.
    getStatHistory: atOnce(() => []),
  }
}

/** Of clients that come through a socket the process is not known; so only the recovery daemon exists. */
function processes(daemon: Daemon) {
  const exists = (pid: number) => {
    if (pid !== processId(daemon.pnn, 'recoverd')) throw new ControlFailure(-1)
  }
  return {
    processExists: atOnce(exists),
    checkPidSrvid: atOnce(({ pid, srvid }: RequestOf<'checkPidSrvid'>) => {
      exists(pid)
      if (!daemon.hasListeners(srvid)) throw new ControlFailure(-1)
    }),
  }
}

function nodeControls(daemon: Daemon) {
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
    modifyFlags: atOnce((change: RequestOf<'modifyFlags'>) => daemon.modifyFlags(change)),
    shutdown: atOnce(() => daemon.shutDown()),
  }
}

function recoveryControls(daemon: Daemon) {
  const { scripts, log } = daemon.options
  return {
    setRecoveryMode: atOnce((mode: number) => daemon.setRecoveryMode(mode)),
    setVnnMap: atOnce((map: RequestOf<'setVnnMap'>) => {
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
  }
}

function addressControls(daemon: Daemon) {
  const { publicIps, options } = daemon
  const tickles = new Map<string, RequestOf<'tcpAdd'>>()
  const tickleKey = ({ source, destination }: RequestOf<'tcpAdd'>) => `${addressKey(source)} ${addressKey(destination)}`
  const isPublic = ({ address }: SocketAddress) => publicIps.known().some((ip) => ip.address.address === address)
  const addTickle = (connection: RequestOf<'tcpAdd'>) => {
    if (!isPublic(connection.destination)) throw new ControlFailure(-1)
    tickles.set(tickleKey(connection), connection)
  }
  const release: Handlers['releaseIp'] = (request) => publicIps.release(request)
  const takeover: Handlers['takeoverIp'] = (request) => publicIps.takeover(request)
  return {
    releaseIp: release,
    takeoverIp: takeover,
    releaseIpv4: release,
    takeoverIpv4: takeover,
    *addPublicIp(request: RequestOf<'addPublicIp'>) {
      yield* publicIps.add(request)
    },
    deletePublicIp: atOnce(({ address }: RequestOf<'deletePublicIp'>) => publicIps.delete(address.address)),
    *reloadPublicIps() {
      const { read, path } = options.publicAddressesFile
      yield* publicIps.reload(read(), path)
    },
    setIfaceLinkState: atOnce(({ name, linkState }: RequestOf<'setIfaceLinkState'>) => publicIps.setLink(name, linkState !== 0)),
    sendGratuitousArp: atOnce(() => {}),
    tcpAdd: atOnce(addTickle),
    // The other nodes were to hear of it later; here each has its own.
    tcpAddDelayedUpdate: atOnce(addTickle),
    tcpRemove: atOnce((connection: RequestOf<'tcpRemove'>) => {
      tickles.delete(tickleKey(connection))
    }),
    getTcpTickleList: atOnce((address: SocketAddress) => {
      // CTDB's status here is not a negative one.
      if (!isPublic(address)) throw new ControlFailure(1)
      const isMeant = ({ destination }: RequestOf<'tcpAdd'>) =>
        destination.address === address.address && (address.port === 0 || destination.port === address.port)
      return { address, connections: [...tickles.values()].filter(isMeant) }
    }),
  }
}
