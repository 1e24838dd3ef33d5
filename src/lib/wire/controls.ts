import { type Codec, decode, encode, type ValueOf } from './codec.ts'
import type { ReplyPacket } from './packet.ts'
import { i32, nothing, restBytes, restText, u32, u64 } from './primitives.ts'
import * as records from './record-structs.ts'
import * as structs from './structs.ts'

/**
 * The part of a reply whose meaning depends on the control.
 * @inline
 */
type ReplyContent = Pick<ReplyPacket, 'status' | 'data'>

/** A control of the protocol: a request that a client sends to a daemon. */
export interface Control<Request, Reply> {
  /** Its number on the wire. */
  readonly opcode: number
  /** Its name in CTDB's sources, logs and error messages. */
  readonly name: string
  readonly request: Codec<Request>
  /** Whether a reply with this status is a refusal. */
  isRefusal(status: number): boolean
  /** The value of a reply that is not a refusal. @throws DecodeError when its data are not what the control declares. */
  readReply(content: ReplyContent): Reply
  /** The content of a reply with this value. @throws EncodeError naming the field that does not fit. */
  writeReply(value: Reply): ReplyContent
}

/** A control that is answered with data. A status other than 0 is a refusal. */
export interface DataControl<Request, Reply> extends Control<Request, Reply> {
  readonly reply: Codec<Reply>
}

/** A control that is answered with the status of the reply, a number ≥ 0, and no data. */
export type StatusControl = Control<void, number>

const NO_DATA = new Uint8Array()

function dataControl<Request, Reply>(
  opcode: number,
  name: string,
  request: Codec<Request>,
  reply: Codec<Reply>,
): DataControl<Request, Reply> {
  return {
    opcode,
    name,
    request,
    reply,
    isRefusal: (status) => status !== 0,
    readReply: ({ data }) => decode(reply, data),
    writeReply: (value) => ({ status: 0, data: encode(reply, value) }),
  }
}

/** A control with the codecs of its request and of its reply; without one, there are no data. */
const control = <Q = void, R = void>(
  opcode: number,
  name: string,
  { request, reply }: { request?: Codec<Q>; reply?: Codec<R> } = {},
): DataControl<Q, R> =>
  dataControl(opcode, name, request ?? (nothing as Codec<unknown> as Codec<Q>), reply ?? (nothing as Codec<unknown> as Codec<R>))

const statusControl = (opcode: number, name: string): StatusControl => ({
  opcode,
  name,
  request: nothing,
  isRefusal: (status) => status < 0,
  readReply: ({ status }) => status,
  writeReply: (status) => ({ status, data: NO_DATA }),
})

/** The same control with the data of its reply left encoded, for callers who compare or keep them. */
export const withEncodedReply = <Q>({ opcode, name, request }: DataControl<Q, unknown>): DataControl<Q, Uint8Array> =>
  dataControl(opcode, name, request, restBytes)

/** Bits in the flags of a control. The meaning of the upper 16 depends on the control. */
export const CONTROL_FLAG = {
  NO_REPLY: 0x1,
  /** GET_PUBLIC_IPS: only the addresses that the node can host at the moment. */
  ONLY_AVAILABLE: 0x1_0000,
} as const

/**
 * The controls for nodes, addresses, interfaces, tunables, capabilities, run state, statistics, bans and databases. To add a control, add a
 * record here and, for a new structure, a struct.
 */
