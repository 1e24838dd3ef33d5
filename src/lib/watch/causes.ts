import { NODE_FLAG, type Pnn } from '../cluster/node.ts'
import { type AddressRecord, isLost } from './address-record.ts'
import type { ClusterRecords } from './cluster-records.ts'
import { downLink, hasRecovered, linkChange, lostKnowledge, newest, type Obstacle, restartOf, unfitness } from './node-causes.ts'
import { isRecent, isUnfit, type NodeRecord } from './node-record.ts'
import { HEARD_LAG_MS, type RunRequest, RunRequests, requestsText } from './run-requests.ts'
import { type Cause, canMove, isFaultOf, isRequestOfFlags, type UserAction, UserActions } from './user-actions.ts'
import { becameText, reloadCause, wereMissingText } from './words.ts'

/** What is taken within this time after a run that nobody announced began belongs to it. */
const ONE_RUN_MS = 3_000
/** What is seen so soon after an address left is what the address left for. A ban lasts a second at least. */
const SOON_MS = 1_000

/** Why an address left a node, as far as is known. */
export interface WhyLeft {
  readonly cause?: string | undefined
  /** The cause, where it is that the node could not have the address any more. */
  readonly obstacle?: string | undefined
}

/**
 * Explains changes. A cause must come before its effect and be known to bring it about; of several the newest counts. A change that may have
 * had its takeover run already explains no later one: a run may start before a sample has shown what it is about. If there is no cause, the
 * change stays unexplained.
 */
export class Causes {
  readonly runRequests = new RunRequests()
  private readonly cluster: ClusterRecords
  private readonly actions = new UserActions()
  /** When the last takeover run started, and the one before it. A run that nobody announced counts from its first known effect. */
  private lastRunMs = Number.NEGATIVE_INFINITY
  private runBeforeMs = Number.NEGATIVE_INFINITY
  /** When there may last have been a run that nobody announced. */
  private unseenRunMs = Number.NEGATIVE_INFINITY

  constructor(cluster: ClusterRecords) {
    this.cluster = cluster
  }

  noteAction(action: UserAction): void {
    this.actions.note(action)
  }

  /** An address came to a node although no run was announced: there is one, or there was. */
  noteUnseenRun(atMs: number): void {
    if (atMs - Math.max(this.lastRunMs, this.unseenRunMs) > ONE_RUN_MS) {
      this.runBeforeMs = Math.max(this.lastRunMs, this.unseenRunMs)
      this.lastRunMs = atMs
    }
    this.unseenRunMs = atMs
  }

  /** Up to now there may have been runs of which we cannot learn. */
  noteUnhearableRuns(atMs: number): void {
    this.unseenRunMs = atMs
  }

  /**
   * Why an address left a node. To be called before its record has the new owner.
   * @param isReleased whether the node has released it, or is gone. A daemon that was started again has not, and is unhealthy at first.
   */
  whyLeft(record: AddressRecord, from: Pnn, atMs: number, isReleased: boolean): WhyLeft {
    const node = this.cluster.nodes.get(from)
    if (!isReleased && node?.flagsSinceMs === atMs && (node.flags & NODE_FLAG.UNHEALTHY) !== 0) return {}
    const obstacle = this.obstacle(record, from, { leftMs: atMs, isReleased: true })
    const others = () => this.actionOnSource(record, from, atMs)?.text ?? lostKnowledge(record, this.cluster.node(from))
    return { obstacle, cause: this.requestedMove(record, from, atMs) ?? obstacle ?? others() }
  }

  /**
   * Why an address moved to another node.
   * @param isReleased whether the former owner is known to have released it. Otherwise it may be dead, and a better target explains nothing.
   */
  whyMoved(
    record: AddressRecord,
    from: Pnn,
    to: Pnn,
    { atMs, isReleased }: { atMs: number; isReleased: boolean },
  ): string | undefined {
    const left = leavingOf(record, from, atMs)
    const obstacle = left.obstacle ?? this.obstacle(record, from, { leftMs: left.atMs, isReleased })
    const certain = this.requestedMove(record, from, atMs) ?? obstacle
    if (certain !== undefined) return certain
    const actions = [this.actionOnTarget(record, from, to, atMs), this.actionOnSource(record, from, atMs)]
    const improvement = isReleased ? this.improvement(record, from, to, atMs) : undefined
    return newest(improvement, ...actions)?.text ?? lostKnowledge(record, this.cluster.node(from))
  }

