import type { Pnn } from '../cluster/node.ts'
import { type AddressRecord, beginAddress, shownAddress } from './address-record.ts'
import { beginNode, type NodeRecord, shownNode } from './node-record.ts'
import type { AddressState, NodeState } from './story.ts'

/** The nodes and addresses of a watched cluster, as they stand. */
export class ClusterRecords {
  readonly nodes = new Map<Pnn, NodeRecord>()
  private readonly byAddress = new Map<string, AddressRecord>()
  private ordered: readonly AddressRecord[] | undefined
  private shownAddresses: readonly AddressState[] | undefined
  private shownNodes: readonly NodeState[] = []

  /** Begins one that is not there yet. */
  node(pnn: Pnn): NodeRecord {
    const record = this.nodes.get(pnn) ?? beginNode(pnn)
    this.nodes.set(pnn, record)
    return record
  }

  /** Begins one that is not there yet. */
  address(address: string): AddressRecord {
    const found = this.byAddress.get(address)
    if (found) return found
    const record = beginAddress(address)
    this.byAddress.set(address, record)
    this.ordered = undefined
    this.shownAddresses = undefined
    return record
  }

  findAddress(address: string): AddressRecord | undefined {
    return this.byAddress.get(address)
  }

  forgetAddress(address: string): void {
    if (!this.byAddress.delete(address)) return
    this.ordered = undefined
    this.shownAddresses = undefined
  }

  /** In the order of `ip`. */
  get addresses(): readonly AddressRecord[] {
    this.ordered ??= [...this.byAddress.values()].sort((a, b) => (a.key < b.key ? -1 : 1))
    return this.ordered
  }

  /** To be called when something of it has changed. */
  touch(record: AddressRecord): void {
    record.shown = undefined
    this.shownAddresses = undefined
  }

  /** Whether the kernel of a node was looked at. */
  readonly isSeen = (pnn: Pnn): boolean => this.nodes.get(pnn)?.held !== undefined

  /** For the views; the same objects as long as nothing has changed. */
  showAddresses(): readonly AddressState[] {
    this.shownAddresses ??= this.addresses.map((record) => shownAddress(record, this.isSeen))
    return this.shownAddresses
  }

  /** By PNN; the same objects as long as nothing has changed. */
  showNodes(leader: Pnn | null | undefined): readonly NodeState[] {
    const nodes = [...this.nodes.values()].sort((a, b) => a.pnn - b.pnn).map((record) => shownNode(record, leader))
    const isSame = nodes.length === this.shownNodes.length && nodes.every((node, index) => node === this.shownNodes[index])
    if (!isSame) this.shownNodes = nodes
    return this.shownNodes
  }
}