export const controls = {
  /** Refused for a process that is not a client of the daemon, or has ended. */
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
  /** Attaches a volatile database, on all nodes; creates it if need be. The reply is its id. */
  dbAttach: control(18, 'DB_ATTACH', { request: restText, reply: u32 }),
  registerSrvid: control(23, 'REGISTER_SRVID'),
  deregisterSrvid: control(24, 'DEREGISTER_SRVID'),
  getDbName: control(25, 'GET_DBNAME', { request: u32, reply: restText }),
  /** The memory of the daemon, as a text of many lines. */
  dumpMemory: control(29, 'DUMP_MEMORY', { reply: restText }),
  getPid: statusControl(30, 'GET_PID'),
  /** Daemons older than 4.16. Newer ones refuse it, and broadcast the LEADER message instead. */
  getRecmaster: statusControl(31, 'GET_RECMASTER'),
  getPnn: statusControl(35, 'GET_PNN'),
  shutdown: control(36, 'SHUTDOWN'),
  /** CTDB of 2017; newer daemons do not have it. */
  takeoverIpv4: control(42, 'TAKEOVER_IPv4', { request: structs.publicIpv4 }),
  releaseIpv4: control(43, 'RELEASE_IPv4', { request: structs.publicIpv4 }),
  tcpAdd: control(45, 'TCP_ADD', { request: structs.tcpConnection }),
  tcpRemove: control(46, 'TCP_REMOVE', { request: structs.tcpConnection }),
  setTunable: control(48, 'SET_TUNABLE', { request: structs.tunableSetting }),
  getTunable: control(49, 'GET_TUNABLE', { request: structs.tunableName, reply: u32 }),
  listTunables: control(50, 'LIST_TUNABLES', { reply: structs.tunableNames }),
  /** Changes a node's flags on daemons that do not have {@link controls.disableNode}. */
  modifyFlags: control(52, 'MODIFY_FLAGS', { request: structs.flagChange }),
  getAllTunables: control(53, 'GET_ALL_TUNABLES', { reply: structs.allTunables }),
  getTcpTickleList: control(55, 'GET_TCP_TICKLE_LIST', { request: structs.socketAddress, reply: structs.tickleList }),
  dbAttachPersistent: control(61, 'DB_ATTACH_PERSISTENT', { request: restText, reply: u32 }),
  sendGratuitousArp: control(64, 'SEND_GRATUITOUS_ARP', { request: structs.addressOnInterface }),
  /** Removes all records, within a transaction. */
  wipeDatabase: control(67, 'WIPE_DATABASE', { request: records.databaseTransaction }),
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
  /** Newer documentation calls it SET_LEADERROLE. */
  setLeaderRole: control(105, 'SET_RECMASTERROLE', { request: u32 }),
  setBanState: control(109, 'SET_BAN_STATE', { request: structs.banState }),
  getBanState: control(110, 'GET_BAN_STATE', { reply: structs.banState }),
  /** Commits a transaction on all nodes. Refused when a recovery comes between. */
  trans3Commit: control(119, 'TRANS3_COMMIT', { request: records.recordBuffer }),
  getDbSeqnum: control(120, 'GET_DB_SEQNUM', { request: records.paddedDatabaseId, reply: u64 }),
  dbSetHealthy: control(121, 'DB_SET_HEALTHY', { request: u32 }),
  dbGetHealth: control(122, 'DB_GET_HEALTH', { request: u32, reply: restText }),
  getPublicIpInfo: control(123, 'GET_PUBLIC_IP_INFO', { request: structs.socketAddress, reply: structs.publicIpInfo }),
  getIfaces: control(124, 'GET_IFACES', { reply: structs.networkInterfaces }),
  setIfaceLinkState: control(125, 'SET_IFACE_LINK_STATE', { request: structs.networkInterface }),
  /** Like {@link controls.tcpAdd}, but the daemon updates the other nodes later. */
  tcpAddDelayedUpdate: control(126, 'TCP_ADD_DELAYED_UPDATE', { request: structs.tcpConnection }),
  getStatHistory: control(127, 'GET_STAT_HISTORY', { reply: structs.statisticsHistory }),
  /** The daemon removes the record from the file some time later. */
  scheduleForDeletion: control(128, 'SCHEDULE_FOR_DELETION', { request: records.deletedRecord }),
  setDbReadOnly: control(129, 'SET_DB_READONLY', { request: u32 }),
  /** Sends all records of the cluster as messages to the srvid of the request. */
  traverseStart: control(131, 'TRAVERSE_START_EXT', { request: records.traverseStart }),
  getDbStatistics: control(132, 'GET_DB_STATISTICS', { request: u32, reply: structs.databaseStatistics }),
  setDbSticky: control(133, 'SET_DB_STICKY', { request: u32 }),
  /** The daemon rereads its public addresses file, which may take long. */
  reloadPublicIps: control(134, 'RELOAD_PUBLIC_IPS'),
  /** Runs the event of that name on the node. */
  ipReallocated: control(137, 'IPREALLOCATED'),
  getRunState: control(138, 'GET_RUNSTATE', { reply: structs.runState }),
  /** On all nodes. */
  dbDetach: control(139, 'DB_DETACH', { request: u32 }),
  getNodesFile: control(140, 'GET_NODES_FILE', { reply: structs.nodeMap }),
  /** Stops all work on a database of the node. */
  dbFreeze: control(141, 'DB_FREEZE', { request: u32 }),
  dbThaw: control(142, 'DB_THAW', { request: u32 }),
  dbTransactionStart: control(143, 'DB_TRANSACTION_START', { request: records.databaseTransaction }),
  dbTransactionCommit: control(144, 'DB_TRANSACTION_COMMIT', { request: records.databaseTransaction }),
  dbPushStart: control(147, 'DB_PUSH_START', { request: records.pushStart }),
  /** The reply is the number of records that have arrived. */
  dbPushConfirm: control(148, 'DB_PUSH_CONFIRM', { request: u32, reply: u32 }),
  /** The flags with which a client opens the file of a database. */
  dbOpenFlags: control(149, 'DB_OPEN_FLAGS', { request: u32, reply: i32 }),
  /** A replicated database is volatile, but changes only by transactions, and has its records on all nodes. */
  dbAttachReplicated: control(150, 'DB_ATTACH_REPLICATED', { request: restText, reply: u32 }),
  /** Like {@link controls.processExists}, for a client that has registered for a srvid. */
  checkPidSrvid: control(151, 'CHECK_PID_SRVID', { request: structs.processWithSrvid }),
  disableNode: control(157, 'DISABLE_NODE'),
  enableNode: control(158, 'ENABLE_NODE'),
  startIpReallocate: control(161, 'START_IPREALLOCATE'),
  /** The node stores the copy, unless it has the record itself or a recovery has come between. Since 4.25. */
  pushRecord: control(162, 'PUSH_RECORD', { request: records.pushedRecord }),
} as const

/** The names that {@link controls} gives to the controls. */
export type ControlName = keyof typeof controls
type Requests = { [N in ControlName]: ValueOf<(typeof controls)[N]['request']> }
type Replies = { [N in ControlName]: ReturnType<(typeof controls)[N]['readReply']> }
/** The request of the control with this name. */
export type RequestOf<N extends ControlName> = Requests[N]
/** The reply to the control with this name. */
export type ReplyOf<N extends ControlName> = Replies[N]

const nameByOpcode = new Map((Object.keys(controls) as ControlName[]).map((name) => [controls[name].opcode, name]))

/** The name of the control with this number on the wire; undefined for one that is not declared. */
export const controlNameByOpcode = (opcode: number): ControlName | undefined => nameByOpcode.get(opcode)

/** The control with this number on the wire; undefined for one that is not declared. */
export function controlByOpcode(opcode: number): Control<unknown, unknown> | undefined {
  const name = controlNameByOpcode(opcode)
  return name && controls[name]
}
