import { absentInterfaces, addressFile, listed, nodesText, onlyIn } from '../audit/facts.ts'
import { normalSnapshot } from '../audit/normal.ts'
import { type MissedFact, type View, viewOf } from '../audit/view.ts'
import type { AddressFileReading, ConfiguredAddress } from '../cluster/address-files.ts'
import { flagsText, isActive, isReachable, type Pnn } from '../cluster/node.ts'
import type { Snapshot } from '../snapshot/snapshot.ts'
import { obstacle } from '../takeover/can-host.ts'
import { type Plan, planTakeover } from '../takeover/plan.ts'
import { type Edit, imagine } from '../takeover/what-if.ts'
import { type IgnoredEdit, ignoredEdits, type KernelMasks, kernelMasks } from './ignored-edits.ts'

/**
 * What becomes of the request on a node:
 * - `reloads`: it reloads its file;
 * - `rejects`: it rejects its file, and everything stays as it is there;
 * - `unknown`: its file, or what its daemon knows, could not be read;
 * - `left out`: it is not asked, as it takes no part in the cluster.
 */
type Verdict = 'reloads' | 'rejects' | 'unknown' | 'left out'

/** What a node's file says, against what its daemon knows. */
export interface NodePreview {
  readonly pnn: Pnn
  readonly verdict: Verdict
  /** Why it does not reload its file, or why that is not known. */
  readonly why?: string
  readonly hint?: string
  /** Whether there are addresses in the file; one that is missing is as good as an empty one to CTDB. */
  readonly file?: 'there' | 'empty' | 'missing'
  /** As the file has them, in the order of addresses. */
  readonly comes: readonly ConfiguredAddress[]
  readonly goes: readonly string[]
  /** How many addresses the daemon keeps. */
  readonly stays: number
  readonly ignored: readonly IgnoredEdit[]
  /** In the file, and yet they go with the takeover run: they were deleted before, and are still to be released. */
  readonly leaving: readonly string[]
  /** Lines that CTDB takes, though they do not say what they are meant to. */
  readonly badLines: readonly { readonly line: number; readonly reason: string }[]
}

/** What a reload of the public addresses files will do. */
export interface ReloadPreview {
  /** The nodes that were chosen. */
  readonly nodes: readonly NodePreview[]
  /** The takeover run after it. */
  readonly plan: Plan
  /** Whether all was seen on which the plan rests. */
  readonly isCertain: boolean
  /** What may keep all of it from being done. */
  readonly warnings: readonly string[]
}

/**
 * What reloading will do on the chosen nodes, and what the takeover run after it will move. Nothing is asked or changed.
 * @param snapshot with what is on the nodes themselves, as far as there was a way to them.
 */
export function previewReload(snapshot: Snapshot, chosen: readonly Pnn[]): ReloadPreview {
  const now = normalSnapshot(snapshot)
  const missed: MissedFact[] = []
  const view = viewOf(now, (fact) => missed.push(fact))
  const masks = kernelMasks(view)
  const nodes = chosen.map((pnn) => previewNode(view, pnn, masks, missed))
  const reloads = nodes.filter(({ verdict }) => verdict === 'reloads').map(({ pnn }) => pnn)
  const unseen = nodes.filter(({ verdict }) => verdict === 'unknown').map(({ pnn }) => pnn)
  const edits = reloads.map((pnn): Edit => ({ kind: 'reload', pnn, lines: addressFile(view, pnn)?.addresses ?? [] }))
  const { snapshot: imagined, assumptions } = imagine(now, edits)
  const plan = planTakeover(now, {
    imagined,
    // A node to which addresses come tells the leader to let it receive some.
    forceRebalance: nodes.filter(({ comes }) => comes.length > 0).map(({ pnn }) => pnn),
    assumptions: [
      ...assumptions,
      ...(unseen.length > 0 ? [`the addresses of ${nodesText(unseen)} are assumed to stay as they are`] : []),
    ],
  })
  return {
    nodes,
    plan: { ...plan, failures: [...plan.failures, ...nodes.flatMap((node) => stuckAddresses(now, node))] },
    isCertain: unseen.length === 0,
    warnings: [...silenceWarnings(now), ...unrestWarnings(now)],
  }
}

