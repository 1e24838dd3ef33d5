import { flagsText, NODE_FLAG, type Pnn } from '../cluster/node.ts'
import { CANNOT_HOST_FLAGS } from '../takeover/can-host.ts'
import { type AddressRecord, isLost } from './address-record.ts'
import type { ClusterRecords } from './cluster-records.ts'
import type { NodeRecord } from './node-record.ts'
import type { Observation } from './observation.ts'
import { addressesWords } from './words.ts'

type Done = Extract<Observation, { kind: 'done' }>

/** CTDB sees to it within a second or two that the addresses follow what has changed; with slow scripts a little later. */
const SOON_MS = 15_000
const DONE_KEPT = 8

/** Whether a node may host nothing. */
export const isUnfit = (flags: number): boolean => (flags & CANNOT_HOST_FLAGS) !== 0

/**
 * Tells why something happened. Only what came before it and is known to bring it about counts; where there is nothing of that, there is
 * no cause.
 */
export class Causes {
  private readonly cluster: ClusterRecords
  private readonly done: Done[] = []

  constructor(cluster: ClusterRecords) {
    this.cluster = cluster
  }

  /** What was begun may be a cause from then on, as it takes effect before its end; what has failed is none any more. */
  noteDone(done: Done): void {
    if (done.begunMs === undefined) this.done.push(done)
    else if (done.stage === 'failed') this.forget(done.begunMs)
    if (this.done.length > DONE_KEPT) this.done.shift()
  }

  private forget(begunMs: number): void {
    const index = this.done.findLastIndex(({ stage, atMs }) => stage === 'begun' && atMs === begunMs)
    if (index !== -1) this.done.splice(index, 1)
  }

  /** Why an address is with that node no more; call it before its record says where it is. */
  ofLeaving(record: AddressRecord, from: Pnn, atMs: number): string | undefined {
    const node = this.cluster.nodes.get(from)
    if (!node) return `node ${from} is no part of the cluster any more`
    return unfitness(node) ?? downLink(record, node) ?? this.asked([from], record, atMs) ?? lostKnowledge(record, node)
  }

  /** Why an address has come to a node; `from`: from which, null from none. */
  ofComing(record: AddressRecord, from: Pnn | null, to: Pnn, atMs: number): string | undefined {
    const concerned = (each: Done) => concernsAll(each) || concerns(each, [to], record.address)
    return this.wish(concerned, atMs) ?? this.betterment(record, from, to, atMs) ?? this.fault(concerned, atMs)
  }

  /** What makes a node host more than before. */
  private betterment(record: AddressRecord, from: Pnn | null, to: Pnn, atMs: number): string | undefined {
    const node = this.cluster.nodes.get(to)
    if (!node) return undefined
    if (hasRecovered(node) && isRecent(node.flagsSinceMs, atMs)) {
      return `${from === null ? '' : 'failback: '}node ${to} became ${flagsText(node.flags)}`
    }
    if (isRecent(record.knownSinceMs.get(to), atMs)) return `a reload changed which nodes know it: node ${to} does now`
    return changedLink(node, true, atMs)
  }

  /** What was done from here of late that has to do with these nodes or this address. */
  asked(pnns: readonly Pnn[], record: AddressRecord | undefined, atMs: number): string | undefined {
    const concerned = (each: Done) => concernsAll(each) || concerns(each, pnns, record?.address)
    return this.wish(concerned, atMs) ?? this.fault(concerned, atMs)
  }

  /** Why there is a takeover run. */
  ofRun(atMs: number): string | undefined {
    const anything = () => true
    return this.wish(anything, atMs) ?? this.change(atMs) ?? this.missing() ?? this.fault(anything, atMs)
  }

  /** An action of late. */
  private wish(isIt: (done: Done) => boolean, atMs: number): string | undefined {
    const done = this.done.findLast((each) => !each.isFault && isRecent(each.atMs, atMs) && isIt(each))
    return done && `asked for here: ${done.text}`
  }

