import type { Codec } from './codec.ts'
import { i32, nothing, restBytes, restText, u32 } from './primitives.ts'
import * as structs from './structs.ts'

/** One control of the protocol: what a client asks of a daemon. */
export interface Control<Request, Reply> {
  /** Its number on the wire. */
  readonly opcode: number
  /** Its name in CTDB's sources, logs and error messages. */
  readonly name: string
  readonly request: Codec<Request>
  /** The data of the reply; `'status'` when the answer is the reply's status itself (a number ≥ 0). */
  readonly reply: Codec<Reply> | 'status'
}

function control<Q = void, R = void>(
  opcode: number,
  name: string,
  codecs: { request?: Codec<Q>; reply?: Codec<R> } = {},
): Control<Q, R> {
  return {
    opcode,
    name,
    request: codecs.request ?? (nothing as Codec<unknown> as Codec<Q>),
    reply: codecs.reply ?? (nothing as Codec<unknown> as Codec<R>),
  }
}

const statusControl = (opcode: number, name: string): Control<void, number> => ({
  opcode,
  name,
  request: nothing,
  reply: 'status',
})

/** Bits in the flags of a control. The upper 16 belong to the single control. */
export const CONTROL_FLAG = {
  NO_REPLY: 0x1,
  /** GET_PUBLIC_IPS: only the addresses that the node could host at the moment. */
  ONLY_AVAILABLE: 0x1_0000,
} as const

/**
 * The controls that concern nodes, addresses, interfaces, tunables, capabilities, run state, statistics and bans; adding one is adding
 * a record. Of the database controls only the bodies are known to be bytes.
 */
