import type { Pnn } from '../cluster/node.ts'
import type { AwayTime } from './absence.ts'
import { type AddressRecord, isAbsent, isLost } from './address-record.ts'
import type { Causes, WhyLeft } from './causes.ts'
import { timeAway } from './kernel-times.ts'
import { UNEXPLAINED_MS } from './unexplained-moves.ts'
import { lostText, missedCause, missingMovedCause, movedText, takenText } from './words.ts'

/** A node that a sample showed as the owner may have taken the address just then, without having reported it yet. */
const LOOK_LAG_MS = 2_000

/** A change of an address's owner, as the timeline reports it. */
export interface OwnershipChange extends WhyLeft {
  readonly from: Pnn | null
  readonly to: Pnn | null
  readonly what: 'moved' | 'taken' | 'released' | 'lost'
  readonly text: string
  readonly away?: AwayTime | undefined
  /** The new owner did not get it now: it claimed the address before, or may have while it did not answer. */
  readonly isOld?: boolean
}

/** When a change happened, and what is needed to explain it. */
interface Circumstances {
  readonly atMs: number
  readonly causes: Causes
  /** Whether nothing is known of a node now. */
  readonly isOutOfSight: (pnn: Pnn) => boolean
  readonly isRunInProgress: () => boolean
}

/**
 * An owner appears, or another one than before.
 * @param isReleased whether the former owner is known to have released the address. Otherwise it may be dead, whatever else happened.
 */
export function changeTo(
  record: AddressRecord,
  to: Pnn,
  isReleased: boolean,
  { atMs, causes, isOutOfSight, isRunInProgress }: Circumstances,
): OwnershipChange {
  const { address, owner, previousOwner, awaySinceMs } = record
  const awayTime = timeAway(record, to, atMs)
  const last = owner ?? previousOwner ?? null
  if (last === to || last === null) {
    const text = takenText(address, to, last === to)
    return { from: owner, to, what: 'taken', text, cause: causes.whyCame(record, null, to, atMs), away: awayTime }
  }
  if (!isReleased && isOutOfSight(last)) {
    return {
      from: owner,
      to,
      what: 'taken',
      text: `${takenText(address, to, false)}; node ${last}, which it does not see, may still have it`,
    }
  }
  const wasAwayLong = awaySinceMs !== undefined && atMs - awaySinceMs > UNEXPLAINED_MS
  // An address that was away for long comes back for another reason than the one for which it left.
  const coming = wasAwayLong ? causes.whyCame(record, null, to, atMs) : undefined
  const lost = isLost(record) && isRunInProgress() ? missingMovedCause(last) : undefined
  const cause = coming ?? causes.whyMoved(record, last, to, { atMs, isReleased }) ?? lost
  const seen = cause === undefined ? causes.meanwhile(record, last, atMs) : undefined
  const text = `${movedText(address, last, to)}${seen === undefined ? '' : `; meanwhile ${seen}`}`
  return { from: last, to, what: 'moved', text, cause, away: awayTime }
}

/** Which nodes have said nothing of their addresses in a sample, or in the one before. */
export interface Silence {
  readonly silent: (pnn: Pnn) => boolean
  readonly wasSilent: (pnn: Pnn) => boolean
}

/** A sample shows another owner than before, or none. */
export function changeSeen(
  record: AddressRecord,
  to: Pnn | null,
  { silent, wasSilent }: Silence,
  circumstances: Circumstances,
): OwnershipChange {
  const { address, owner: from, previousOwner } = record
  const { atMs, causes } = circumstances
  if (to !== null && from === null && (previousOwner ?? to) === to && wasSilent(to)) {
    const text = `node ${to}, which answers ${previousOwner === to ? 'again' : 'now'}, owns ${address}`
    return { from, to, what: 'taken', text, away: timeAway(record, to, atMs), isOld: true }
  }
  if (to !== null) {
    const isOld = wasSilent(to) || record.claims.includes(to)
    return { ...changeTo(record, to, from === null || !silent(from), circumstances), isOld }
  }
  const isSilent = from !== null && silent(from)
  const why = from === null ? {} : causes.whyLeft(record, from, atMs, isSilent)
  if (isSilent) {
    const still = record.heldBy.includes(from) ? `, but its kernel still has it` : ''
    return { from, to, what: 'lost', text: `${lostText(address, from)}${still}`, ...why }
  }
  return { from, to, what: 'released', text: `node ${from} does not own ${address} any more, and no other node does`, ...why }
}

/** The owner takes the address once more. A node reports that only if its kernel did not have the address. */
export function takenAgain(record: AddressRecord, pnn: Pnn, atMs: number, isRunInProgress: boolean): OwnershipChange {
  const wasSeenMissing = isAbsent(record.trouble?.truth)
  const cause = wasSeenMissing || atMs - record.heardSinceMs > LOOK_LAG_MS ? missedCause(pnn, isRunInProgress) : undefined
  const text = takenText(record.address, pnn, true)
  return { from: pnn, to: pnn, what: 'taken', text, cause, away: timeAway(record, pnn, atMs) }
}
