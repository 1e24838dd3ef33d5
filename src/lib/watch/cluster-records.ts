import type { Pnn } from '../cluster/node.ts'
import { type AddressRecord, beginAddress, shownAddress } from './address-record.ts'
import type { AddressState, NodeState } from './cluster-state.ts'
import { beginNode, type NodeRecord, shownNode } from './node-record.ts'

/** The nodes and addresses of a watched cluster. */
export class ClusterRecords {
  readonly nodes = new Map<Pnn, NodeRecord>()
  private readonly byAddress = new Map<string, AddressRecord>()
  private ordered: readonly AddressRecord[] | undefined
  private shownAddresses: readonly AddressState[] | undefined
  private shownNodes: readonly NodeState[] = []

  /** The record of a node; makes one if there is none. */
  node(pnn: Pnn): NodeRecord {
    const record = this.nodes.get(pnn) ?? beginNode(pnn)
    this.nodes.set(pnn, record)
    return record
  }

  /** The record of an address; makes one if there is none. */
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

  /** To be called after any change of a record. */
  touch(record: AddressRecord): void {
    record.shown = undefined
    this.shownAddresses = undefined
  }

  /** Whether the last sample saw the kernel of a node. */
  readonly isSeen = (pnn: Pnn): boolean => this.nodes.get(pnn)?.held !== undefined

  /** The states for views: the same objects as long as nothing has changed. */
  showAddresses(): readonly AddressState[] {
    this.shownAddresses ??= this.addresses.map((record) => shownAddress(record, this.isSeen))
    return this.shownAddresses
  }

  /** The states for views, by PNN: the same objects as long as nothing has changed. */
  showNodes(leader: Pnn | null | undefined): readonly NodeState[] {
    const nodes = [...this.nodes.values()].sort((a, b) => a.pnn - b.pnn).map((record) => shownNode(record, leader))
    const isSame = nodes.length === this.shownNodes.length && nodes.every((node, index) => node === this.shownNodes[index])
    if (!isSame) this.shownNodes = nodes
    return this.shownNodes
  }
}
