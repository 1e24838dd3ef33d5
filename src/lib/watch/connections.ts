import type { Pnn } from '../cluster/node.ts'
import type { ClusterRecords } from './cluster-records.ts'
import type { ClusterState } from './cluster-state.ts'
import type { Observation } from './observation.ts'
import type { TimelineWriter } from './timeline-writer.ts'

type Blind = Extract<Observation, { kind: 'blind' }>
type Sighted = Extract<Observation, { kind: 'sighted' }>

/** Reports once when a daemon or machine becomes unreachable, and when it can be reached again. */
export class Connections {
  private readonly writer: TimelineWriter
  private readonly cluster: ClusterRecords
  /** No node can be reached at all. */
  blindness: ClusterState['blind']

  constructor(writer: TimelineWriter, cluster: ClusterRecords) {
    this.writer = writer
    this.cluster = cluster
  }

  blind(observation: Blind): void {
    const { pnn, what, why, retryAtMs, atMs } = observation
    if (pnn === undefined) {
      const before = this.blindness
      this.blindness = { why, retryAtMs, sinceMs: before?.sinceMs ?? atMs }
      if (!before) this.reportBlind(observation, 'no node can be reached')
      return
    }
    const node = this.cluster.node(pnn)
    const before = node.blind
    node.blind = { what, why, retryAtMs, sinceMs: before?.sinceMs ?? atMs }
    node.heard = false
    this.forgetAwaited(pnn, atMs)
    if (before?.what !== what) this.reportBlind(observation, `${wordsFor(pnn, what)} cannot be reached`)
  }

  sighted({ pnn, what, atMs }: Sighted): void {
    const before = pnn === undefined ? this.blindness : this.cluster.nodes.get(pnn)?.blind
    if (pnn === undefined) this.blindness = undefined
    else {
      this.cluster.node(pnn).blind = undefined
      this.forgetAwaited(pnn, atMs)
    }
    if (!before) return
    const text = `${pnn === undefined ? 'a node' : wordsFor(pnn, what)} can be reached again`
    const entry = { kind: 'connection', what: 'sighted', text, tone: 'good', pnns: listOf(pnn), addresses: [] } as const
    this.writer.add(atMs, { ...entry, awayMs: atMs - before.sinceMs })
  }

  private reportBlind({ pnn, why, atMs }: Blind, what: string): void {
    const entry = { kind: 'connection', what: 'blind', tone: 'error', pnns: listOf(pnn), addresses: [] } as const
    this.writer.add(atMs, { ...entry, text: `${what}: ${why}` })
  }

  /** @param pnns nodes whose own events are received. That a node answers questions, perhaps through another node, is not enough. */
  listenedTo(pnns: readonly Pnn[], atMs: number): void {
    const listened = new Set(pnns)
    for (const node of this.cluster.nodes.values()) {
      const heard = listened.has(node.pnn) && !node.blind
      if (heard === node.heard) continue
      node.heard = heard
      this.forgetAwaited(node.pnn, atMs)
    }
  }

  /** Events that a node sent while we did not receive them will not arrive any more. */
  private forgetAwaited(pnn: Pnn, atMs: number): void {
    const node = this.cluster.node(pnn)
    for (const address of node.knownSet) this.cluster.findAddress(address)?.awaited.delete(pnn)
    for (const address of node.claims) this.cluster.address(address).heardSinceMs = atMs
  }
}

const listOf = (pnn: Pnn | undefined): readonly Pnn[] => (pnn === undefined ? [] : [pnn])

const wordsFor = (pnn: Pnn, what: Blind['what']): string =>
  what === 'daemon' ? `the daemon of node ${pnn}` : `the machine of node ${pnn}`