  /** Something broken of late: no more than a hint, where nothing is seen yet of what it did. */
  private fault(isIt: (done: Done) => boolean, atMs: number): string | undefined {
    const done = this.done.findLast((each) => each.isFault === true && isRecent(each.atMs, atMs) && isIt(each))
    return done && `${done.text} was done here`
  }

  /** A change of a node or a link of late. */
  private change(atMs: number): string | undefined {
    const nodes = [...this.cluster.nodes.values()]
    const changed = nodes.find((node) => isRecent(node.flagsSinceMs, atMs) && (isUnfit(node.flags) || hasRecovered(node)))
    if (changed) return `node ${changed.pnn} became ${flagsText(changed.flags)}`
    return nodes.flatMap((node) => changedLink(node, true, atMs) ?? changedLink(node, false, atMs) ?? [])[0]
  }

  /** Why the flags of a node are not any more what they were: event `monitor` finds a node unhealthy that has a link down. */
  ofHealth(node: NodeRecord, before: number, atMs: number): string | undefined {
    const concerned = (each: Done) => concernsAll(each) || concerns(each, [node.pnn], undefined)
    const isOfHealth = ((node.flags ^ before) & NODE_FLAG.UNHEALTHY) !== 0
    const link = isOfHealth ? changedLink(node, (node.flags & NODE_FLAG.UNHEALTHY) === 0, atMs) : undefined
    return this.wish(concerned, atMs) ?? link ?? this.fault(concerned, atMs)
  }

  private missing(): string | undefined {
    const lost = this.cluster.addresses.filter(isLost)
    const [first] = lost
    if (!first) return undefined
    const addresses = lost.filter(({ owner }) => owner === first.owner).map(({ address }) => address)
    return `${addressesWords(addresses)} ${addresses.length === 1 ? 'was' : 'were'} missing in the kernel of node ${first.owner}`
  }
}

const concernsAll = ({ pnns, addresses }: Done): boolean => pnns.length === 0 && addresses.length === 0

const concerns = (done: Done, pnns: readonly Pnn[], address: string | undefined): boolean =>
  (done.addresses.length === 0 && done.pnns.some((pnn) => pnns.includes(pnn))) ||
  (address !== undefined && done.addresses.includes(address))

const isRecent = (sinceMs: number | null | undefined, atMs: number): boolean =>
  typeof sinceMs === 'number' && atMs - sinceMs <= SOON_MS

const hasRecovered = ({ flags, flagsBefore }: NodeRecord): boolean =>
  flagsBefore !== undefined && isUnfit(flagsBefore) && !isUnfit(flags)

function changedLink({ pnn, links, linkChangedMs }: NodeRecord, up: boolean, atMs: number): string | undefined {
  const link = links.find(({ name, linkUp }) => linkUp === up && isRecent(linkChangedMs.get(name), atMs))
  return link && `link ${link.name} of node ${pnn} ${up ? 'came up' : 'went down'}`
}

function unfitness({ pnn, flags, flagsSinceMs, runState }: NodeRecord): string | undefined {
  if (isUnfit(flags)) return `node ${pnn} ${flagsSinceMs === null ? 'is' : 'became'} ${flagsText(flags)}`
  return runState === undefined || runState === 'RUNNING' ? undefined : `node ${pnn} is in run state ${runState}`
}

function downLink({ interfaceName }: AddressRecord, { pnn, links, linkChangedMs }: NodeRecord): string | undefined {
  const link = links.find(({ name }) => name === interfaceName)
  if (!link || link.linkUp) return undefined
  return `link ${link.name} of node ${pnn} ${linkChangedMs.has(link.name) ? 'went' : 'is'} down`
}

const lostKnowledge = ({ address }: AddressRecord, { pnn, known, knownSet }: NodeRecord): string | undefined =>
  known && !knownSet.has(address) ? `a reload changed which nodes know it: node ${pnn} does not any more` : undefined
