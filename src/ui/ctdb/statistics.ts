import { averageOf, type DbStatistics, type Latency, type Statistics } from '../../lib/cluster/statistics.ts'
import { visible } from '../visible.ts'
import { type CtdbStyle, signed } from './style.ts'
import { ctime, spanText } from './time.ts'

/** The version of the protocol, which `ctdb` prints as that of CTDB. */
const VERSION = 1

type Counter<S> = readonly [name: string, value: (statistics: S) => number]

/** Names and order are those of `ctdb`; a dot puts a counter into a group. */
const COUNTERS: readonly Counter<Statistics>[] = [
  ['num_clients', (s) => s.numClients],
  ['frozen', (s) => s.frozen],
  ['recovering', (s) => s.recovering],
  ['num_recoveries', (s) => s.numRecoveries],
  ['client_packets_sent', (s) => s.clientPacketsSent],
  ['client_packets_recv', (s) => s.clientPacketsReceived],
  ['node_packets_sent', (s) => s.nodePacketsSent],
  ['node_packets_recv', (s) => s.nodePacketsReceived],
  ['keepalive_packets_sent', (s) => s.keepalivePacketsSent],
  ['keepalive_packets_recv', (s) => s.keepalivePacketsReceived],
  ['node.req_call', (s) => s.node.reqCall],
  ['node.reply_call', (s) => s.node.replyCall],
  ['node.req_dmaster', (s) => s.node.reqDmaster],
  ['node.reply_dmaster', (s) => s.node.replyDmaster],
  ['node.reply_error', (s) => s.node.replyError],
  ['node.req_message', (s) => s.node.reqMessage],
  ['node.req_control', (s) => s.node.reqControl],
  ['node.reply_control', (s) => s.node.replyControl],
  ['node.req_tunnel', (s) => s.node.reqTunnel],
  ['client.req_call', (s) => s.client.reqCall],
  ['client.req_message', (s) => s.client.reqMessage],
  ['client.req_control', (s) => s.client.reqControl],
  ['client.req_tunnel', (s) => s.client.reqTunnel],
  ['timeouts.call', (s) => s.timeouts.call],
  ['timeouts.control', (s) => s.timeouts.control],
  ['timeouts.traverse', (s) => s.timeouts.traverse],
  ['locks.num_calls', (s) => s.locks.numCalls],
  ['locks.num_current', (s) => s.locks.numCurrent],
  ['locks.num_pending', (s) => s.locks.numPending],
  ['locks.num_failed', (s) => s.locks.numFailed],
  ['total_calls', (s) => s.totalCalls],
  ['pending_calls', (s) => s.pendingCalls],
  ['childwrite_calls', (s) => s.childwriteCalls],
  ['pending_childwrite_calls', (s) => s.pendingChildwriteCalls],
  ['memory_used', (s) => s.memoryUsed],
  ['max_hop_count', (s) => s.maxHopCount],
  ['total_ro_delegations', (s) => s.totalReadOnlyDelegations],
  ['total_ro_revokes', (s) => s.totalReadOnlyRevokes],
]

const DB_COUNTERS: readonly Counter<DbStatistics>[] = [
  ['db_ro_delegations', (s) => s.readOnlyDelegations],
  ['db_ro_revokes', (s) => s.readOnlyRevokes],
  ['locks.num_calls', (s) => s.locks.numCalls],
  ['locks.num_current', (s) => s.locks.numCurrent],
  ['locks.num_pending', (s) => s.locks.numPending],
  ['locks.num_failed', (s) => s.locks.numFailed],
]

/** The latencies of machine readable output, in its order. */
const LATENCIES: readonly (readonly [name: string, latency: (s: Statistics) => Latency])[] = [
  ['reclock_ctdbd', (s) => s.reclock.ctdbd],
  ['reclock_recd', (s) => s.reclock.recd],
  ['call', (s) => s.callLatency],
  ['lockwait', (s) => s.locks.latency],
  ['childwrite', (s) => s.childwriteLatency],
]

