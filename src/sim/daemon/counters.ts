import type { Latency, Statistics } from '../../lib/cluster/statistics.ts'
import type { Timeval } from '../../lib/cluster/timeval.ts'
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

/** What a daemon has counted since its start or the last reset. There are no databases, so their counters stay 0. */
export class Counters {
  private counts = newCounts()
  private startTime: Timeval

  constructor(now: Timeval) {
    this.startTime = now
  }

  reset(now: Timeval): void {
    this.counts = newCounts()
    this.startTime = now
  }

  add(name: keyof ReturnType<typeof newCounts>): void {
    this.counts[name] += 1
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
  statistics(present: { readonly numClients: number; readonly recovering: boolean; readonly now: Timeval }): Statistics {
    const { nodeReqMessage, nodeReqControl, nodeReplyControl, clientReqMessage, clientReqControl, ...counts } = this.counts
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
      startTime: this.startTime,
      currentTime: present.now,
      totalReadOnlyDelegations: 0,
      totalReadOnlyRevokes: 0,
    }
  }
}
