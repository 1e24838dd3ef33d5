import type { Pnn } from '../cluster/node.ts'
import type { KnownAddress } from '../snapshot/snapshot.ts'
import { type AddressLook, type LookTools, symmetricDifference } from './address-look.ts'
import { type AddressRecord, withNode, withoutNode } from './address-record.ts'
import { judgeKernel, lookAtKernel } from './look-at-kernels.ts'
import { lookAtKnown } from './look-at-known.ts'
import type { NodeRecord } from './node-record.ts'

/** What a look says of the addresses: which nodes know them, who claims them, whose kernels hold them. */
export class AddressLooker {
  private readonly tools: LookTools
  /** Addresses that something is wrong with, or may be: looked at each time. */
  private readonly unsettled = new Set<AddressRecord>()

  constructor(tools: LookTools) {
    this.tools = tools
  }

  look(look: AddressLook): void {
    const { cluster, chronicle } = this.tools
    const touched = new Set<AddressRecord>()
    lookAtKnown(look, this.tools)
    const claims = this.takeClaims(look)
    const silent = (pnn: Pnn) => look.facts.get(pnn)?.known === undefined
    for (const [record, pnns] of claims) {
      chronicle.seen(record, pnns, { atMs: look.atMs, silent, isTold: !look.isFirst })
      touched.add(record)
    }
    for (const node of cluster.nodes.values()) lookAtKernel(node, look, touched, this.tools)
    this.takeInterfaces(look)
    for (const record of new Set([...touched, ...this.unsettled])) this.judge(record, look)
    chronicle.caughtUp(look.beganMs)
    for (const node of cluster.nodes.values()) if (!silent(node.pnn)) node.saidMs = look.beganMs
    this.forgetUnknown()
  }

  /** Who claims the addresses of which that has changed. */
  private takeClaims(look: AddressLook): Map<AddressRecord, readonly Pnn[]> {
    const { cluster } = this.tools
    const changed = new Map<AddressRecord, readonly Pnn[]>()
    for (const node of cluster.nodes.values()) {
      const known = look.facts.get(node.pnn)?.known
      if (!known && !look.isGone(node.pnn)) continue
      const own = new Set(this.ownOf(node.pnn, known).map(({ address }) => address))
      for (const address of symmetricDifference(own, node.claims)) {
        const record = cluster.address(address)
        if (this.tools.chronicle.isOutdated(record, node.pnn, look.beganMs)) continue
        const claims = changed.get(record) ?? record.claims
        changed.set(record, own.has(address) ? withNode(claims, node.pnn) : withoutNode(claims, node.pnn))
      }
    }
    for (const record of cluster.addresses) this.dropDeleted(record, changed)
    return changed
  }

  /** Nodes that are no part of the cluster any more claim nothing, and have nothing. */
  private dropDeleted(record: AddressRecord, changed: Map<AddressRecord, readonly Pnn[]>): void {
    const { nodes } = this.tools.cluster
    const isGone = (pnn: Pnn) => !nodes.has(pnn)
    const gone = record.claims.filter(isGone)
    if (gone.length > 0) changed.set(record, gone.reduce(withoutNode, changed.get(record) ?? record.claims))
    if (!record.heldBy.some(isGone)) return
    record.heldBy = record.heldBy.filter((pnn) => nodes.has(pnn))
    this.tools.cluster.touch(record)
  }

  /** What a node says of the addresses that it owns. */
  private ownOf(pnn: Pnn, known: readonly KnownAddress[] = []): KnownAddress[] {
    return known
      .filter(({ owner }) => owner === pnn)
      .map((each) => {
        const address = this.tools.names.of(each.address)
        return address === each.address ? each : { ...each, address }
      })
  }

  private takeInterfaces(look: AddressLook): void {
    const { cluster } = this.tools
    for (const node of cluster.nodes.values()) {
      if (node.claims.size === 0) continue
      for (const { address, activeInterface } of this.ownOf(node.pnn, look.facts.get(node.pnn)?.known)) {
        const record = cluster.findAddress(address)
        if (activeInterface === undefined || record?.owner !== node.pnn) continue
        if (record.interfaceName !== activeInterface) this.changeInterface(record, node, activeInterface, look)
      }
    }
  }

  private changeInterface(record: AddressRecord, node: NodeRecord, now: string | null, { atMs, isFirst }: AddressLook): void {
    const { address, interfaceName: before } = record
    const { pnn, links } = node
    record.interfaceName = now
    this.tools.cluster.touch(record)
    if (isFirst || before === null || now === null) return
    const text = `${address} went from interface ${before} to ${now} on node ${pnn}`
    const passage = { from: pnn, to: pnn, pnns: [pnn], addresses: [address] }
    const isDown = links.some(({ name, linkUp }) => name === before && !linkUp)
    const cause = isDown ? { cause: `link ${before} of node ${pnn} went down` } : {}
    this.tools.teller.tell(atMs, { kind: 'address', what: 'interface', text, tone: 'plain', ...passage, ...cause })
  }

  private judge(record: AddressRecord, look: AddressLook): void {
    const { chronicle } = this.tools
    chronicle.judgeClaims(record, look.beganMs, look.atMs)
    judgeKernel(record, look, this.tools)
    if (record.trouble || chronicle.isUnsettled(record)) this.unsettled.add(record)
    else this.unsettled.delete(record)
  }

  private forgetUnknown(): void {
    const { cluster } = this.tools
    for (const record of cluster.addresses) {
      if (record.knownBy.length > 0 || record.claims.length > 0 || record.toldMs.size > 0) continue
      for (const node of cluster.nodes.values()) node.held?.delete(record.address)
      this.unsettled.delete(record)
      cluster.forgetAddress(record.address)
    }
  }
}
