import { hasFlag, isActive, NODE_FLAG, type Pnn } from '../cluster/node.ts'
import type { HostFacts } from '../snapshot/host-facts.ts'
import { factsOf, type MapEntry, type NodeFacts, type Snapshot } from '../snapshot/snapshot.ts'
import { flagsOf } from '../takeover/can-host.ts'

type DaemonFactName = Exclude<keyof NodeFacts, 'pnn' | 'missing' | 'host'>
type HostFactName = Exclude<keyof HostFacts, 'reachedBy' | 'daemonAnswers'>

/** What can be known of a node, by the name that it has where it is missing. */
type FactName = DaemonFactName | `host.${HostFactName}`
/** What that is when it is known. */
type FactValue<F extends FactName> = F extends `host.${infer H extends HostFactName}`
  ? Exclude<HostFacts[H], undefined>
  : F extends DaemonFactName
    ? Exclude<NodeFacts[F], undefined>
    : never

/** A fact that a check asked for in vain. */
export interface MissedFact {
  readonly pnn: Pnn
  readonly fact: string
  readonly why: string
  readonly hint?: string | undefined
}

/**
 * One sample of a cluster as a check sees it. A check reads through it, so that none can forget that what could not be read is not
 * known.
 */
export interface View {
  /** With addresses in their normal form. */
  readonly snapshot: Snapshot
  /** All that are not deleted. */
  readonly nodes: readonly MapEntry[]
  /** Those that take part in the cluster: by their own word, as in a cluster that is split each part takes the other for cut off. */
  readonly active: readonly MapEntry[]
  flags(pnn: Pnn): number
  /** A fact; where it is missing that is noted, and nothing returned. */
  need<F extends FactName>(pnn: Pnn, fact: F): FactValue<F> | undefined
  /** A fact that only adds to a finding, and that nothing depends on. */
  peek<F extends FactName>(pnn: Pnn, fact: F): FactValue<F> | undefined
  /** Notes that part of a fact is missing. */
  miss(pnn: Pnn, fact: string): void
  /** Whether somebody looked at the node itself, and its daemon's own socket did not answer. */
  isDaemonDead(pnn: Pnn): boolean
}

/**
 * @param snapshot as `normalSnapshot` makes it.
 * @param miss is told of each fact that a check asked for in vain.
 * @param silenceIsReported a check that is run as well reports nodes that are cut off, or whose daemon is dead: so it is not
 * also noted that they say nothing.
 */
export function viewOf(snapshot: Snapshot, miss: (missed: MissedFact) => void, silenceIsReported = false): View {
  const nodes = snapshot.nodeMap.filter((node) => !hasFlag(node, NODE_FLAG.DELETED))
  const hosts = new Map(snapshot.nodes.map(({ pnn, host }) => [pnn, host]))
  const isDaemonDead = (pnn: Pnn): boolean => hosts.get(pnn)?.daemonAnswers === false
  const isSilent = (pnn: Pnn): boolean => isDaemonDead(pnn) || hasFlag({ flags: flagsOf(snapshot, pnn) }, NODE_FLAG.DISCONNECTED)
  const noteMissing = (pnn: Pnn, fact: string) => {
    if (silenceIsReported && isSilent(pnn) && !fact.startsWith('host.')) return
    // The event daemon lives and dies with the daemon.
    if (silenceIsReported && isDaemonDead(pnn) && fact === 'host.events') return
    miss({ pnn, fact, ...whyMissing(factsOf(snapshot, pnn), fact) })
  }
  const peek = <F extends FactName>(pnn: Pnn, fact: F) => read(factsOf(snapshot, pnn), fact)
  return {
    snapshot,
    nodes,
    active: nodes.filter(({ pnn, flags }) => isActive({ flags: ownFlags(snapshot, pnn) ?? flags })),
    flags: (pnn) => flagsOf(snapshot, pnn),
    peek,
    need(pnn, fact) {
      const value = peek(pnn, fact)
      if (value === undefined) noteMissing(pnn, fact)
      return value
    },
    miss: noteMissing,
    isDaemonDead,
  }
}

/** A node's flags as it sees them itself. */
const ownFlags = (snapshot: Snapshot, pnn: Pnn): number | undefined =>
  factsOf(snapshot, pnn)?.nodeMap?.find((entry) => entry.pnn === pnn)?.flags

function read<F extends FactName>(facts: NodeFacts | undefined, fact: F): FactValue<F> | undefined {
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
  return { why: facts?.host ? 'it was not read' : 'nobody looked at the node' }
}
