import type { Pnn } from '../cluster/node.ts'
import type { KnownAddress } from '../snapshot/snapshot.ts'
import type { AddressLook, LookTools } from './address-look.ts'
import { type AddressRecord, withNode, withoutNode } from './address-record.ts'
import type { NodeRecord } from './node-record.ts'
import { addressesWords, nodesWords } from './words.ts'

type Knowers = Map<AddressRecord, Pnn[]>

/** Which nodes know which addresses, by a look: that changes when a node reads its file of public addresses again. */
export function lookAtKnown(look: AddressLook, { cluster, names, teller }: LookTools): void {
  const { facts, atMs, isFirst } = look
  const came: Knowers = new Map()
  const left: Knowers = new Map()
  for (const node of cluster.nodes.values()) {
    const known = facts.get(node.pnn)?.known
    if (known && !(node.known && isSameList(node.known, known))) compare(node, known)
  }
  for (const record of cluster.addresses) {
    for (const pnn of record.knownBy) if (!cluster.nodes.has(pnn)) push(left, record, pnn)
  }
  for (const [record, pnns] of came) add(record, pnns)
  for (const [record, pnns] of left) remove(record, pnns)
  if (isFirst) return
  tell(came, 'know')
  tell(left, 'do not know')

  function compare(node: NodeRecord, known: readonly KnownAddress[]): void {
    const now = new Set(known.map(({ address }) => names.of(address)))
    for (const address of now) if (!node.knownSet.has(address)) push(came, cluster.address(address), node.pnn)
    for (const address of node.knownSet) if (!now.has(address)) push(left, cluster.address(address), node.pnn)
    node.known = known
    node.knownSet = now
  }

  function add(record: AddressRecord, pnns: readonly Pnn[]): void {
    record.knownBy = pnns.reduce(withNode, record.knownBy)
    if (!isFirst) record.knownSinceMs = new Map([...record.knownSinceMs, ...pnns.map((pnn) => [pnn, atMs] as const)])
    if (record.owner === null) record.away ??= { sinceMs: atMs, isExact: !isFirst }
    cluster.touch(record)
  }

  function remove(record: AddressRecord, pnns: readonly Pnn[]): void {
    record.knownBy = pnns.reduce(withoutNode, record.knownBy)
    record.knownSinceMs = new Map([...record.knownSinceMs].filter(([pnn]) => !pnns.includes(pnn)))
    for (const pnn of pnns) record.awaited.delete(pnn)
    cluster.touch(record)
  }

  /** One entry for all addresses of which the same is to be said. */
  function tell(changes: Knowers, verb: 'know' | 'do not know'): void {
    const groups = new Map<string, { pnns: readonly Pnn[]; addresses: string[] }>()
    for (const [{ address }, pnns] of changes) {
      const key = pnns.join()
      const group = groups.get(key) ?? { pnns, addresses: [] }
      group.addresses.push(address)
      groups.set(key, group)
    }
    for (const { pnns, addresses } of groups.values()) {
      const single = { know: 'knows', 'do not know': 'does not know' }[verb]
      const said = pnns.length === 1 ? single : verb
      const text = `${nodesWords(pnns)} ${said} ${addressesWords(addresses)} ${verb === 'know' ? 'now' : 'any more'}`
      const what = verb === 'know' ? 'configured' : 'unconfigured'
      teller.tell(atMs, { kind: 'address', what, text, tone: 'plain', pnns, addresses })
    }
  }
}

const isSameList = (before: readonly KnownAddress[], now: readonly KnownAddress[]): boolean =>
  before.length === now.length && now.every(({ address }, index) => before[index]?.address === address)

function push<K, V>(lists: Map<K, V[]>, key: K, value: V): void {
  const list = lists.get(key)
  if (list) list.push(value)
  else lists.set(key, [value])
}