/** `statistics`, or the records of `stats` one after the other, as `ctdb` prints them; with a separator under one heading. */
export function ctdbStatisticsText(records: readonly Statistics[], { separator }: CtdbStyle): string {
  if (separator === undefined) return records.map(personText).join('')
  if (records.length === 0) return ''
  const line = (fields: readonly (string | number)[]) => `${fields.map((field) => `${field}${separator}`).join('')}\n`
  return line(MACHINE_COLUMNS) + records.map((record) => line(machineFields(record))).join('')
}

const MACHINE_COLUMNS: readonly string[] = [
  'CTDB version',
  'Current time of statistics',
  'Statistics collected since',
  ...COUNTERS.map(([name]) => name),
  ...LATENCIES.flatMap(([name]) => ['num', 'min', 'avg', 'max'].map((part) => `${part}_${name}_latency`)),
]

const machineFields = (record: Statistics): (string | number)[] => [
  VERSION,
  record.currentTime.seconds >>> 0,
  record.startTime.seconds >>> 0,
  ...COUNTERS.map(([, value]) => value(record)),
  ...LATENCIES.flatMap(([, of]) => {
    const latency = of(record)
    return [latency.count, ...[latency.min, averageOf(latency), latency.max].map(micros)]
  }),
]

function personText(record: Statistics): string {
  const { currentTime, startTime } = record
  return [
    `CTDB version ${VERSION}\n`,
    `Current time of statistics  :                ${ctime(currentTime.seconds)}\n`,
    `Statistics collected since  : ${spanText(currentTime.seconds - startTime.seconds)} ${ctime(startTime.seconds)}\n`,
    ...counterLines(COUNTERS, record),
    bucketsLine('hop_count_buckets', record.hopCountBuckets),
    bucketsLine('lock_buckets', record.locks.buckets),
    latencyLine('locks_latency', record.locks.latency),
    latencyLine('reclock_ctdbd', record.reclock.ctdbd),
    latencyLine('reclock_recd', record.reclock.recd),
    latencyLine('call_latency', record.callLatency),
    latencyLine('childwrite_latency', record.childwriteLatency),
  ].join('')
}

/** `dbstatistics` as `ctdb` prints it; it has no output with separators. */
export function ctdbDbStatisticsText(name: string, statistics: DbStatistics): string {
  const { hotKeys } = statistics
  return [
    `DB Statistics ${visible(name)}\n`,
    ...counterLines(DB_COUNTERS, statistics),
    bucketsLine('hop_count_buckets', statistics.hopCountBuckets),
    bucketsLine('lock_buckets', statistics.locks.buckets),
    latencyLine('locks_latency', statistics.locks.latency),
    latencyLine('vacuum_latency', statistics.vacuum.latency),
    ` Num Hot Keys:     ${hotKeys.length}\n`,
    ...hotKeys.map(({ count, key }) => `     Count:${signed(count)} Key:${hexText(key)}\n`),
  ].join('')
}

export const hexText = (bytes: Uint8Array): string => Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')

/** The counters of a group are indented below its name. */
function counterLines<S>(counters: readonly Counter<S>[], statistics: S): string[] {
  let group = ''
  return counters.map(([fullName, value]) => {
    const dot = fullName.indexOf('.')
    const number = String(value(statistics)).padStart(10)
    if (dot === -1) return ` ${fullName.padEnd(22)}    ${number}\n`
    const [ofGroup, name] = [fullName.slice(0, dot), fullName.slice(dot + 1)]
    const heading = ofGroup === group ? '' : ` ${ofGroup}\n`
    group = ofGroup
    return `${heading}     ${name.padEnd(22)}${number}\n`
  })
}

const bucketsLine = (name: string, buckets: readonly number[]): string =>
  ` ${name}:${buckets.map((count) => ` ${signed(count)}`).join('')}\n`

function latencyLine(name: string, latency: Latency): string {
  const seconds = [latency.min, averageOf(latency), latency.max].map(micros).join('/')
  return ` ${name.padEnd(18)} MIN/AVG/MAX     ${seconds} sec out of ${latency.count}\n`
}

const micros = (seconds: number): string => seconds.toFixed(6)
