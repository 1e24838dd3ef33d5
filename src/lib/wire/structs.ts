import { formatIpv4, formatIpv6, parseIp } from '../address/ip-text.ts'
import type { SocketAddress } from '../address/socket-address.ts'
import { RUN_STATES, type RunState } from '../cluster/run-state.ts'
import { TUNABLES, type TunableValues } from '../cluster/tunables.ts'
import { type Codec, DecodeError, EncodeError } from './codec.ts'
import { array, list, rest, sequence, struct } from './composites.ts'
import {
  countedText,
  f64,
  fixedText,
  i32,
  i64,
  mapped,
  restBytes,
  restText,
  u8,
  u16,
  u16NetworkOrder,
  u32,
  u64,
} from './primitives.ts'

/** Linux' numbers for the address families; the protocol uses the same. */
const AF_INET = 2
const AF_INET6 = 10
/** The union of sockaddr_in and sockaddr_in6 has the size of the larger. */
const SOCKET_ADDRESS_SIZE = 28

/** A sockaddr_in or sockaddr_in6 as in memory. The bytes after an IPv4 address, which C leaves unset, are written as 0 and not read. */
export const socketAddress: Codec<SocketAddress> = {
  align: 4,
  size: SOCKET_ADDRESS_SIZE,
  layout: { kind: 'scalar', type: 'sockaddr' },
  write(out, value) {
    const ip = parseIp(value.address)
    if (ip?.family !== value.family) {
      throw new EncodeError(`${JSON.stringify(value.address)} is not an ${value.family} address`)
    }
    const end = out.position + SOCKET_ADDRESS_SIZE
    u16.write(out, ip.family === 'ipv4' ? AF_INET : AF_INET6)
    u16NetworkOrder.write(out, value.port)
    if (ip.family === 'ipv6') u32.write(out, value.flowInfo ?? 0)
    out.append(ip.bytes)
    if (ip.family === 'ipv6') u32.write(out, value.scopeId ?? 0)
    out.extend(end - out.position)
  },
  read(input) {
    const start = input.take(SOCKET_ADDRESS_SIZE)
    const family = input.view.getUint16(start, true)
    const port = input.view.getUint16(start + 2)
    if (family === AF_INET) {
      return { family: 'ipv4', address: formatIpv4(input.bytes.subarray(start + 4, start + 8)), port }
    }
    if (family !== AF_INET6) throw new DecodeError(`unknown address family ${family}`, start)
    const flowInfo = input.view.getUint32(start + 4, true)
    const scopeId = input.view.getUint32(start + 24, true)
    return {
      family: 'ipv6',
      address: formatIpv6(input.bytes.subarray(start + 8, start + 24)),
      port,
      ...(flowInfo === 0 ? {} : { flowInfo }),
      ...(scopeId === 0 ? {} : { scopeId }),
    }
  },
}

/** A `struct timeval`: a time since 1970, or a duration. */
export const timeval = struct({ seconds: i64, microseconds: i64 })

// Nodes -------------------------------------------------------------------------------------------------------------------

export const clusterNode = struct({
  pnn: u32,
  /** The bits of NODE_FLAG. */
  flags: u32,
  /** The private address, over which the daemons talk to each other. */
  address: socketAddress,
})
export const nodeMap = list(clusterNode)
/** `generation` is INVALID_GENERATION while a recovery is due. `map` gives for each hash the PNN of its location master. */
export const vnnMap = sequence({ generation: u32, map: list(u32) })
export const runState: Codec<RunState> = mapped(
  u32,
  (value) => RUN_STATES[value] ?? 'UNKNOWN',
  (value) => RUN_STATES.indexOf(value),
)
export const recoveryMode = u32
export const banState = struct({ pnn: u32, /** Seconds; 0 unbans. */ timeSeconds: u32 })
export const flagChange = struct({ pnn: u32, newFlags: u32, oldFlags: u32 })
export const uptime = struct({
  now: timeval,
  daemonStart: timeval,
  lastRecoveryStarted: timeval,
  lastRecoveryFinished: timeval,
})

/** The bits of a node's capabilities. */
const CAPABILITY = { leader: 0x1, lmaster: 0x2, parallelRecovery: 0x1_0000, fragmentedControls: 0x2_0000 } as const

/** The roles and abilities of a node. `raw` also has the bits that are not declared here. */
export interface Capabilities {
  readonly leader: boolean
  readonly lmaster: boolean
  readonly parallelRecovery: boolean
  readonly fragmentedControls: boolean
  readonly raw: number
}

