import type { Timeval } from './timeval.ts'

// What a daemon counts, as GET_STATISTICS and its like tell it. Counters wrap at 32 bits.

/** How long something took. All in seconds; 0 where nothing was measured. */
export interface Latency {
  readonly count: number
  readonly min: number
  readonly max: number
  readonly total: number
}

interface Locks {
  readonly numCalls: number
  readonly numCurrent: number
  readonly numPending: number
  readonly numFailed: number
  readonly latency: Latency
  /** How many waited less than 1 ms, 10 ms, … */
  readonly buckets: readonly number[]
}

/** What a daemon has counted since it started, since it was last told to start again, or (in its history) in one interval. */
export interface Statistics {
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
  readonly reclock: { readonly ctdbd: Latency; readonly recd: Latency }
  readonly locks: Locks
  readonly totalCalls: number
  readonly pendingCalls: number
  readonly childwriteCalls: number
  readonly pendingChildwriteCalls: number
  /** Bytes. */
  readonly memoryUsed: number
  /** A marker in the C struct between counters and the rest; always 0. */
  readonly lastCounter: number
  readonly maxHopCount: number
  /** How many calls took 1, 2, 4, … hops. */
  readonly hopCountBuckets: readonly number[]
  readonly callLatency: Latency
  readonly childwriteLatency: Latency
  readonly numRecoveries: number
  readonly startTime: Timeval
  readonly currentTime: Timeval
  readonly totalReadOnlyDelegations: number
  readonly totalReadOnlyRevokes: number
}

/** A record by its key, and how often it had to wander far. */
export interface HotKey {
  readonly count: number
  readonly key: Uint8Array
}

/** What a daemon has counted for one database. */
export interface DbStatistics {
  readonly locks: Locks
  readonly vacuum: { readonly latency: Latency }
  readonly readOnlyDelegations: number
  readonly readOnlyRevokes: number
  readonly hopCountBuckets: readonly number[]
  /** The records that wandered most between nodes; a daemon always names ten, of which some may be empty. */
  readonly hotKeys: readonly HotKey[]
}

/** Mean of a latency in seconds; 0 where nothing was measured. */
export const averageOf = ({ count, total }: Latency): number => (count === 0 ? 0 : total / count)