export const controls = {
  /** Answers with a status other than 0 for a process that is no client of the daemon, or has ended. */
  processExists: control(0, 'PROCESS_EXISTS', { request: structs.processId }),
  statistics: control(1, 'STATISTICS', { reply: structs.statistics }),
  ping: statusControl(3, 'PING'),
  getDbPath: control(4, 'GETDBPATH', { request: u32, reply: restText }),
  getVnnMap: control(5, 'GETVNNMAP', { reply: structs.vnnMap }),
  setVnnMap: control(6, 'SETVNNMAP', { request: structs.vnnMap }),
  getDebug: control(7, 'GET_DEBUG', { reply: i32 }),
  setDebug: control(8, 'SET_DEBUG', { request: i32 }),
  getDbMap: control(9, 'GET_DBMAP', { reply: structs.databaseMap }),
  getRecoveryMode: statusControl(15, 'GET_RECMODE'),
  setRecoveryMode: control(16, 'SET_RECMODE', { request: structs.recoveryMode }),
  statisticsReset: control(17, 'STATISTICS_RESET'),
  registerSrvid: control(23, 'REGISTER_SRVID'),
  deregisterSrvid: control(24, 'DEREGISTER_SRVID'),
  getDbName: control(25, 'GET_DBNAME', { request: u32, reply: restText }),
  getPid: statusControl(30, 'GET_PID'),
  /** Daemons before 4.16; later ones refuse it, and have the LEADER message instead. */
  getRecmaster: statusControl(31, 'GET_RECMASTER'),
  getPnn: statusControl(35, 'GET_PNN'),
  shutdown: control(36, 'SHUTDOWN'),
  /** The seed's era; gone since 4.x. */
  takeoverIpv4: control(42, 'TAKEOVER_IPv4', { request: structs.publicIpv4 }),
  releaseIpv4: control(43, 'RELEASE_IPv4', { request: structs.publicIpv4 }),
  tcpAdd: control(45, 'TCP_ADD', { request: structs.tcpConnection }),
  tcpRemove: control(46, 'TCP_REMOVE', { request: structs.tcpConnection }),
  setTunable: control(48, 'SET_TUNABLE', { request: structs.tunableSetting }),
  getTunable: control(49, 'GET_TUNABLE', { request: structs.tunableName, reply: u32 }),
  listTunables: control(50, 'LIST_TUNABLES', { reply: structs.tunableNames }),
  /** How daemons older than {@link controls.disableNode} were told to change a node's flags. */
  modifyFlags: control(52, 'MODIFY_FLAGS', { request: structs.flagChange }),
  getAllTunables: control(53, 'GET_ALL_TUNABLES', { reply: structs.allTunables }),
  getTcpTickleList: control(55, 'GET_TCP_TICKLE_LIST', { request: structs.socketAddress, reply: structs.tickleList }),
  sendGratuitousArp: control(64, 'SEND_GRATUITOUS_ARP', { request: structs.addressOnInterface }),
  uptime: control(69, 'UPTIME', { reply: structs.uptime }),
  startRecovery: control(70, 'START_RECOVERY'),
  endRecovery: control(71, 'END_RECOVERY'),
  reloadNodesFile: control(72, 'RELOAD_NODES_FILE'),
  addPublicIp: control(77, 'ADD_PUBLIC_IP', { request: structs.addressOnInterface }),
  deletePublicIp: control(78, 'DEL_PUBLIC_IP', { request: structs.addressOnInterface }),
  getCapabilities: control(80, 'GET_CAPABILITIES', { reply: structs.capabilities }),
  releaseIp: control(88, 'RELEASE_IP', { request: structs.publicIp }),
  takeoverIp: control(89, 'TAKEOVER_IP', { request: structs.publicIp }),
  getPublicIps: control(90, 'GET_PUBLIC_IPS', { reply: structs.publicIps }),
  getNodeMap: control(91, 'GET_NODEMAP', { reply: structs.nodeMap }),
  getReclockFile: control(99, 'GET_RECLOCK_FILE', { reply: restText }),
  stopNode: control(101, 'STOP_NODE'),
  continueNode: control(102, 'CONTINUE_NODE'),
  setLmasterRole: control(104, 'SET_LMASTERROLE', { request: u32 }),
  /** SET_LEADERROLE in newer words. */
  setLeaderRole: control(105, 'SET_RECMASTERROLE', { request: u32 }),
  setBanState: control(109, 'SET_BAN_STATE', { request: structs.banState }),
  getBanState: control(110, 'GET_BAN_STATE', { reply: structs.banState }),
  getDbSeqnum: control(120, 'GET_DB_SEQNUM', { request: restBytes, reply: restBytes }),
  dbSetHealthy: control(121, 'DB_SET_HEALTHY', { request: restBytes }),
  dbGetHealth: control(122, 'DB_GET_HEALTH', { request: u32, reply: restText }),
  getPublicIpInfo: control(123, 'GET_PUBLIC_IP_INFO', { request: structs.socketAddress, reply: structs.publicIpInfo }),
  getIfaces: control(124, 'GET_IFACES', { reply: structs.networkInterfaces }),
  setIfaceLinkState: control(125, 'SET_IFACE_LINK_STATE', { request: structs.networkInterface }),
  /** As {@link controls.tcpAdd}, but the other nodes are told only after a while. */
  tcpAddDelayedUpdate: control(126, 'TCP_ADD_DELAYED_UPDATE', { request: structs.tcpConnection }),
  getStatHistory: control(127, 'GET_STAT_HISTORY', { reply: structs.statisticsHistory }),
  getDbStatistics: control(132, 'GET_DB_STATISTICS', { request: u32, reply: structs.databaseStatistics }),
  /** The daemon reads its public addresses file again; may take long. */
  reloadPublicIps: control(134, 'RELOAD_PUBLIC_IPS'),
  /** Runs the event of that name on the node. */
  ipReallocated: control(137, 'IPREALLOCATED'),
  getRunState: control(138, 'GET_RUNSTATE', { reply: structs.runState }),
  getNodesFile: control(140, 'GET_NODES_FILE', { reply: structs.nodeMap }),
  /** As {@link controls.processExists}, for a client that has registered for a srvid. */
  checkPidSrvid: control(151, 'CHECK_PID_SRVID', { request: structs.processWithSrvid }),
  disableNode: control(157, 'DISABLE_NODE'),
  enableNode: control(158, 'ENABLE_NODE'),
  startIpReallocate: control(161, 'START_IPREALLOCATE'),
} as const

const byOpcode = new Map<number, Control<unknown, unknown>>(
  Object.values(controls).map((entry) => [entry.opcode, entry as Control<unknown, unknown>]),
)

/** The control with this number on the wire; undefined for one that we do not know. */
export const controlByOpcode = (opcode: number): Control<unknown, unknown> | undefined => byOpcode.get(opcode)