export const capabilities: Codec<Capabilities> = mapped(
  u32,
  (raw) => ({
    leader: (raw & CAPABILITY.leader) !== 0,
    lmaster: (raw & CAPABILITY.lmaster) !== 0,
    parallelRecovery: (raw & CAPABILITY.parallelRecovery) !== 0,
    fragmentedControls: (raw & CAPABILITY.fragmentedControls) !== 0,
    raw,
  }),
  ({ raw }) => raw,
)

// Public addresses and interfaces -----------------------------------------------------------------------------------------

/** In a list, `pnn` is the owner that the asked node believes in. In RELEASE_IP and TAKEOVER_IP, it is the new owner. */
export const publicIp = struct({ pnn: u32, address: socketAddress })
export const publicIps = list(publicIp)
/** Linux' IFNAMSIZ is 16; the protocol gives the name two bytes more. */
export const networkInterface = struct({ name: fixedText(18), linkState: u16, references: u32 })
export const networkInterfaces = list(networkInterface)
/** `activeIndex` points into `interfaces`; 0xFFFFFFFF when the address is on none of them. */
export const publicIpInfo = sequence({ ip: publicIp, activeIndex: u32, interfaces: networkInterfaces })
/** An address with its interface. For DEL_PUBLIC_IP the mask is 0 and the interface empty. */
export const addressOnInterface = sequence({
  address: socketAddress,
  maskBits: u32,
  interfaceName: countedText({ emptyAs: 'nothing' }),
})
/** An IPv4 address in RELEASE_IPv4 and TAKEOVER_IPv4, which CTDB of 2017 uses. */
const sockaddrIn: Codec<SocketAddress> = {
  align: 4,
  size: 16,
  layout: { kind: 'scalar', type: 'sockaddr_in' },
  write(out, value) {
    const ip = parseIp(value.address)
    if (ip?.family !== 'ipv4') throw new EncodeError(`${JSON.stringify(value.address)} is not an ipv4 address`)
    u16.write(out, AF_INET)
    u16NetworkOrder.write(out, value.port)
    out.append(ip.bytes)
    out.extend(8)
  },
  read(input) {
    const start = input.take(16)
    const family = input.view.getUint16(start, true)
    if (family !== AF_INET) throw new DecodeError(`address family ${family} where only IPv4 can be`, start)
    const port = input.view.getUint16(start + 2)
    return { family: 'ipv4', address: formatIpv4(input.bytes.subarray(start + 4, start + 8)), port }
  },
}
export const publicIpv4 = struct({ pnn: u32, address: sockaddrIn })
/** A connection that gets a "tickle" ACK when its address moves, so that the client notices. */
export const tcpConnection = struct({ source: socketAddress, destination: socketAddress })
export const tickleList = sequence({ address: socketAddress, connections: list(tcpConnection) })

// Tunables ----------------------------------------------------------------------------------------------------------------

export const tunableName = countedText()
export const tunableSetting = sequence({ value: u32, name: countedText() })
/** Each name has a `:` in front. */
export const tunableNames: Codec<string[]> = mapped(
  countedText(),
  (text) => text.split(':').filter((name) => name !== ''),
  (names) => names.map((name) => `:${name}`).join(''),
)
/** The reply to GET_ALL_TUNABLES: a u32 each, in the order of the table. Values of unknown tunables are dropped. */
export const allTunables: Codec<TunableValues> = mapped(
  rest({ ...u32, size: 4 }),
  (values) => Object.fromEntries(TUNABLES.slice(0, values.length).map(({ name }, index) => [name, values[index] ?? 0])),
  (values) => {
    const absent = TUNABLES.findIndex(({ name }) => values[name] === undefined)
    return TUNABLES.slice(0, absent === -1 ? undefined : absent).map(({ name }) => values[name] ?? 0)
  },
)

// Statistics --------------------------------------------------------------------------------------------------------------

