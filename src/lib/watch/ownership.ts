import type { Pnn } from '../cluster/node.ts'
import { allNodesText } from '../cluster/node-text.ts'
import { type AddressRecord, isAbsent, withNode, withoutNode } from './address-record.ts'
import type { Causes } from './causes.ts'
import type { ClusterRecords } from './cluster-records.ts'
import { isReportedSince } from './freshness.ts'
import type { KernelFaults } from './kernel-faults.ts'
import { kernelGot, kernelLost, takeAbsence } from './kernel-times.ts'
import { changeSeen, changeTo, type OwnershipChange, type Silence, takenAgain } from './ownership-change.ts'
import type { NewEntry, TimelineWriter } from './timeline-writer.ts'
import { noteUnexplainedMove } from './unexplained-moves.ts'
import { releasedText } from './words.ts'

/** A node reports that it has taken an address only after its scripts have run, which may take this long (EventScriptTimeout). */
const TAKE_LAG_MS = 120_000
/** A node reports a release as soon as it no longer claims the address, but messages take time. */
const RELEASE_LAG_MS = 10_000

type AddressEvent = 'TAKE_IP' | 'RELEASE_IP'

interface Tools {
  readonly cluster: ClusterRecords
  readonly causes: Causes
  readonly writer: TimelineWriter
  readonly faults: KernelFaults
  /** Whether a takeover run is in progress. */
  readonly isRunInProgress: () => boolean
}

/** Tracks which node owns each address: from the nodes' own events the moment they come, and from samples where no event came. */
export class Ownership {
  private readonly tools: Tools
  /** Addresses with events that no finished sample has caught up with. */
  private readonly fresh = new Set<AddressRecord>()

  constructor(tools: Tools) {
    this.tools = tools
  }

  /** A node reported that it has taken or released an address. */
  reported(event: AddressEvent, address: string, pnn: Pnn, atMs: number): void {
    const { cluster } = this.tools
    const record = cluster.address(address)
    const node = cluster.node(pnn)
    if (!node.knownSet.has(address)) {
      // The next sample shows whether the node really knows it.
      node.known = undefined
      node.knownSet.add(address)
      record.knownBy = withNode(record.knownBy, pnn)
    }
    const wasAwaited = isAwaited(record, event, pnn, atMs)
    record.awaited.delete(pnn)
    record.reportedMs.set(pnn, atMs)
    this.fresh.add(record)
    if (event === 'TAKE_IP') this.taken(record, pnn, atMs, wasAwaited)
    else this.released(record, pnn, atMs, wasAwaited)
    cluster.touch(record)
  }

  /** Whether what a sample shows of an address on a node may be older than what the node reported. */
  isOutdated(record: AddressRecord, pnn: Pnn, beganMs: number): boolean {
    return isReportedSince(record.reportedMs.get(pnn), beganMs)
  }

  /** A sample is over: it has seen everything that was reported before it began. */
  caughtUp(beganMs: number): void {
    for (const record of this.fresh) {
      for (const [pnn, atMs] of record.reportedMs) if (!isReportedSince(atMs, beganMs)) record.reportedMs.delete(pnn)
      if (record.reportedMs.size === 0) this.fresh.delete(record)
    }
  }

  /**
   * A sample has shown which nodes claim an address. If several do, the former owner stays the owner, because a sample does not ask two nodes
   * at the same moment.
   * @param isReported whether a change goes into the timeline; not so in the first sample.
   */
  seen(
    record: AddressRecord,
    claims: readonly Pnn[],
    { atMs, isReported, ...silence }: Silence & { readonly atMs: number; readonly isReported: boolean },
  ): void {
    const before = record.owner
    const { silent } = silence
    const answered = claims.filter((pnn) => !silent(pnn))
    const came = answered.filter((pnn) => !record.claims.includes(pnn))
    // A silent node cannot contradict a new claim.
    const now = came.length > 0 ? answered : claims
    const owner = before !== null && now.includes(before) ? before : (came.at(-1) ?? now.at(-1) ?? null)
    if (owner !== before && isReported) this.reportSeen(record, owner, silence, atMs)
    if (owner === null && before !== null) record.awaySinceMs = this.awaySince(record, before, atMs)
    this.setClaims(record, now)
    this.setOwner(record, owner, atMs, isReported)
    this.tools.cluster.touch(record)
  }

