import type { Pnn } from '../cluster/node.ts'
import type { ClusterRecords } from './cluster-records.ts'
import type { Observation } from './observation.ts'
import type { Story } from './story.ts'
import type { Teller } from './teller.ts'

type Blind = Extract<Observation, { kind: 'blind' }>
type Sighted = Extract<Observation, { kind: 'sighted' }>

/** Tells when something cannot be reached any more, once, and when it can be again. */
export class Connections {
  private readonly teller: Teller
  private readonly cluster: ClusterRecords
  /** No node can be reached at all. */
  blindness: Story['blind']

  constructor(teller: Teller, cluster: ClusterRecords) {
    this.teller = teller
    this.cluster = cluster
  }

  blind(observation: Blind): void {
    const { pnn, what, why, retryAtMs, atMs } = observation
    if (pnn === undefined) {
      const before = this.blindness
      this.blindness = { why, retryAtMs, sinceMs: before?.sinceMs ?? atMs }
      if (!before) this.tellBlind(observation, 'nothing is seen of the cluster')
      return
    }
    const node = this.cluster.node(pnn)
    const before = node.blind
    node.blind = { what, why, retryAtMs, sinceMs: before?.sinceMs ?? atMs }
    node.heard = false
    this.forgetAwaited(pnn, atMs)
    if (before?.what !== what) this.tellBlind(observation, `${wordsFor(pnn, what)} cannot be reached`)
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
    this.teller.tell(atMs, { ...entry, awayMs: atMs - before.sinceMs })
  }

  private tellBlind({ pnn, why, atMs }: Blind, what: string): void {
    const entry = { kind: 'connection', what: 'blind', tone: 'error', pnns: listOf(pnn), addresses: [] } as const
    this.teller.tell(atMs, { ...entry, text: `${what}: ${why}` })
  }

  /** These nodes tell of themselves what happens there, as somebody listens; that one can be asked, if need be by others, is not enough. */
  listened(pnns: readonly Pnn[], atMs: number): void {
    const listened = new Set(pnns)
    for (const node of this.cluster.nodes.values()) {
      const heard = listened.has(node.pnn) && !node.blind
      if (heard === node.heard) continue
      node.heard = heard
      this.forgetAwaited(node.pnn, atMs)
    }
  }

  /** What a node told while it was not heard does not come any more. */
  private forgetAwaited(pnn: Pnn, atMs: number): void {
    const node = this.cluster.node(pnn)
    for (const address of node.knownSet) this.cluster.findAddress(address)?.awaited.delete(pnn)
    for (const address of node.claims) this.cluster.address(address).heardSinceMs = atMs
  }
}

const listOf = (pnn: Pnn | undefined): readonly Pnn[] => (pnn === undefined ? [] : [pnn])

const wordsFor = (pnn: Pnn, what: Blind['what']): string =>
  what === 'daemon' ? `the daemon of node ${pnn}` : `the machine of node ${pnn}`
