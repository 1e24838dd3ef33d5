import { flagsText, NODE_FLAG, type Pnn } from '../cluster/node.ts'
import { CANNOT_HOST_FLAGS } from '../takeover/can-host.ts'
import { type AddressRecord, isLost } from './address-record.ts'
import type { ClusterRecords } from './cluster-records.ts'
import type { NodeRecord } from './node-record.ts'
import type { Observation } from './observation.ts'
import { addressesWords } from './words.ts'

type Done = Extract<Observation, { kind: 'done' }>

interface Cause {
  readonly atMs: number
  readonly text: string
}

/** An address that may have been moved by what befell these nodes. */
interface Moving {
  readonly disabled: Pnn | undefined
  readonly enabled: Pnn | undefined
  readonly faulty: Pnn
  readonly address: string
}

/** CTDB sees to it within a second or two that the addresses follow what has changed; with slow scripts a little later. */
const SOON_MS = 15_000
const DONE_KEPT = 8

/** Whether a node may host nothing. */
export const isUnfit = (flags: number): boolean => (flags & CANNOT_HOST_FLAGS) !== 0

/**
 * Tells why something happened. Only what came before it and is known to bring it about counts, the newest of several; where there is
 * nothing of that, there is no cause.
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
    return (
      this.askedMove(record, from, atMs) ??
      this.standing(record, from) ??
      this.deedOfLeaving(record, from, atMs)?.text ??
      lostKnowledge(record, this.cluster.node(from))
    )
  }

  /**
   * Why an address is with another node.
   * @param isGiven the one that had it is known to have let it go; else it may be dead, and that another one is better tells nothing.
   */
  ofMoving(record: AddressRecord, from: Pnn, to: Pnn, { atMs, isGiven }: { atMs: number; isGiven: boolean }): string | undefined {
    const sure = this.askedMove(record, from, atMs) ?? this.standing(record, from)
    if (sure !== undefined) return sure
    const deeds = [this.deedOfComing(record, from, to, atMs), this.deedOfLeaving(record, from, atMs)]
    const better = isGiven ? this.betterment(record, from, to, atMs) : undefined
    return newest(better, ...deeds)?.text ?? lostKnowledge(record, this.cluster.node(from))
  }

  /** That just this move was asked for here, since the node that had the address became what it is: it could have it in spite of that. */
  private askedMove({ address }: AddressRecord, from: Pnn, atMs: number): string | undefined {
    const asked = this.deed(({ isFault, does, addresses }) => !isFault && does === 'move' && addresses.includes(address), atMs)
    const sinceMs = this.cluster.nodes.get(from)?.flagsSinceMs ?? Number.NEGATIVE_INFINITY
    return asked && asked.atMs > sinceMs ? asked.text : undefined
  }

  /** Why a node cannot have an address, as it stands. */
  private standing(record: AddressRecord, pnn: Pnn): string | undefined {
    const node = this.cluster.nodes.get(pnn)
    if (!node) return `node ${pnn} is no part of the cluster any more`
    return unfitness(node) ?? downLink(record, node)
  }

  private deedOfLeaving({ address }: AddressRecord, from: Pnn, atMs: number): Cause | undefined {
    return this.deed(canMove({ disabled: from, enabled: undefined, faulty: from, address }), atMs)
  }

  /** Why an address has come to a node; `from`: from which, null from none. */
  ofComing(record: AddressRecord, from: Pnn | null, to: Pnn, atMs: number): string | undefined {
    return newest(this.betterment(record, from, to, atMs), this.deedOfComing(record, from, to, atMs))?.text
  }

  private deedOfComing({ address }: AddressRecord, from: Pnn | null, to: Pnn, atMs: number): Cause | undefined {
    return this.deed(canMove({ disabled: from ?? undefined, enabled: to, faulty: to, address }), atMs)
  }

  /** What makes a node host more than before. */
  private betterment(record: AddressRecord, from: Pnn | null, to: Pnn, atMs: number): Cause | undefined {
    const node = this.cluster.nodes.get(to)
    if (!node) return undefined
    if (hasRecovered(node) && isRecent(node.flagsSinceMs, atMs)) {
      const change = this.changeOfFlags(node, atMs)
      return change && { ...change, text: change.isWish || from === null ? change.text : `failback: ${change.text}` }
    }
    const sinceMs = record.knownSinceMs.get(to)
    if (sinceMs !== undefined && isRecent(sinceMs, atMs)) {
      return { atMs: sinceMs, text: `a reload changed which nodes know it: node ${to} does now` }
    }
    return changeOfLink(node, true, atMs)
  }

  /** What of late was broken here that has to do with these nodes or this address. Nothing else that is done here breaks anything. */
  ofFault(pnns: readonly Pnn[], record: AddressRecord | undefined, atMs: number): string | undefined {
    return this.deed((done) => isFaultOf(done, pnns, record?.address), atMs)?.text
  }

  /** Why there is a takeover run. */
  ofRun(atMs: number): string | undefined {
    const missing = this.missing()
    const change = newest(missing, ...this.changes(atMs))
    const wish = this.deed(({ isFault, does }) => !isFault && does !== undefined && does !== 'move', atMs)
    const fault = this.deed(({ isFault }) => isFault === true, atMs)
    const latest = newest(change, wish, fault)
    // What is seen to be amiss tells more than what may have brought that about.
    return (latest === fault ? (missing ?? fault) : latest)?.text
  }

  /** The last thing done here of late that can be the cause. */
  private deed(canBe: (done: Done) => boolean, atMs: number): Cause | undefined {
    const done = this.done.findLast((each) => isRecent(each.atMs, atMs) && canBe(each))
    return done && { atMs: done.atMs, text: done.isFault ? `${done.text} was done here` : `asked for here: ${done.text}` }
  }

  /** Changes of nodes and links of late. */
  private changes(atMs: number): readonly Cause[] {
    const nodes = [...this.cluster.nodes.values()]
    return nodes.flatMap((node) => {
      const isTelling = isRecent(node.flagsSinceMs, atMs) && (isUnfit(node.flags) || hasRecovered(node))
      const flags = isTelling ? this.changeOfFlags(node, atMs) : undefined
      return [flags, changeOfLink(node, true, atMs), changeOfLink(node, false, atMs)].filter((each) => each !== undefined)
    })
  }

  /** What the flags of a node have become; where that was asked for here, that. */
  private changeOfFlags(node: NodeRecord, atMs: number): (Cause & { readonly isWish: boolean }) | undefined {
    const { pnn, flags, flagsBefore, flagsSinceMs } = node
    if (flagsSinceMs === null) return undefined
    const wish = this.deed((done) => isWishOfFlags(done, node, flagsBefore ?? flags), atMs)
    return { atMs: flagsSinceMs, isWish: wish !== undefined, text: wish?.text ?? `node ${pnn} became ${flagsText(flags)}` }
  }

  /** Why the flags of a node are not any more what they were: event `monitor` finds a node unhealthy that has a link down. */
  ofHealth(node: NodeRecord, before: number, atMs: number): string | undefined {
    const isOfHealth = ((node.flags ^ before) & NODE_FLAG.UNHEALTHY) !== 0
    const link = isOfHealth ? changeOfLink(node, (node.flags & NODE_FLAG.UNHEALTHY) === 0, atMs) : undefined
    const deed = this.deed((done) => isWishOfFlags(done, node, before) || isFaultOf(done, [node.pnn], undefined), atMs)
    return newest(link, deed)?.text
  }

  private missing(): Cause | undefined {
    const lost = this.cluster.addresses.filter(isLost)
    const [first] = lost
    if (!first) return undefined
    const addresses = lost.filter(({ owner }) => owner === first.owner).map(({ address }) => address)
    const text = `${addressesWords(addresses)} ${addresses.length === 1 ? 'was' : 'were'} missing in the kernel of node ${first.owner}`
    return { atMs: first.trouble?.sinceMs ?? 0, text }
  }
}