/** Without a file the event script that takes addresses from the kernel ends at once, and says that all is well. */
function stuckAddresses({ nodes }: Snapshot, { pnn, file }: NodePreview): string[] {
  const held = nodes.find((facts) => facts.pnn === pnn)?.known?.filter(({ owner }) => owner === pnn) ?? []
  if (file !== 'missing' || held.length === 0) return []
  return [
    `node ${pnn} has no public addresses file, without which 10.interface releases nothing: ${listed(
      held.map(({ address }) => address),
      3,
    )} will stay on it; an empty file is what makes all addresses go`,
  ]
}

/** Where a takeover run is due anyway, it may come before ours, and more moves than by ours alone. */
function unrestWarnings(now: Snapshot): string[] {
  const moving = planTakeover(now).addresses.filter(({ from, to }) => from !== to).length
  if (moving === 0) return []
  return [
    `the cluster is not at rest: a takeover run would move ${moving} of the addresses as it is; what is planned here may change`,
  ]
}

/** Every connected node has to let takeover runs be disabled, whether it is to reload anything or not. */
function silenceWarnings({ nodeMap, nodes }: Snapshot): string[] {
  const silent = nodeMap.filter((node) => isReachable(node) && nodes.find(({ pnn }) => pnn === node.pnn)?.runState === undefined)
  return silent.map(
    ({ pnn }) =>
      `node ${pnn} is connected and does not answer: as long as that is so, takeover runs cannot be disabled there, and nothing is reloaded`,
  )
}

function previewNode(view: View, pnn: Pnn, masks: KernelMasks, missed: readonly MissedFact[]): NodePreview {
  const nothing = { pnn, comes: [], goes: [], stays: 0, ignored: [], leaving: [], badLines: [] }
  const flags = view.flags(pnn)
  if (!isActive({ flags })) return { ...nothing, verdict: 'left out', why: `it is ${flagsText(flags)}` }
  const missedBefore = missed.length
  const known = view.need(pnn, 'known')?.map(({ address }) => address)
  const text = view.need(pnn, 'host.publicAddressesFile')
  const reading = text === undefined ? undefined : addressFile(view, pnn)
  if (!known || !reading) {
    const { why, hint } = missed[missedBefore] ?? { why: 'it was not read' }
    return { ...nothing, verdict: 'unknown', why, ...(hint !== undefined && { hint }) }
  }
  const { addresses, faults } = reading
  const why = rejection(view, pnn, reading)
  if (why !== undefined) return { ...nothing, verdict: 'rejects', why, file: 'there', stays: known.length }
  const goes = onlyIn(
    known,
    addresses.map(({ address }) => address),
  )
  const comes = onlyIn(
    addresses.map(({ address }) => address),
    known,
  )
  const lineOf = new Map(addresses.map((line) => [line.address, line]))
  return {
    pnn,
    verdict: 'reloads',
    file: text === null ? 'missing' : addresses.length === 0 ? 'empty' : 'there',
    comes: comes.flatMap((address) => lineOf.get(address) ?? []),
    goes,
    stays: known.length - goes.length,
    ignored: ignoredEdits(view, pnn, addresses, masks),
    leaving: leavingAddresses(view, pnn).filter((address) => lineOf.has(address)),
    badLines: faults.map(({ line, reason }) => ({ line, reason })),
  }
}

/** A daemon does not tell which addresses it has marked as deleted; but nothing else keeps them from being available. */
function leavingAddresses({ snapshot, peek }: View, pnn: Pnn): string[] {
  const available = peek(pnn, 'available')
  const own = peek(pnn, 'known')?.filter(({ owner }) => owner === pnn) ?? []
  if (!available) return []
  return own
    .map(({ address }) => address)
    .filter((address) => !available.includes(address) && obstacle(snapshot, pnn, address) === undefined)
}

/** Why a daemon rejects its whole file: a line that it cannot read, or an interface that its kernel does not have. */
function rejection(view: View, pnn: Pnn, reading: AddressFileReading): string | undefined {
  const [line] = reading.faults.filter(({ judgement }) => judgement === 'rejected')
  if (line) return `line ${line.line}: ${line.reason}`
  const links = view.peek(pnn, 'host.links')
  const [absent] = links ? absentInterfaces(reading, links) : []
  return absent && `the node has no interface ${absent.name}, which the file names for ${listed(absent.users, 3)}`
}