  /** @param to the owner that a sample shows. */
  private reportSeen(record: AddressRecord, to: Pnn | null, silence: Silence, atMs: number): void {
    const { owner, awaited } = record
    if (to !== null && !this.tools.isRunInProgress()) this.tools.causes.noteUnseenRun(atMs)
    const change = changeSeen(record, to, silence, this.circumstances(atMs))
    this.reportChange(record, change, atMs)
    if (to !== null) awaited.set(to, { event: 'TAKE_IP', seenAtMs: atMs })
    if (owner !== null && change.what !== 'taken') awaited.set(owner, { event: 'RELEASE_IP', seenAtMs: atMs })
  }

  /** Reports an address that several nodes claim in two successive samples, and the end of that. */
  judgeClaims(record: AddressRecord, beganMs: number, atMs: number): void {
    const { claims, doubleClaim, address, owner } = record
    if (claims.length > 1) {
      if (!doubleClaim) record.doubleClaim = { sinceMs: atMs, isReported: false }
      else if (!doubleClaim.isReported && beganMs > doubleClaim.sinceMs) {
        record.doubleClaim = { ...doubleClaim, isReported: true }
        const text = `${allNodesText(claims)} claim ${address} at the same time`
        this.report(record, atMs, { what: 'claimed', text, tone: 'error', pnns: claims, from: owner, to: owner })
      }
      return
    }
    record.doubleClaim = undefined
    if (!doubleClaim?.isReported) return
    const text = owner === null ? `no node claims ${address} any more` : `only node ${owner} claims ${address} again`
    const awayMs = atMs - doubleClaim.sinceMs
    this.report(record, atMs, { what: 'settled', text, tone: 'good', pnns: claims, from: owner, to: owner, awayMs })
  }

  /** Whether the next sample has to judge the claims again. */
  isUnsettled({ claims, doubleClaim }: AddressRecord): boolean {
    return claims.length > 1 || doubleClaim !== undefined
  }

  private taken(record: AddressRecord, pnn: Pnn, atMs: number, wasAwaited: boolean): void {
    const { cluster } = this.tools
    const node = cluster.node(pnn)
    // It is told when all scripts have ended, and may have been lost again by then.
    kernelGot(record, pnn, { fromMs: node.kernelMs ?? atMs, atMs }, cluster)
    if (!this.tools.isRunInProgress()) this.tools.causes.noteUnseenRun(atMs)
    if (wasAwaited) takeAbsence(record, pnn)
    else this.reportTaken(record, pnn, atMs)
    if (record.owner !== pnn) node.tookMs = atMs
    if (record.owner === pnn && isAbsent(record.trouble?.truth)) record.trouble = undefined
    this.setClaims(record, [pnn])
    if (cluster.isSeen(pnn)) {
      node.held?.add(record.address)
      record.heldBy = withNode(record.heldBy, pnn)
    } else node.heldUnseen?.add(record.address)
    this.setOwner(record, pnn, atMs)
  }

  private reportTaken(record: AddressRecord, pnn: Pnn, atMs: number): void {
    const { owner, trouble, awaited } = record
    const { faults, isRunInProgress } = this.tools
    const isAgain = owner === pnn
    if (isAgain && trouble && !trouble.isReported && isAbsent(trouble.truth)) faults.report(record, trouble.sinceMs)
    const change = isAgain
      ? takenAgain(record, pnn, atMs, isRunInProgress())
      : changeTo(record, pnn, owner === null, this.circumstances(atMs))
    this.reportChange(record, change, atMs)
    // Earlier claims are obsolete. The former owner's release may arrive later; the move already reports it.
    for (const [each, { event }] of awaited) if (event === 'TAKE_IP') awaited.delete(each)
    if (owner !== null && change.what === 'moved') awaited.set(owner, { event: 'RELEASE_IP', seenAtMs: atMs })
  }

  private released(record: AddressRecord, pnn: Pnn, atMs: number, wasAwaited: boolean): void {
    const { address, owner } = record
    const claims = withoutNode(record.claims, pnn)
    const to = owner === pnn ? (claims.at(-1) ?? null) : owner
    if (!wasAwaited) this.reportReleased(record, pnn, to, atMs)
    const node = this.tools.cluster.node(pnn)
    for (const held of [node.held, node.heldUnseen]) held?.delete(address)
    this.setClaims(record, claims)
    const hadIt = record.heldBy.includes(pnn)
    record.heldBy = withoutNode(record.heldBy, pnn)
    kernelLost(record, hadIt ? node.kernelMs : undefined, atMs)
    this.setOwner(record, to, atMs)
  }