  /**
   * What was seen of the former owner of an address only some time after the address left it. It may be why the address left; but there may have
   * been another reason, which had passed when the node was seen.
   */
  meanwhile(record: AddressRecord, from: Pnn, atMs: number): string | undefined {
    const left = leavingOf(record, from, atMs)
    return left.obstacle === undefined && left.atMs < atMs
      ? this.obstacle(record, from, { leftMs: atMs, isReleased: true })
      : undefined
  }

  /** Why an address came to a node; `from` is the former owner, null for none. */
  whyCame(record: AddressRecord, from: Pnn | null, to: Pnn, atMs: number): string | undefined {
    return newest(this.improvement(record, from, to, atMs), this.actionOnTarget(record, from, to, atMs))?.text
  }

  /** The recent fault, injected here, that concerns these nodes or this address. Other actions break nothing. */
  whyFaulty(pnns: readonly Pnn[], record: AddressRecord | undefined, atMs: number): string | undefined {
    return this.actions.latest((action) => isFaultOf(action, pnns, record?.address), atMs)?.text
  }

  /**
   * Why there is a takeover run, which starts now.
   * @param isInRecovery whether a recovery is known to be in progress: it has a run of its own, whoever asks for one.
   */
  whyTakeoverRun(atMs: number, isInRecovery: boolean): string | undefined {
    const sinceMs = Math.max(this.lastRunMs, this.unseenRunMs)
    this.runBeforeMs = sinceMs
    this.lastRunMs = atMs
    const taken = this.runRequests.take(atMs, sinceMs, (pnn) => this.cluster.nodes.get(pnn)?.heard === true)
    const requests = isInRecovery ? [] : taken
    const missing = this.missingAddresses(requests, atMs)
    // What was seen at the same time as the start was heard of may have come after it.
    const changes = this.recentChanges(atMs).filter((each) => each.afterMs >= sinceMs && atMs - each.atMs >= HEARD_LAG_MS)
    const change = newest(missing, ...changes)
    const request = this.action(({ isFault, does }) => !isFault && does !== undefined && does !== 'move', atMs, sinceMs)
    const fault = this.action(({ isFault }) => isFault === true, atMs, sinceMs)
    const latest = newest(change, request, fault)
    // What a fault did to the addresses says more than the fault.
    const known = latest === fault ? (missing ?? fault) : latest
    return known?.text ?? (isInRecovery ? 'it is part of a recovery' : requestsText(requests))
  }

  /** Why the flags of a node changed. The monitor event makes a node unhealthy that has a link down. */
  whyFlagsChanged(node: NodeRecord, before: number, atMs: number): string | undefined {
    const isHealthChange = ((node.flags ^ before) & NODE_FLAG.UNHEALTHY) !== 0
    const link = isHealthChange ? linkChange(node, (node.flags & NODE_FLAG.UNHEALTHY) === 0, atMs) : undefined
    const action = this.actions.latest(
      (each) => isRequestOfFlags(each, node, before) || isFaultOf(each, [node.pnn], undefined),
      atMs,
    )
    return newest(link, action)?.text
  }

  /** A request for this move, if it is newer than the state of the former owner: it explains the move whatever that state is. */
  private requestedMove({ address }: AddressRecord, from: Pnn, atMs: number): string | undefined {
    const request = this.actions.latest(
      ({ isFault, does, addresses }) => !isFault && does === 'move' && addresses.includes(address),
      atMs,
    )
    const sinceMs = this.cluster.nodes.get(from)?.flagsSinceMs ?? Number.NEGATIVE_INFINITY
    return request && request.atMs > sinceMs ? request.text : undefined
  }

  /**
   * Why a node could not have an address when it left. What was seen of it before it last took an address has passed. A node that has not released
   * the address had no say in that: what others believed of it counts.
   */
  private obstacle(
    record: AddressRecord,
    pnn: Pnn,
    { leftMs, isReleased }: { leftMs: number; isReleased: boolean },
  ): string | undefined {
    const node = this.cluster.nodes.get(pnn)
    if (!node) return `node ${pnn} is no longer part of the cluster`
    if (node.tookMs > node.seenMs) return undefined
    // What the daemon released before is known from its events.
    const restart = restartOf(node)
    if (restart && restart.atMs === leftMs && (record.sinceMs ?? 0) < restart.afterMs) return restart.text
    const isThen = ({ change }: Obstacle) => !change || (change.afterMs <= leftMs && change.atMs - leftMs <= SOON_MS)
    return [unfitness(node, isReleased), downLink(record, node)].find((each) => each && isThen(each))?.text
  }

  private actionOnSource({ address }: AddressRecord, from: Pnn, atMs: number): Cause | undefined {
    return this.action(canMove({ disabled: from, enabled: undefined, faulty: from, address }), atMs, this.runBeforeMs)
  }

