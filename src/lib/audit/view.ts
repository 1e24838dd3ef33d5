import { hasFlag, isActive, NODE_FLAG, type Pnn } from '../cluster/node.ts'
import type { ClusterViews } from '../cluster/views.ts'
import { outOfSightNow, seenByCluster, viewsIn } from '../snapshot/cluster-view.ts'
import type { HostFacts } from '../snapshot/host-facts.ts'
import { factsOf, type MapEntry, type NodeFacts, type Snapshot } from '../snapshot/snapshot.ts'
import { flagsOf } from '../takeover/can-host.ts'
import { whyNotOwn } from './configuration.ts'
import { normalSnapshot } from './normal.ts'

type DaemonFactName = Exclude<keyof NodeFacts, 'pnn' | 'missing' | 'host'>
type HostFactName = Exclude<keyof HostFacts, 'reachedBy' | 'daemonAnswers'>

/** The name of a fact about a node, as in its list of missing facts. */
type FactName = DaemonFactName | `host.${HostFactName}`
/** The value of a fact. */
type FactValue<F extends FactName> = F extends `host.${infer H extends HostFactName}`
  ? Exclude<HostFacts[H], undefined>
  : F extends DaemonFactName
    ? Exclude<NodeFacts[F], undefined>
    : never

/** A fact that a check needed and that is missing. */
export interface MissedFact {
  readonly pnn: Pnn
  readonly fact: string
  readonly why: string
  readonly hint?: string | undefined
}

/**
 * One sample of a cluster as a check sees it. Checks read facts only through a view, which notes every fact that is missing.
 */
export interface View {
  /** Its addresses are in normal form; its node map and leader are those of the node whose view counts for the cluster. */
  readonly snapshot: Snapshot
  /** What the daemons see of each other. */
  readonly views: ClusterViews
  /** All nodes that are not deleted. */
  readonly nodes: readonly MapEntry[]
  /** The nodes that take part in the cluster, by their own flags, without those that are cut off from it. */
  readonly active: readonly MapEntry[]
  /**
   * A node's flags: those that the cluster sees or, of a node that is cut off, those that it sees itself. Without a leader nobody tells the others
   * what a node says of itself: then that counts, too.
   */
  flags(pnn: Pnn): number
  /** Whether a node's daemon answered us, but the leader, or the nodes whose view counts, do not see it. */
  isCutOff(pnn: Pnn): boolean
  /** A fact; undefined if it is missing, which is noted. */
  need<F extends FactName>(pnn: Pnn, fact: F): FactValue<F> | undefined
  /**
   * A fact that an older ctdbts did not collect, or for which a node may lack the program. If it is missing, that is noted only if it was looked for:
   * a snapshot of then lacks nothing.
   */
  want<F extends FactName>(pnn: Pnn, fact: F): FactValue<F> | undefined
  /** A fact that only adds detail to a finding. If it is missing, that is not noted. */
  peek<F extends FactName>(pnn: Pnn, fact: F): FactValue<F> | undefined
  /**
   * Whether nothing is known of a node: those that answered may be cut off from it, as in `views`. If its machine was reached, and its daemon
   * does not answer there, that is known.
   */
  isOutOfSight(pnn: Pnn): boolean
  /** Notes that part of a fact is missing. @param why unless the snapshot says it. */
  miss(pnn: Pnn, fact: string, why?: string): void
  /** Whether the node's machine was reached, but its daemon did not answer on its own socket. */
  isDaemonDead(pnn: Pnn): boolean
}

/**
 * @param normal as `normalSnapshot` makes it.
 * @param miss called for each missing fact that a check needs.
 * @param silenceIsReported another check reports nodes that are disconnected or have a dead daemon, so their missing facts are not noted; those
 * of nodes that are out of sight are, since nothing can be reported of these.
 */