/** Seconds; 0 where nothing was measured. */
export const latency = struct({ count: i32, min: f64, max: f64, total: f64 })
/** How many calls took less than 1 ms, 10 ms, …; for hop counts, 1, 2, 4, … hops. */
const buckets = array(u32, 16)
const locks = struct({ numCalls: u32, numCurrent: u32, numPending: u32, numFailed: u32, latency, buckets })
export const statistics = struct({
  numClients: u32,
  /** 1 while all databases are frozen. */
  frozen: u32,
  /** 1 while the node is in recovery mode. */
  recovering: u32,
  clientPacketsSent: u32,
  clientPacketsReceived: u32,
  nodePacketsSent: u32,
  nodePacketsReceived: u32,
  keepalivePacketsSent: u32,
  keepalivePacketsReceived: u32,
  /** Received from other nodes. */
  node: struct({
    reqCall: u32,
    replyCall: u32,
    reqDmaster: u32,
    replyDmaster: u32,
    replyError: u32,
    reqMessage: u32,
    reqControl: u32,
    replyControl: u32,
    reqTunnel: u32,
  }),
  /** Received from clients. */
  client: struct({ reqCall: u32, reqMessage: u32, reqControl: u32, reqTunnel: u32 }),
  timeouts: struct({ call: u32, control: u32, traverse: u32 }),
  reclock: struct({ ctdbd: latency, recd: latency }),
  locks,
  totalCalls: u32,
  pendingCalls: u32,
  childwriteCalls: u32,
  pendingChildwriteCalls: u32,
  /** Bytes. */
  memoryUsed: u32,
  /** A marker in the C struct between counters and the rest; always 0. */
  lastCounter: u32,
  maxHopCount: u32,
  hopCountBuckets: buckets,
  callLatency: latency,
  childwriteLatency: latency,
  numRecoveries: u32,
  startTime: timeval,
  currentTime: timeval,
  totalReadOnlyDelegations: u32,
  totalReadOnlyRevokes: u32,
})
export const statisticsHistory = list(statistics, { countAlign: 8 })

/** A record by its key, and how often it moved between nodes. */
export interface HotKey {
  readonly count: number
  readonly key: Uint8Array
}

/** The number of slots for hot keys of a database. Daemons send all of them, used or not. */
const MAX_HOT_KEYS = 10
/** A slot with the daemon's TDB_DATA. Only its size has a meaning outside the daemon; the bytes of the keys follow after all slots. */
const hotKeySlot = struct({ count: u32, pointer: u64, keyBytes: u64 })
const hotKeySlots = struct({ used: u32, slots: array(hotKeySlot, MAX_HOT_KEYS) })
/** The records that moved most often between nodes. A daemon always sends ten, of which some may be empty. */
const hotKeys: Codec<readonly HotKey[]> = {
  align: 8,
  layout: { kind: 'array', item: struct({ count: u32, key: restBytes }), count: MAX_HOT_KEYS },
  write(out, keys) {
    const slots = Array.from({ length: MAX_HOT_KEYS }, (_, index) => {
      const { count = 0, key } = keys[index] ?? {}
      return { count, pointer: 0n, keyBytes: BigInt(key?.length ?? 0) }
    })
    hotKeySlots.write(out, { used: keys.length, slots })
    for (const { key } of keys) out.append(key)
  },
  read(input) {
    const { used, slots } = hotKeySlots.read(input)
    const keys = slots.map(({ count, keyBytes }) => {
      const length = Number(keyBytes)
      const start = input.take(length)
      return { count, key: Uint8Array.from(input.bytes.subarray(start, start + length)) }
    })
    return keys.slice(0, used)
  },
}
/** The statistics of one database. */
export const databaseStatistics = sequence({
  locks,
  vacuum: struct({ latency }),
  readOnlyDelegations: u32,
  readOnlyRevokes: u32,
  hopCountBuckets: buckets,
  hotKeys,
})

// Databases: only what lists them ----------------------------------------------------------------------------------------

const database = struct({ id: u32, flags: u8 })
export const databaseMap = list(database)

// Processes ---------------------------------------------------------------------------------------------------------------

export const processId = i32
/** A client by its process id, and a srvid that it may have registered for; without C's padding. */
export const processWithSrvid = sequence({ pid: processId, srvid: u64 })

// Messages ----------------------------------------------------------------------------------------------------------------

/** A request to a recovery daemon. The answer goes to node `pnn` as a message to `replySrvid`; 0 asks for no answer. */
export const takeoverRunRequest = struct({ pnn: u32, replySrvid: u64 })
/** A request to disable something for a time in seconds; 0 enables it again. */
export const disableRequest = struct({ pnn: u32, replySrvid: u64, timeoutSeconds: u32 })
/** The address that a node released or took over. */
export const addressText = restText