/** The latest; of those of the same moment the first. */
const newest = (...causes: readonly (Cause | undefined)[]): Cause | undefined =>
  causes.reduce((latest, cause) => (cause && (latest === undefined || cause.atMs > latest.atMs) ? cause : latest), undefined)

/** What can move an address: a takeover run, a change of the nodes in question, the moving itself, something broken there. */
const canMove =
  ({ disabled, enabled, faulty, address }: Moving) =>
  (done: Done): boolean => {
    if (done.isFault) return isFaultOf(done, [faulty], address)
    switch (done.does) {
      case 'disable':
        return disabled !== undefined && done.pnns.includes(disabled)
      case 'enable':
        return enabled !== undefined && done.pnns.includes(enabled)
      case 'move':
        return done.addresses.includes(address)
      default:
        return done.does === 'takeover-run'
    }
  }

/** Whether it asked for what flag DISABLED of a node has become. */
const isWishOfFlags = ({ isFault, does, pnns }: Done, { pnn, flags }: NodeRecord, before: number): boolean =>
  !isFault &&
  ((flags ^ before) & NODE_FLAG.DISABLED) !== 0 &&
  does === ((flags & NODE_FLAG.DISABLED) === 0 ? 'enable' : 'disable') &&
  pnns.includes(pnn)

const isFaultOf = (done: Done, pnns: readonly Pnn[], address: string | undefined): boolean =>
  done.isFault === true && (concernsAll(done) || concerns(done, pnns, address))

const concernsAll = ({ pnns, addresses }: Done): boolean => pnns.length === 0 && addresses.length === 0

const concerns = (done: Done, pnns: readonly Pnn[], address: string | undefined): boolean =>
  (done.addresses.length === 0 && done.pnns.some((pnn) => pnns.includes(pnn))) ||
  (address !== undefined && done.addresses.includes(address))

const isRecent = (sinceMs: number | null | undefined, atMs: number): boolean =>
  typeof sinceMs === 'number' && atMs - sinceMs <= SOON_MS

const hasRecovered = ({ flags, flagsBefore }: NodeRecord): boolean =>
  flagsBefore !== undefined && isUnfit(flagsBefore) && !isUnfit(flags)

function changeOfLink({ pnn, links, linkChangedMs }: NodeRecord, up: boolean, atMs: number): Cause | undefined {
  const link = links.find(({ name, linkUp }) => linkUp === up && isRecent(linkChangedMs.get(name), atMs))
  const sinceMs = linkChangedMs.get(link?.name ?? '')
  if (!link || sinceMs === undefined) return undefined
  return { atMs: sinceMs, text: `link ${link.name} of node ${pnn} ${up ? 'came up' : 'went down'}` }
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
