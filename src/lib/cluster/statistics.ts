import type { ValueOf } from '../wire/codec.ts'
import type { databaseStatistics, latency, statistics } from '../wire/structs.ts'
import { secondsOf } from './timeval.ts'

/** How long something took, in seconds; 0 where nothing was measured. */
export type Latency = ValueOf<typeof latency>

/** The counters of a daemon since it started, since they were last reset, or (in its history) in one interval. They wrap at 32 bits. */
export type Statistics = ValueOf<typeof statistics>

/** The counters of a daemon for one database. */
export type DbStatistics = ValueOf<typeof databaseStatistics>

/** Mean of a latency in seconds; 0 if nothing was measured. */
export const averageOf = ({ count, total }: Latency): number => (count === 0 ? 0 : total / count)

/** Times that a daemon has measured since it was started, or since its statistics were reset; in seconds. */
export interface MeasuredTimes {
  readonly count: number
  readonly mean: number
  readonly max: number
}

/** The times of a latency. */
export const measuredTimes = (measured: Latency): MeasuredTimes => ({
  count: measured.count,
  mean: averageOf(measured),
  max: measured.max,
})

/** How many recoveries ended on a node lately. */
export interface RecentRecoveries {
  readonly count: number
  /** The time that was counted, in seconds. */
  readonly seconds: number
}

/**
 * The recoveries in the history of a daemon.
 * @param history as the daemon sends it: the latest interval first, and intervals without a beginning where nothing is yet.
 * @returns undefined if there is no history: it is turned off, or the daemon has just started.
 */
export function recoveriesIn(history: readonly Statistics[]): RecentRecoveries | undefined {
  const filled = history.filter(({ startTime }) => startTime.seconds !== 0)
  const [latest, oldest] = [filled[0], filled.at(-1)]
  if (!latest || !oldest) return undefined
  return {
    count: filled.reduce((count, { numRecoveries }) => count + numRecoveries, 0),
    seconds: Math.round(secondsOf(latest.currentTime) - secondsOf(oldest.startTime)),
  }
}