  /** @param to the owner after the release. */
  private reportReleased(record: AddressRecord, pnn: Pnn, to: Pnn | null, atMs: number): void {
    const { address, owner } = record
    const { causes } = this.tools
    if (to !== null && to !== owner) {
      // Another node claimed it before: with the release it has moved there.
      this.reportChange(record, { ...changeTo(record, to, true, this.circumstances(atMs)), isOld: true }, atMs)
      record.awaited.set(to, { event: 'TAKE_IP', seenAtMs: atMs })
      return
    }
    const why = owner === pnn ? causes.whyLeft(record, pnn, atMs, true) : {}
    const text = releasedText(address, pnn, to)
    this.reportChange(record, { from: owner, to, what: 'released', text, ...why }, atMs, pnn)
  }

  private circumstances(atMs: number) {
    const { causes, cluster, isRunInProgress } = this.tools
    return { atMs, causes, isRunInProgress, isOutOfSight: (pnn: Pnn) => cluster.nodes.get(pnn)?.isOutOfSight === true }
  }

  private setClaims(record: AddressRecord, claims: readonly Pnn[]): void {
    const { cluster } = this.tools
    const { address } = record
    for (const pnn of record.claims) if (!claims.includes(pnn)) cluster.nodes.get(pnn)?.claims.delete(address)
    for (const pnn of claims) cluster.node(pnn).claims.add(address)
    record.claims = claims
  }

  private setOwner(record: AddressRecord, owner: Pnn | null, atMs: number, isExact = true): void {
    const { owner: before, trouble } = record
    if (owner === null) record.awaySinceMs ??= record.times.goneMs ?? atMs
    else record.awaySinceMs = undefined
    if (owner === before) return
    // What the former owner had lost is not "back" with a new one, or with none: it has moved, or is on no node.
    if (isAbsent(trouble?.truth)) record.trouble = undefined
    if (before !== null) record.previousOwner = before
    record.owner = owner
    if (owner !== null) record.leaving = undefined
    record.heardSinceMs = atMs
    record.sinceMs = isExact ? atMs : null
    if (owner !== null && owner !== record.previousOwner) record.interfaceName = null
  }

  /** Since when an address that a sample does not find on its node has been on no node: no later than its node became unreachable. */
  private awaySince(record: AddressRecord, from: Pnn, atMs: number): number {
    const node = this.tools.cluster.nodes.get(from)
    const lastMs = Math.max(node?.saidMs ?? 0, record.sinceMs ?? 0)
    const blindMs = node?.blind?.sinceMs
    // While we could not reach the node, other nodes may still have reported what it owns.
    const isBlind = blindMs !== undefined && blindMs >= lastMs
    return record.times.goneMs ?? (isBlind ? blindMs : atMs)
  }

  /** @param reporter the node whose event it was. */
  private reportChange(record: AddressRecord, change: OwnershipChange, atMs: number, reporter?: Pnn): void {
    const { from, to, what, text, cause, obstacle, away, isOld = false } = change
    const pnns = [...new Set([from, to, reporter])].filter((pnn) => typeof pnn === 'number')
    if (from !== null && to === null) record.leaving = { from, atMs, obstacle }
    if (cause === undefined) noteUnexplainedMove(this.tools.cluster, { address: record.address, from, to, atMs, isOld })
    this.report(record, atMs, {
      what,
      text,
      tone: TONES[what],
      pnns,
      from,
      to,
      ...(cause !== undefined && { cause }),
      ...away,
    })
  }

  private report({ address }: AddressRecord, atMs: number, entry: Omit<NewEntry, 'kind' | 'addresses'>): void {
    this.tools.writer.add(atMs, { kind: 'address', addresses: [address], ...entry })
  }
}

const TONES = { moved: 'plain', taken: 'good', released: 'warning', lost: 'error' } as const

/** Whether a sample has already shown the change that a node reports now. */
const isAwaited = ({ awaited }: AddressRecord, event: AddressEvent, pnn: Pnn, atMs: number): boolean => {
  const expected = awaited.get(pnn)
  if (expected?.event !== event) return false
  return atMs - expected.seenAtMs <= (event === 'TAKE_IP' ? TAKE_LAG_MS : RELEASE_LAG_MS)
}
