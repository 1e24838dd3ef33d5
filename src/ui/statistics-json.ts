import type { DbStatistics, Latency, Statistics } from '../lib/cluster/statistics.ts'
import { secondsOf } from '../lib/cluster/timeval.ts'
import { hexText } from './ctdb/statistics.ts'

/** A daemon's statistics in our own JSON: durations in seconds, points in time in seconds since 1970, memory in bytes. */
export function statisticsJson({ locks, reclock, ...record }: Statistics): Record<string, unknown> {
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
export const dbStatisticsJson = ({ locks, vacuum, hotKeys, ...counters }: DbStatistics): Record<string, unknown> => ({
  ...counters,
  locks: { ...locks, latency: latencyJson(locks.latency) },
  vacuum: { latency: latencyJson(vacuum.latency) },
  hotKeys: hotKeys.map(({ count, key }) => ({ count, key: hexText(key) })),
})

const latencyJson = ({ count, min, max, total }: Latency): Record<string, number> => ({ num: count, min, max, total })
