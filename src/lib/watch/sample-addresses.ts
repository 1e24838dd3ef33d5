import type { Pnn } from '../cluster/node.ts'
import type { KnownAddress } from '../snapshot/snapshot.ts'
import { type AddressRecord, withNode, withoutNode } from './address-record.ts'
import { type AddressSample, type SampleTools, symmetricDifference } from './address-sample.ts'
import type { NodeRecord } from './node-record.ts'
import { sampleKernel } from './sample-kernels.ts'
import { sampleKnown } from './sample-known.ts'

/** What a node claims, of what it knows. */
interface Claims {
  readonly known: readonly KnownAddress[]
  readonly claims: ReadonlyMap<string, KnownAddress>
}

const NOTHING: readonly KnownAddress[] = []

/** The addresses as samples show them: which nodes know them, which claim them, whose kernels have them. */
export class AddressObserver {
  private readonly tools: SampleTools
  /** Addresses that have a fault, or may have one: every sample judges them. */
  private readonly unsettled = new Set<AddressRecord>()
  private readonly lastClaims = new Map<Pnn, Claims>()
  private lastBeganMs = 0

  constructor(tools: SampleTools) {
    this.tools = tools
  }

  seen(sample: AddressSample): void {
    const { cluster, ownership } = this.tools
    const touched = new Set<AddressRecord>()
    sampleKnown(sample, this.tools)
    // Before the claims: with a new owner it is told for how long no kernel had the address.
    for (const node of cluster.nodes.values()) sampleKernel(node, sample, touched, this.tools)
    const claims = this.changedClaims(sample)
    const silent = (pnn: Pnn) => sample.facts.get(pnn)?.known === undefined
    const wasSilent = (pnn: Pnn) => (cluster.nodes.get(pnn)?.saidMs ?? 0) < this.lastBeganMs
    for (const [record, pnns] of claims) {
      ownership.seen(record, pnns, { atMs: sample.atMs, silent, wasSilent, isReported: !sample.isFirst })
      touched.add(record)
    }
    this.sampleInterfaces(sample)
    for (const record of new Set([...touched, ...this.unsettled])) this.judge(record, sample)
    ownership.caughtUp(sample.beganMs)
    for (const node of cluster.nodes.values()) if (!silent(node.pnn)) node.saidMs = sample.beganMs
    this.lastBeganMs = sample.beganMs
    this.forgetUnknown()
  }

  /** The addresses whose claims have changed, each with the nodes that claim it now. */
  private changedClaims(sample: AddressSample): Map<AddressRecord, readonly Pnn[]> {
    const { cluster, ownership } = this.tools
    const changed = new Map<AddressRecord, readonly Pnn[]>()
    for (const node of cluster.nodes.values()) {
      const known = sample.facts.get(node.pnn)?.known
      if (!known && !sample.isGone(node.pnn)) continue
      const own = this.claimedBy(node.pnn, known)
      for (const address of symmetricDifference(own, node.claims)) {
        const record = cluster.address(address)
        if (ownership.isOutdated(record, node.pnn, sample.beganMs)) continue
        const claims = changed.get(record) ?? record.claims
        changed.set(record, own.has(address) ? withNode(claims, node.pnn) : withoutNode(claims, node.pnn))
      }
    }
    for (const record of cluster.addresses) this.dropDeleted(record, changed)
    return changed
  }

  /** Nodes that are no longer part of the cluster claim nothing and hold nothing. */
  private dropDeleted(record: AddressRecord, changed: Map<AddressRecord, readonly Pnn[]>): void {
    const { nodes } = this.tools.cluster
    const isGone = (pnn: Pnn) => !nodes.has(pnn)
    const gone = record.claims.filter(isGone)
    if (gone.length > 0) changed.set(record, gone.reduce(withoutNode, changed.get(record) ?? record.claims))
    if (!record.heldBy.some(isGone)) return
    record.heldBy = record.heldBy.filter((pnn) => nodes.has(pnn))
    this.tools.cluster.touch(record)
  }

  /** The known addresses that a node claims itself. Samples of a recording share what has not changed, so that the last result often holds. */
  private claimedBy(pnn: Pnn, known: readonly KnownAddress[] = NOTHING): ReadonlyMap<string, KnownAddress> {
    const last = this.lastClaims.get(pnn)
    if (last?.known === known) return last.claims
    const own = known.filter(({ owner }) => owner === pnn)
    const claims = new Map(own.map((each) => [this.tools.names.of(each.address), each]))
    this.lastClaims.set(pnn, { known, claims })
    return claims
  }

  private sampleInterfaces(sample: AddressSample): void {
    const { cluster } = this.tools
    for (const node of cluster.nodes.values()) {
      if (node.claims.size === 0) continue
      for (const [address, { activeInterface }] of this.claimedBy(node.pnn, sample.facts.get(node.pnn)?.known)) {
        const record = cluster.findAddress(address)
        if (activeInterface === undefined || record?.owner !== node.pnn) continue
        if (record.interfaceName !== activeInterface) this.changeInterface(record, node, activeInterface, sample)
      }
    }
  }

  private changeInterface(record: AddressRecord, node: NodeRecord, now: string | null, { atMs, isFirst }: AddressSample): void {
    const { address, interfaceName: before } = record
    const { pnn, links } = node
    record.interfaceName = now
    this.tools.cluster.touch(record)
    if (isFirst || before === null || now === null) return
    const text = `${address} moved from interface ${before} to ${now} on node ${pnn}`
    const subject = { from: pnn, to: pnn, pnns: [pnn], addresses: [address] }
    const isDown = links.some(({ name, linkUp }) => name === before && !linkUp)
    const cause = isDown ? { cause: `link ${before} of node ${pnn} went down` } : {}
    this.tools.writer.add(atMs, { kind: 'address', what: 'interface', text, tone: 'plain', ...subject, ...cause })
  }

  private judge(record: AddressRecord, sample: AddressSample): void {
    const { ownership, faults } = this.tools
    ownership.judgeClaims(record, sample.beganMs, sample.atMs)
    faults.judge(record, sample)
    if (record.trouble || ownership.isUnsettled(record)) this.unsettled.add(record)
    else this.unsettled.delete(record)
  }

  private forgetUnknown(): void {
    const { cluster } = this.tools
    for (const record of cluster.addresses) {
      if (record.knownBy.length > 0 || record.claims.length > 0 || record.reportedMs.size > 0) continue
      for (const node of cluster.nodes.values()) node.held?.delete(record.address)
      this.unsettled.delete(record)
      cluster.forgetAddress(record.address)
    }
  }
}
