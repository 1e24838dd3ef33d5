import type { Pnn } from '../cluster/node.ts'
import type { Absence, AwayTime } from './absence.ts'
import { type AddressRecord, isAbsent } from './address-record.ts'
import type { ClusterRecords } from './cluster-records.ts'

/** With wider bounds than this, how long an address was away is as good as unknown. */
const WIDEST_MS = 120_000

/**
 * A kernel has got an address. To be called before its record says so.
 * @param fromMs a moment from which on it is known to have it at some time.
 * @param atMs when it had it at the latest.
 */
export function kernelGot(
  record: AddressRecord,
  pnn: Pnn,
  { fromMs, atMs }: { fromMs: number; atMs: number },
  cluster: ClusterRecords,
): void {
  const { times, heldBy } = record
  if (heldBy.includes(pnn)) return
  const node = cluster.node(pnn)
  // It may have had it all the time while nobody could look.
  const isUnknown = node.heldUnseen === undefined ? node.kernelMs === undefined : node.heldUnseen.has(record.address)
  const hadMs = latest(times.hadMs, ...heldBy.map((each) => cluster.node(each).kernelMs))
  const untilMs = isCertain(record, pnn, cluster) ? goneUntil(record, pnn, cluster) : undefined
  const atLeastMs = untilMs === undefined || times.goneMs === undefined ? 0 : Math.max(0, untilMs - times.goneMs)
  const ended = isUnknown || hadMs === undefined ? undefined : { by: pnn, atLeastMs, atMostMs: Math.max(atLeastMs, atMs - hadMs) }
  record.times = { hadMs: latest(hadMs, fromMs), goneMs: undefined, ended }
}

/**
 * A kernel does not have an address any more, or cannot be looked at any more. To be called when its record says so.
 * @param hadMs when it was last known to have it; undefined if that was not known.
 * @param goneMs when it was first known not to have it; undefined if that is not known.
 */
export function kernelLost(record: AddressRecord, hadMs: number | undefined, goneMs: number | undefined): void {
  const { times, heldBy } = record
  const isGone = heldBy.length === 0 && goneMs !== undefined
  record.times = { hadMs: latest(times.hadMs, hadMs), goneMs: times.goneMs ?? (isGone ? goneMs : undefined), ended: undefined }
}

/** Takes the absence that ended when this node's kernel got the address, unless its bounds say nothing. */
export function takeAbsence(record: AddressRecord, to: Pnn): Absence | undefined {
  const { ended } = record.times
  if (!ended) return undefined
  record.times = { ...record.times, ended: undefined }
  if (ended.by !== to) return undefined
  return ended.atMostMs - ended.atLeastMs > WIDEST_MS ? undefined : ended
}

/**
 * How long no kernel had the address that one has now. Between its bounds by when it was told or seen to be gone; without that the longer one,
 * as an outage is rather to be stated too long than too short.
 */
export function timeAway(record: AddressRecord, to: Pnn, atMs: number): AwayTime | undefined {
  const { awaySinceMs, trouble } = record
  const absence = takeAbsence(record, to)
  if (!absence) return undefined
  const { atLeastMs, atMostMs } = absence
  const sinceMs = awaySinceMs ?? (isAbsent(trouble?.truth) ? trouble?.sinceMs : undefined)
  const awayMs = sinceMs === undefined ? atMostMs : Math.min(atMostMs, Math.max(atLeastMs, atMs - sinceMs))
  return { awayMs, awayAtLeastMs: atLeastMs, awayAtMostMs: atMostMs }
}

/**
 * Whether no other kernel can have had the address without our knowledge. One that is about to take it may have done so; the scripts of a daemon
 * that hangs go on without it.
 */
function isCertain({ address, heldBy, claims }: AddressRecord, to: Pnn, { nodes }: ClusterRecords): boolean {
  if (heldBy.length > 0) return false
  return [...nodes.values()].every((node) => {
    if (node.pnn === to || !node.knownSet.has(address)) return true
    const mayHave = node.held === undefined && (node.heldUnseen === undefined || node.heldUnseen.has(address))
    return !mayHave && node.heard && !claims.includes(node.pnn)
  })
}

/** Until when no kernel was seen to have the address: by hand, it can be added anywhere. */
function goneUntil({ address }: AddressRecord, to: Pnn, { nodes }: ClusterRecords): number | undefined {
  const others = [...nodes.values()].filter(({ pnn, held, answers, knownSet }) => {
    return pnn === to || (knownSet.has(address) && (held !== undefined || answers))
  })
  return others.reduce<number | undefined>(
    (earliest, { kernelMs }) => (earliest === undefined || kernelMs === undefined ? undefined : Math.min(earliest, kernelMs)),
    Number.POSITIVE_INFINITY,
  )
}

const latest = (...times: readonly (number | undefined)[]): number | undefined =>
  times.reduce((newest, each) => (newest === undefined || (each !== undefined && each > newest) ? each : newest), undefined)