  private actionOnTarget({ address }: AddressRecord, from: Pnn | null, to: Pnn, atMs: number): Cause | undefined {
    return this.action(canMove({ disabled: from ?? undefined, enabled: to, faulty: to, address }), atMs, this.runBeforeMs)
  }

  /** The latest recent action that can be the cause, since a moment. */
  private action(canBe: (action: UserAction) => boolean, atMs: number, sinceMs: number): Cause | undefined {
    const action = this.actions.latest(canBe, atMs)
    return action && action.afterMs >= sinceMs ? action : undefined
  }

  /** A recent change that lets a node host more than before, and that had no run yet before the one that moves addresses now. */
  private improvement(record: AddressRecord, from: Pnn | null, to: Pnn, atMs: number): Cause | undefined {
    const change = this.latestImprovement(record, from, to, atMs)
    return change && change.afterMs >= this.runBeforeMs ? change : undefined
  }

  private latestImprovement(record: AddressRecord, from: Pnn | null, to: Pnn, atMs: number): Cause | undefined {
    const node = this.cluster.nodes.get(to)
    if (!node) return undefined
    if (hasRecovered(node) && isRecent(node.flagsSinceMs, atMs) && this.hasMissedRun(node)) {
      const change = this.flagsChange(node, atMs)
      return change && { ...change, text: change.isRequested || from === null ? change.text : `failback: ${change.text}` }
    }
    const known = record.knownSince.get(to)
    if (known && isRecent(known.atMs, atMs)) return { ...known, text: reloadCause(to, true) }
    return linkChange(node, true, atMs)
  }

  /** A node that became unfit and well again without a run in between has lost no address by that: it gets none back. */
  private hasMissedRun({ unfitAfterMs, restart }: NodeRecord): boolean {
    return unfitAfterMs === undefined || this.runBeforeMs >= unfitAfterMs || (restart?.atMs ?? 0) >= unfitAfterMs
  }

  /** Recent changes of nodes and links that affect which addresses they can host. */
  private recentChanges(atMs: number): readonly Cause[] {
    return [...this.cluster.nodes.values()].flatMap((node) => this.changesOf(node, atMs))
  }

  private changesOf(node: NodeRecord, atMs: number): readonly Cause[] {
    const isRelevant = isRecent(node.flagsSinceMs, atMs) && (isUnfit(node.flags) || hasRecovered(node))
    const flags = isRelevant ? this.flagsChange(node, atMs) : undefined
    const restart = isRecent(node.restart?.atMs, atMs) ? restartOf(node) : undefined
    return [restart, flags, linkChange(node, true, atMs), linkChange(node, false, atMs)].filter((each) => each !== undefined)
  }

  /** The last change of a node's flags, or the request for it. */
  private flagsChange(node: NodeRecord, atMs: number): (Cause & { readonly isRequested: boolean }) | undefined {
    const { pnn, flags, flagsBefore, flagsSinceMs, flagsAfterMs } = node
    if (flagsSinceMs === null) return undefined
    const request = this.actions.latest((action) => isRequestOfFlags(action, node, flagsBefore ?? flags), atMs)
    const text = request?.text ?? becameText(pnn, flags)
    return { atMs: flagsSinceMs, afterMs: flagsAfterMs, isRequested: request !== undefined, text }
  }

  /** The addresses that a node has lost, if it has noticed that: a sample may also have come in the middle of a release. */
  private missingAddresses(requests: readonly RunRequest[], atMs: number): Cause | undefined {
    const isNoticed = ({ owner }: AddressRecord) => {
      const node = owner === null ? undefined : this.cluster.nodes.get(owner)
      // It may have asked for another reason, if there is one.
      return node !== undefined && requests.some(({ by }) => by === owner) && this.changesOf(node, atMs).length === 0
    }
    const lost = this.cluster.addresses.filter((record) => isLost(record) && isNoticed(record))
    const [first] = lost
    if (!first) return undefined
    const addresses = lost.filter(({ owner }) => owner === first.owner).map(({ address }) => address)
    const text = wereMissingText(addresses, first.owner ?? -1)
    const sinceMs = first.trouble?.sinceMs ?? 0
    return { atMs: sinceMs, afterMs: sinceMs, text }
  }
}

/** When an address left a node, as far as is known. An owner that it still has loses it now. */
const leavingOf = ({ leaving }: AddressRecord, from: Pnn, atMs: number): NonNullable<AddressRecord['leaving']> =>
  leaving?.from === from ? leaving : { from, atMs, obstacle: undefined }
