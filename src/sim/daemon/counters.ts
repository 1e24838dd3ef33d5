import type { Latency, Statistics } from '../../lib/cluster/statistics.ts'
import { timevalOf } from '../../lib/cluster/timeval.ts'
import type { DaemonNetwork, DaemonPacket } from './daemon-network.ts'

/** The counters of a simulated daemon: only packets and recoveries. */
const newCounts = () => ({
  clientPacketsSent: 0,
  clientPacketsReceived: 0,
  nodePacketsSent: 0,
  nodePacketsReceived: 0,
  keepalivePacketsSent: 0,
  keepalivePacketsReceived: 0,
  nodeReqMessage: 0,
  nodeReqControl: 0,
  nodeReplyControl: 0,
  clientReqMessage: 0,
  clientReqControl: 0,
  numRecoveries: 0,
})

const NOTHING: Latency = { count: 0, min: 0, max: 0, total: 0 }
const NO_BUCKETS: readonly number[] = Array.from({ length: 16 }, () => 0)

/** The number of intervals in a daemon's history. */
const MAX_HISTORY = 100

type Counts = ReturnType<typeof newCounts>

/** What was counted in one interval. */
interface Interval {
  readonly startMs: number
  readonly endMs: number
  readonly counts: Counts
}

/** The clock of a daemon, and the length of an interval of its history: the tunable StatHistoryInterval, in seconds. */
interface Pace {
  nowMs(): number
  intervalS(): number
}

/** What a daemon has counted since its start or the last reset, and in each of the last intervals. What happens to databases is not counted. */
export class Counters {
  private readonly pace: Pace
  private counts = newCounts()
  private startMs: number
  private current: { readonly startMs: number; readonly counts: Counts }
  /** The oldest one first. */
  private readonly intervals: Interval[] = []

  constructor(pace: Pace) {
    this.pace = pace
    this.startMs = pace.nowMs()
    this.current = { startMs: this.startMs, counts: newCounts() }
  }

  reset(): void {
    this.counts = newCounts()
    this.startMs = this.pace.nowMs()
  }

  add(name: keyof Counts): void {
    this.endIntervals()
    this.counts[name] += 1
    this.current.counts[name] += 1
  }

  /** Counts a packet from another node. */
  received({ kind }: DaemonPacket): void {
    this.add('nodePacketsReceived')
    if (kind === 'keepalive') this.add('keepalivePacketsReceived')
    if (kind === 'message') this.add('nodeReqMessage')
    if (kind === 'control') this.add('nodeReqControl')
    if (kind === 'reply') this.add('nodeReplyControl')
  }

  /** The same network, with its outgoing packets counted. */
  counting(network: DaemonNetwork): DaemonNetwork {
    return {
      send: (to, packet) => {
        this.add('nodePacketsSent')
        if (packet.kind === 'keepalive') this.add('keepalivePacketsSent')
        network.send(to, packet)
      },
      hangUp: (to) => network.hangUp(to),
    }
  }

  /** The reply to the control STATISTICS. */
  statistics(present: { readonly numClients: number; readonly recovering: boolean }): Statistics {
    return statisticsOf({ startMs: this.startMs, endMs: this.pace.nowMs(), counts: this.counts }, present)
  }

  /** The reply to the control GET_STAT_HISTORY: the intervals that have ended, the latest one first. */
  history(): Statistics[] {
    this.endIntervals()
    return this.intervals.map((interval) => statisticsOf(interval, { numClients: 0, recovering: false })).toReversed()
  }

  /** Ends the intervals that should have ended by now. Nothing was counted in those after the first. */
  private endIntervals(): void {
    const lengthMs = this.pace.intervalS() * 1000
    const nowMs = this.pace.nowMs()
    if (lengthMs === 0) return
    while (this.current.startMs + lengthMs <= nowMs) {
      const endMs = this.current.startMs + lengthMs
      this.intervals.push({ ...this.current, endMs })
      if (this.intervals.length > MAX_HISTORY) this.intervals.shift()
      // The clock may have been set to another year.
      const missed = Math.max(0, Math.floor((nowMs - endMs) / lengthMs) - MAX_HISTORY)
      this.current = { startMs: endMs + missed * lengthMs, counts: newCounts() }
    }
  }
}

function statisticsOf(
  { startMs, endMs, counts: all }: Interval,
  present: { readonly numClients: number; readonly recovering: boolean },
): Statistics {
  const { nodeReqMessage, nodeReqControl, nodeReplyControl, clientReqMessage, clientReqControl, ...counts } = all
  return {
    ...counts,
    numClients: present.numClients,
    frozen: 0,
    recovering: Number(present.recovering),
    node: {
      reqCall: 0,
      replyCall: 0,
      reqDmaster: 0,
      replyDmaster: 0,
      replyError: 0,
      reqMessage: nodeReqMessage,
      reqControl: nodeReqControl,
      replyControl: nodeReplyControl,
      reqTunnel: 0,
    },
    client: { reqCall: 0, reqMessage: clientReqMessage, reqControl: clientReqControl, reqTunnel: 0 },
    timeouts: { call: 0, control: 0, traverse: 0 },
    reclock: { ctdbd: NOTHING, recd: NOTHING },
    locks: { numCalls: 0, numCurrent: 0, numPending: 0, numFailed: 0, latency: NOTHING, buckets: NO_BUCKETS },
    totalCalls: 0,
    pendingCalls: 0,
    childwriteCalls: 0,
    pendingChildwriteCalls: 0,
    memoryUsed: 0,
    lastCounter: 0,
    maxHopCount: 0,
    hopCountBuckets: NO_BUCKETS,
    callLatency: NOTHING,
    childwriteLatency: NOTHING,
    startTime: timevalOf(startMs),
    currentTime: timevalOf(endMs),
    totalReadOnlyDelegations: 0,
    totalReadOnlyRevokes: 0,
  }
}
