import type { Pnn } from '../cluster/node.ts'
import type { ClusterRecords } from './cluster-records.ts'
import type { Observation } from './observation.ts'
import type { Story } from './story.ts'
import type { Teller } from './teller.ts'

type Blind = Extract<Observation, { kind: 'blind' }>
type Thing = { readonly pnn: Pnn | undefined; readonly what: Blind['what'] }
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

  blind({ pnn, what, why, retryAtMs, atMs }: Blind): void {
    const before = this.of({ pnn, what })
    this.set({ pnn, what }, { why, retryAtMs, sinceMs: before?.sinceMs ?? atMs }, atMs)
    if (before) return
    const text = `${pnn === undefined ? 'no node can' : `${wordsFor(pnn, what)} cannot`} be reached: ${why}`
    this.teller.tell(atMs, { kind: 'connection', what: 'blind', text, tone: 'error', pnns: listOf(pnn), addresses: [] })
  }

  sighted({ pnn, what, atMs }: Sighted): void {
    const before = this.of({ pnn, what })
    this.set({ pnn, what }, undefined, atMs)
    if (!before) return
    const text = `${pnn === undefined ? 'a node' : wordsFor(pnn, what)} can be reached again`
    const entry = { kind: 'connection', what: 'sighted', text, tone: 'good', pnns: listOf(pnn), addresses: [] } as const
    this.teller.tell(atMs, { ...entry, awayMs: atMs - before.sinceMs })
  }

  private of({ pnn, what }: Thing): Story['blind'] {
    return pnn === undefined ? this.blindness : this.cluster.nodes.get(pnn)?.blind[what]
  }

  private set({ pnn, what }: Thing, blindness: Story['blind'], atMs: number): void {
    if (pnn === undefined) {
      this.blindness = blindness
      return
    }
    const node = this.cluster.node(pnn)
    node.blind[what] = blindness
    if (what === 'host') return
    node.heard = blindness === undefined
    // What it told while it was not heard does not come any more.
    for (const address of node.knownSet) this.cluster.findAddress(address)?.awaited.delete(pnn)
    for (const address of node.claims) this.cluster.address(address).heardSinceMs = atMs
  }
}

const listOf = (pnn: Pnn | undefined): readonly Pnn[] => (pnn === undefined ? [] : [pnn])

const wordsFor = (pnn: Pnn, what: Blind['what']): string =>
  what === 'daemon' ? `the daemon of node ${pnn}` : `the machine of node ${pnn}`
