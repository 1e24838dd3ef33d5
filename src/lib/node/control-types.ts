import type { SocketAddress } from '../address/socket-address.ts'
import type { KnownIp } from '../cluster/merge-ips.ts'
import type { ClusterNode, Pnn } from '../cluster/node.ts'
import type { VnnMap } from '../cluster/report.ts'
import type { RunState } from '../cluster/run-state.ts'
import type { Statistics } from '../cluster/statistics.ts'
import type { Timeval } from '../cluster/timeval.ts'
import type { TunableValues } from '../cluster/tunables.ts'

/** An interface as it travels: `linkState` is 0 or 1. */
export interface InterfaceRecord {
  readonly name: string
  readonly linkState: number
  readonly references: number
}

/** A public address to be added; to delete one only the address counts. */
export interface AddressOnInterface {
  readonly address: SocketAddress
  readonly maskBits: number
  /** Several are joined by commas. */
  readonly interfaceName: string
}

interface TcpConnection {
  readonly source: SocketAddress
  readonly destination: SocketAddress
}

/** What a control takes and what it gives. */
interface Signature<Request, Reply> {
  readonly request: Request
  readonly reply: Reply
}

/**
 * The controls that a node understands: request and reply of each, by the name that the wire protocol's table has for it (the server
 * holds this table against that one).
 */
interface ControlTypes {
  ping: Signature<void, number>
  statistics: Signature<void, Statistics>
  statisticsReset: Signature<void, void>
  getStatHistory: Signature<void, readonly Statistics[]>
  processExists: Signature<number, void>
  checkPidSrvid: Signature<{ pid: number; srvid: bigint }, void>
  getVnnMap: Signature<void, VnnMap>
  setVnnMap: Signature<VnnMap, void>
  getDebug: Signature<void, number>
  setDebug: Signature<number, void>
  getDbMap: Signature<void, { id: number; flags: number }[]>
  getRecoveryMode: Signature<void, number>
  setRecoveryMode: Signature<number, void>
  getPid: Signature<void, number>
  getRecmaster: Signature<void, number>
  getPnn: Signature<void, number>
  shutdown: Signature<void, void>
  takeoverIpv4: Signature<KnownIp, void>
  releaseIpv4: Signature<KnownIp, void>
  tcpAdd: Signature<TcpConnection, void>
  tcpAddDelayedUpdate: Signature<TcpConnection, void>
  tcpRemove: Signature<TcpConnection, void>
  setTunable: Signature<{ value: number; name: string }, void>
  getTunable: Signature<string, number>
  listTunables: Signature<void, string[]>
  modifyFlags: Signature<{ pnn: Pnn; newFlags: number; oldFlags: number }, void>
  getAllTunables: Signature<void, TunableValues>
  getTcpTickleList: Signature<SocketAddress, { address: SocketAddress; connections: TcpConnection[] }>
  sendGratuitousArp: Signature<AddressOnInterface, void>
  uptime: Signature<void, { now: Timeval; daemonStart: Timeval; lastRecoveryStarted: Timeval; lastRecoveryFinished: Timeval }>
  startRecovery: Signature<void, void>
  endRecovery: Signature<void, void>
  addPublicIp: Signature<AddressOnInterface, void>
  deletePublicIp: Signature<AddressOnInterface, void>
  getCapabilities: Signature<
    void,
    { leader: boolean; lmaster: boolean; parallelRecovery: boolean; fragmentedControls: boolean; raw: number }
  >
  releaseIp: Signature<KnownIp, void>
  takeoverIp: Signature<KnownIp, void>
  getPublicIps: Signature<void, KnownIp[]>
  /** GET_PUBLIC_IPS with the flag for the available ones only. */
  getAvailableIps: Signature<void, KnownIp[]>
  getNodeMap: Signature<void, ClusterNode[]>
  getReclockFile: Signature<void, string>
  stopNode: Signature<void, void>
  continueNode: Signature<void, void>
  setLmasterRole: Signature<number, void>
  setLeaderRole: Signature<number, void>
  setBanState: Signature<{ pnn: Pnn; timeSeconds: number }, void>
  getBanState: Signature<void, { pnn: Pnn; timeSeconds: number }>
  getPublicIpInfo: Signature<SocketAddress, { ip: KnownIp; activeIndex: number; interfaces: InterfaceRecord[] }>
  getIfaces: Signature<void, InterfaceRecord[]>
  setIfaceLinkState: Signature<InterfaceRecord, void>
  reloadPublicIps: Signature<void, void>
  ipReallocated: Signature<void, void>
  getRunState: Signature<void, RunState>
  getNodesFile: Signature<void, ClusterNode[]>
  disableNode: Signature<void, void>
  enableNode: Signature<void, void>
  startIpReallocate: Signature<void, void>
}

export type ControlName = keyof ControlTypes
export type RequestOf<N extends ControlName> = ControlTypes[N]['request']
export type ReplyOf<N extends ControlName> = ControlTypes[N]['reply']

/** A control that a node refuses, or that cannot reach it. `status` is not 0, and mostly negative. */
export class ControlFailure extends Error {
  readonly status: number

  constructor(status: number, text = '') {
    super(text)
    this.status = status
  }
}
