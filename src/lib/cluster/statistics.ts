import type { ValueOf } from '../wire/codec.ts'
import type { databaseStatistics, latency, statistics } from '../wire/structs.ts'

/** How long something took, in seconds; 0 where nothing was measured. */
export type Latency = ValueOf<typeof latency>

/** The counters of a daemon since it started, since they were last reset, or (in its history) in one interval. They wrap at 32 bits. */
export type Statistics = ValueOf<typeof statistics>

/** The counters of a daemon for one database. */
export type DbStatistics = ValueOf<typeof databaseStatistics>

/** Mean of a latency in seconds; 0 if nothing was measured. */
export const averageOf = ({ count, total }: Latency): number => (count === 0 ? 0 : total / count)