export function viewOf(normal: Snapshot, miss: (missed: MissedFact) => void, silenceIsReported = false): View {
  const snapshot = seenByCluster(normal)
  const views = viewsIn(normal)
  const cutOff = new Set(views.cutOff)
  const isCutOff = (pnn: Pnn): boolean => cutOff.has(pnn)
  const flags = (pnn: Pnn): number => {
    const seen = flagsOf(snapshot, pnn)
    const own = ownFlags(snapshot, pnn)
    if (own === undefined) return seen
    if (isCutOff(pnn)) return own
    return snapshot.leader.pnn === null ? own | (seen & NODE_FLAG.DISCONNECTED) : seen
  }
  const nodes = snapshot.nodeMap.filter((node) => !hasFlag(node, NODE_FLAG.DELETED))
  const hosts = new Map(snapshot.nodes.map(({ pnn, host }) => [pnn, host]))
  const isDaemonDead = (pnn: Pnn): boolean => hosts.get(pnn)?.daemonAnswers === false
  const isSilent = (pnn: Pnn): boolean => isDaemonDead(pnn) || hasFlag({ flags: flags(pnn) }, NODE_FLAG.DISCONNECTED)
  const unseen = outOfSightNow(normal)
  const isOutOfSight = (pnn: Pnn): boolean => unseen.has(pnn)
  const noteMissing = (pnn: Pnn, fact: string, why?: string) => {
    if (silenceIsReported && isSilent(pnn) && !isOutOfSight(pnn) && !fact.startsWith('host.')) return
    // The event daemon ends when the daemon does.
    if (silenceIsReported && isDaemonDead(pnn) && fact === 'host.events') return
    miss({ pnn, fact, ...(why === undefined ? whyMissing(factsOf(snapshot, pnn), fact) : { why }) })
  }
  const peek = <F extends FactName>(pnn: Pnn, fact: F) => read(factsOf(snapshot, pnn), fact)
  return {
    snapshot,
    views,
    nodes,
    active: nodes.filter((node) => !isCutOff(node.pnn) && isActive({ flags: ownFlags(snapshot, node.pnn) ?? node.flags })),
    flags,
    isCutOff,
    isOutOfSight,
    peek,
    need(pnn, fact) {
      const value = peek(pnn, fact)
      // What is there may not be whole.
      if (value === undefined || isListedMissing(factsOf(snapshot, pnn), fact)) noteMissing(pnn, fact)
      return value
    },
    want(pnn, fact) {
      const facts = factsOf(snapshot, pnn)
      if (isListedMissing(facts, fact) || whyNotOwn(facts, fact) !== undefined) noteMissing(pnn, fact)
      return peek(pnn, fact)
    },
    miss: noteMissing,
    isDaemonDead,
  }
}

/** A node's flags, by its own node map. */
const ownFlags = (snapshot: Snapshot, pnn: Pnn): number | undefined =>
  factsOf(snapshot, pnn)?.nodeMap?.find((entry) => entry.pnn === pnn)?.flags

const isListedMissing = (facts: NodeFacts | undefined, fact: string): boolean =>
  facts?.missing.some((missing) => missing.fact === fact) === true

function read<F extends FactName>(facts: NodeFacts | undefined, fact: F): FactValue<F> | undefined {
  if (whyNotOwn(facts, fact) !== undefined) return undefined
  const value: unknown = fact.startsWith('host.')
    ? facts?.host?.[fact.slice('host.'.length) as HostFactName]
    : facts?.[fact as DaemonFactName]
  return value as FactValue<F> | undefined
}

function whyMissing(facts: NodeFacts | undefined, fact: string): Pick<MissedFact, 'why' | 'hint'> {
  const said = (name: string) => facts?.missing.find((missing) => missing.fact === name)
  const isOfHost = fact.startsWith('host.')
  const missing = said(fact) ?? said(isOfHost ? 'host' : 'everything')
  if (missing) return { why: missing.message, ...(missing.hint !== undefined && { hint: missing.hint }) }
  if (!isOfHost) return { why: 'the snapshot does not have it' }
  const foreign = whyNotOwn(facts, fact)
  if (foreign !== undefined) return { why: foreign }
  return { why: facts?.host ? 'it was not read' : 'nobody looked at the node' }
}

/** A view for those to whom it does not matter which facts are missing. @param snapshot as it was collected. */
export const plainView = (snapshot: Snapshot): View => viewOf(normalSnapshot(snapshot), () => {})
