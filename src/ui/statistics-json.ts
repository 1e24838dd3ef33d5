import type { DbStatistics, Latency, Statistics } from '../lib/cluster/statistics.ts'
import { secondsOf } from '../lib/cluster/timeval.ts'
import { hexText } from './ctdb/statistics.ts'

/** How long something took, in seconds. */
interface LatencyValues {
  readonly num: number
  readonly min: number
  readonly max: number
  readonly total: number
}

/** Locks of records and of whole databases. */
interface LockValues {
  readonly numCalls: number
  readonly numCurrent: number
  readonly numPending: number
  readonly numFailed: number
  readonly latency: LatencyValues
  readonly buckets: readonly number[]
}

/** A daemon's statistics: durations in seconds, points in time in seconds since 1970, memory in bytes. Counters wrap at 32 bits. */
export interface StatisticsValues {
  readonly numClients: number
  /** 1 while all databases are frozen. */
  readonly frozen: number
  /** 1 while the node is in recovery mode. */
  readonly recovering: number
  readonly clientPacketsSent: number
  readonly clientPacketsReceived: number
  readonly nodePacketsSent: number
  readonly nodePacketsReceived: number
  readonly keepalivePacketsSent: number
  readonly keepalivePacketsReceived: number
  /** Received from other nodes. */
  readonly node: {
    readonly reqCall: number
    readonly replyCall: number
    readonly reqDmaster: number
    readonly replyDmaster: number
    readonly replyError: number
    readonly reqMessage: number
    readonly reqControl: number
    readonly replyControl: number
    readonly reqTunnel: number
  }
  /** Received from clients. */
  readonly client: {
    readonly reqCall: number
    readonly reqMessage: number
    readonly reqControl: number
    readonly reqTunnel: number
  }
  readonly timeouts: { readonly call: number; readonly control: number; readonly traverse: number }
  /** How long the cluster lock took: in the daemon, and in the recovery daemon. */
  readonly reclock: { readonly ctdbd: LatencyValues; readonly recd: LatencyValues }
  readonly locks: LockValues
  readonly totalCalls: number
  readonly pendingCalls: number
  readonly childwriteCalls: number
  readonly pendingChildwriteCalls: number
  /** Bytes. */
  readonly memoryUsed: number
  readonly maxHopCount: number
  readonly hopCountBuckets: readonly number[]
  readonly callLatency: LatencyValues
  readonly childwriteLatency: LatencyValues
  readonly numRecoveries: number
  readonly startTime: number
  readonly currentTime: number
  readonly totalReadOnlyDelegations: number
  readonly totalReadOnlyRevokes: number
}

/** The statistics of a database. */
export interface DbStatisticsValues {
  readonly locks: LockValues
  readonly vacuum: { readonly latency: LatencyValues }
  readonly readOnlyDelegations: number
  readonly readOnlyRevokes: number
  readonly hopCountBuckets: readonly number[]
  /** The records that moved most; keys are hexadecimal. */
  readonly hotKeys: readonly { readonly count: number; readonly key: string }[]
}

/** A daemon's statistics in our own JSON: durations in seconds, points in time in seconds since 1970, memory in bytes. */
export function statisticsJson({ locks, reclock, ...record }: Statistics): StatisticsValues {
  const { lastCounter: _marker, ...counters } = record
  return {
    ...counters,
    startTime: secondsOf(record.startTime),
    currentTime: secondsOf(record.currentTime),
    reclock: { ctdbd: latencyJson(reclock.ctdbd), recd: latencyJson(reclock.recd) },
    locks: { ...locks, latency: latencyJson(locks.latency) },
    callLatency: latencyJson(record.callLatency),
    childwriteLatency: latencyJson(record.childwriteLatency),
  }
}

/** The same for one database; keys of records are hexadecimal. */
export const dbStatisticsJson = ({ locks, vacuum, hotKeys, ...counters }: DbStatistics): DbStatisticsValues => ({
  ...counters,
  locks: { ...locks, latency: latencyJson(locks.latency) },
  vacuum: { latency: latencyJson(vacuum.latency) },
  hotKeys: hotKeys.map(({ count, key }) => ({ count, key: hexText(key) })),
})

const latencyJson = ({ count, min, max, total }: Latency): LatencyValues => ({ num: count, min, max, total })
