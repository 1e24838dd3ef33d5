import { addressFile, onlyIn } from '../audit/facts.ts'
import { absentInterfaces } from '../audit/interfaces.ts'
import { normalSnapshot } from '../audit/normal.ts'
import { type MissedFact, type View, viewOf } from '../audit/view.ts'
import type { AddressFileReading, ConfiguredAddress } from '../cluster/address-files.ts'
import { flagsText, isActive, isReachable, type Pnn } from '../cluster/node.ts'
import { listed, nodesText } from '../cluster/node-text.ts'
import type { Snapshot } from '../snapshot/snapshot.ts'
import { obstacle } from '../takeover/can-host.ts'
import { type Plan, planTakeover } from '../takeover/plan.ts'
import { type Edit, imagine } from '../takeover/what-if.ts'
import { type IgnoredEdit, ignoredEdits, type KernelMasks, kernelMasks } from './ignored-edits.ts'

/**
 * What a node does on the request:
 * - `reloads`: it reloads its file;
 * - `rejects`: it rejects its file, and nothing changes there;
 * - `unknown`: its file, or what its daemon knows, could not be read;
 * - `left out`: it is not asked, because it takes no part in the cluster.
 */
type Verdict = 'reloads' | 'rejects' | 'unknown' | 'left out'

/** A node's file, compared with what its daemon knows. */
export interface NodePreview {
  readonly pnn: Pnn
  readonly verdict: Verdict
  /** Why it does not reload its file, or why that is not known. */
  readonly why?: string
  readonly hint?: string
  /** Whether the file has addresses. CTDB treats a missing file like an empty one. */
  readonly file?: 'there' | 'empty' | 'missing'
  /** As the file has them, in the order of addresses. */
  readonly comes: readonly ConfiguredAddress[]
  readonly goes: readonly string[]
  /** How many addresses the daemon keeps. */
  readonly stays: number
  readonly ignored: readonly IgnoredEdit[]
  /** Addresses in the file that the takeover run removes nevertheless: they were deleted before, and are not yet released. */
  readonly leaving: readonly string[]
  /** Lines that CTDB accepts although they do not mean what they should. */
  readonly badLines: readonly { readonly line: number; readonly reason: string }[]
}

/** What a reload of the public addresses files will do. */
export interface ReloadPreview {
  /** The nodes that were chosen. */
  readonly nodes: readonly NodePreview[]
  /** The takeover run after it. */
  readonly plan: Plan
  /** Whether everything that the plan depends on was seen. */
  readonly isCertain: boolean
  /** What may prevent the reload. */
  readonly warnings: readonly string[]
}

/**
 * Predicts what a reload does on the chosen nodes, and what the takeover run after it moves. Sends nothing and changes nothing.
 * @param snapshot with the facts of the machines, as far as they could be reached.
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
    // A node that gets new addresses tells the leader to let it receive some.
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

/** Without a file, the event script that removes addresses from the kernel ends at once and reports success. */
function stuckAddresses({ nodes }: Snapshot, { pnn, file }: NodePreview): string[] {
  const held = nodes.find((facts) => facts.pnn === pnn)?.known?.filter(({ owner }) => owner === pnn) ?? []
  if (file !== 'missing' || held.length === 0) return []
  return [
    `node ${pnn} has no public addresses file, without which 10.interface releases nothing: ${listed(
      held.map(({ address }) => address),
      3,
    )} will stay on it; to remove all addresses, use an empty file`,
  ]
}

/** If a takeover run is due anyway, it may come first, and then more addresses move than this plan says. */
function unrestWarnings(now: Snapshot): string[] {
  const moving = planTakeover(now).addresses.filter(({ from, to }) => from !== to).length
  if (moving === 0) return []
  return [
    `the cluster is not at rest: even without this reload a takeover run would move ${moving} of the addresses, so the plan may change`,
  ]
}

/** Takeover runs must be disabled on every connected node, even on those that do not reload. */
function silenceWarnings({ nodeMap, nodes }: Snapshot): string[] {
  const silent = nodeMap.filter((node) => isReachable(node) && nodes.find(({ pnn }) => pnn === node.pnn)?.runState === undefined)
  return silent.map(
    ({ pnn }) =>
      `node ${pnn} is connected but does not answer: until it does, takeover runs cannot be disabled there, and nothing is reloaded`,
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

/** A daemon does not report which addresses it has marked as deleted, but nothing else explains why they are not available. */
function leavingAddresses({ snapshot, peek }: View, pnn: Pnn): string[] {
  const available = peek(pnn, 'available')
  const own = peek(pnn, 'known')?.filter(({ owner }) => owner === pnn) ?? []
  if (!available) return []
  return own
    .map(({ address }) => address)
    .filter((address) => !available.includes(address) && obstacle(snapshot, pnn, address) === undefined)
}

/** Why a daemon rejects its whole file: an unreadable line, or an interface that its kernel does not have. */
function rejection(view: View, pnn: Pnn, reading: AddressFileReading): string | undefined {
  const [line] = reading.faults.filter(({ judgement }) => judgement === 'rejected')
  if (line) return `line ${line.line}: ${line.reason}`
  const [absent] = absentInterfaces(view, pnn, reading)
  if (!absent) return undefined
  const { name, users, altnameOf } = absent
  if (altnameOf === undefined) return `the node has no interface ${name}, which the file names for ${listed(users, 3)}`
  return `${name}, which the file names for ${listed(users, 3)}, is an alternative name of ${altnameOf}, and CTDB accepts it from 4.25 on`
}
