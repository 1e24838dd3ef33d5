import type { Pnn } from '../cluster/node.ts'
import { groupOf } from '../group-of.ts'
import type { KnownAddress } from '../snapshot/snapshot.ts'
import { type AddressRecord, withNode, withoutNode } from './address-record.ts'
import type { AddressSample, SampleTools } from './address-sample.ts'
import { knowersEntry } from './knowers-entry.ts'
import type { ChangeTime, NodeRecord } from './node-record.ts'
import type { TimelineWriter } from './timeline-writer.ts'

type Knowers = Map<AddressRecord, Pnn[]>

/** Records and reports which nodes know which addresses. That changes when a node reloads its public addresses file. */
export function sampleKnown(sample: AddressSample, { cluster, names, writer }: SampleTools): void {
  const { facts, atMs, isFirst } = sample
  const came: Knowers = new Map()
  const left: Knowers = new Map()
  // What a node that did not answer before has known for long is no news.
  const found: Knowers = new Map()
  for (const node of cluster.nodes.values()) {
    const known = facts.get(node.pnn)?.known
    if (known && !(node.known && isSameList(node.known, known))) compare(node, known)
  }
  for (const record of cluster.addresses) {
    for (const pnn of record.knownBy) if (!cluster.nodes.has(pnn)) groupOf(left, record).push(pnn)
  }
  for (const [record, pnns] of found) add(record, pnns)
  for (const [record, pnns] of came) add(record, pnns, true)
  for (const [record, pnns] of left) remove(record, pnns)
  if (isFirst) return
  reportKnowers(came, true, sample, writer)
  reportKnowers(left, false, sample, writer)

  function compare(node: NodeRecord, known: readonly KnownAddress[]): void {
    const now = new Set(known.map(({ address }) => names.of(address)))
    const isNews = node.saidMs > 0 || node.isAdded
    for (const address of now) {
      if (!node.knownSet.has(address)) groupOf(isNews ? came : found, cluster.address(address)).push(node.pnn)
    }
    for (const address of node.knownSet) if (!now.has(address)) groupOf(left, cluster.address(address)).push(node.pnn)
    node.known = known
    node.knownSet = now
  }

  function add(record: AddressRecord, pnns: readonly Pnn[], isNews = false): void {
    record.knownBy = pnns.reduce(withNode, record.knownBy)
    const change = (pnn: Pnn): ChangeTime => ({ atMs, afterMs: cluster.node(pnn).saidMs })
    if (isNews && !isFirst) record.knownSince = new Map([...record.knownSince, ...pnns.map((pnn) => [pnn, change(pnn)] as const)])
    if (record.owner === null) record.awaySinceMs ??= atMs
    cluster.touch(record)
  }

  function remove(record: AddressRecord, pnns: readonly Pnn[]): void {
    record.knownBy = pnns.reduce(withoutNode, record.knownBy)
    record.knownSince = new Map([...record.knownSince].filter(([pnn]) => !pnns.includes(pnn)))
    for (const pnn of pnns) record.awaited.delete(pnn)
    cluster.touch(record)
  }
}

/** One entry for all addresses that have changed on the same nodes. */
function reportKnowers(changes: Knowers, knows: boolean, { atMs }: AddressSample, writer: TimelineWriter): void {
  const groups = Map.groupBy(changes, ([, pnns]) => pnns.join())
  for (const group of groups.values()) {
    const [, pnns] = group[0] ?? [undefined, []]
    const addresses = group.map(([{ address }]) => address)
    writer.add(atMs, knowersEntry(pnns, addresses, knows))
  }
}

const isSameList = (before: readonly KnownAddress[], now: readonly KnownAddress[]): boolean =>
  before === now || (before.length === now.length && now.every(({ address }, index) => before[index]?.address === address))
