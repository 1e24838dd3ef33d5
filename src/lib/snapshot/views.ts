import { publicSocketAddress } from '../address/socket-address.ts'
import { mergeKnownIps, sortKnownIps } from '../cluster/merge-ips.ts'
import { type ClusterNode, flagsText, isActive, isReachable, type Pnn, UNKNOWN_PNN } from '../cluster/node.ts'
import { viewLimitOf } from '../cluster/point-of-view.ts'
import type { IpReport, OwnedIp, PublicIpInterfaces, StatusReport } from '../cluster/report.ts'
import { CtdbtsError, saidByCtdb } from '../errors.ts'
import { factsOf, type KnownAddress, type MapEntry, type NodeFacts, type Snapshot } from './snapshot.ts'

const clusterNode = ({ pnn, flags, address }: MapEntry): ClusterNode => ({ pnn, flags, address: publicSocketAddress(address) })

const nodesOf = ({ nodeMap }: Snapshot): ClusterNode[] => nodeMap.map(clusterNode)

/**
 * The report of `ip`, from a snapshot.
 * @throws CtdbtsError if the node does not exist, or the snapshot lacks its addresses.
 */
export function ipReportOf(snapshot: Snapshot, { node, all }: { node: Pnn | undefined; all: boolean }): IpReport {
  const nodes = nodesOf(snapshot)
  const viewLimit = viewLimitOf(snapshot.askedNode, nodes)
  if (!all) {
    const facts = requireFacts(snapshot, node ?? snapshot.askedNode)
    const ips = requireKnown(facts)
    const byAddress = new Map(ips.map((ip) => [ip.address, ip]))
    const sorted = sortKnownIps(ips.map(knownIp))
    return {
      of: facts.pnn,
      nodes,
      viewLimit,
      ips: sorted.map((ip) => withInterfaces(ip, facts, byAddress.get(ip.address.address))),
    }
  }
  const active = nodes.filter(isActive).map(({ pnn }) => requireFacts(snapshot, pnn))
  const merged = mergeKnownIps(active.map((facts) => ({ pnn: facts.pnn, ips: requireKnown(facts).map(knownIp) })))
  return {
    of: 'all',
    nodes,
    viewLimit,
    ips: merged.map((ip) => {
      const owner = factsOf(snapshot, ip.pnn)
      const known = owner?.known?.find(({ address }) => address === ip.address.address)
      return owner ? withInterfaces(ip, owner, known) : ip
    }),
  }
}

/**
 * The report of `status`, from a snapshot.
 * @throws CtdbtsError if the snapshot lacks the node's facts.
 */
export function statusReportOf(snapshot: Snapshot, { node }: { node: Pnn | undefined }): StatusReport {
  const { pnn: thisNode, vnnMap, recoveryMode } = requireFacts(snapshot, node ?? snapshot.askedNode)
  const leader = { pnn: snapshot.leader.pnn ?? UNKNOWN_PNN, era: snapshot.leader.era }
  return {
    thisNode,
    viewLimit: viewLimitOf(snapshot.askedNode, snapshot.nodeMap),
    nodes: nodesOf(snapshot).map((entry) => {
      const interfaces = factsOf(snapshot, entry.pnn)?.interfaces ?? []
      return { ...entry, partiallyOnline: entry.flags === 0 && interfaces.some(({ linkUp }) => !linkUp) }
    }),
    ...(vnnMap && recoveryMode !== undefined ? { cluster: { vnnMap, recoveryMode, leader } } : {}),
  }
}

const knownIp = ({ address, owner }: KnownAddress) => ({ address: publicSocketAddress(address), pnn: owner ?? UNKNOWN_PNN })

function withInterfaces(ip: OwnedIp, { interfaces }: NodeFacts, known: KnownAddress | undefined): OwnedIp {
  if (!known?.interfaces) return ip
  const configured = known.interfaces.map(
    (name) => interfaces?.find((candidate) => candidate.name === name) ?? { name, linkUp: false, references: 0 },
  )
  const details: PublicIpInterfaces = { configured, active: known.activeInterface ?? null }
  return { ...ip, interfaces: details }
}

function requireFacts(snapshot: Snapshot, pnn: Pnn): NodeFacts {
  const entry = snapshot.nodeMap.find((candidate) => candidate.pnn === pnn)
  if (!entry) throw saidByCtdb('NO_SUCH_NODE', `Node ${pnn} does not exist`)
  const facts = factsOf(snapshot, pnn)
  if (!isReachable(entry) || !facts) throw saidByCtdb('NODE_AWAY', `Node ${pnn} has status ${flagsText(entry.flags)}`)
  return facts
}

function requireKnown({ pnn, known, missing }: NodeFacts): readonly KnownAddress[] {
  if (known) return known
  const why = missing.find(({ fact }) => fact === 'known' || fact === 'everything')?.message ?? 'it did not report them'
  throw new CtdbtsError('NOT_IN_SNAPSHOT', `the snapshot has no addresses of node ${pnn}: ${why}`, {
    hint: 'take another snapshot when the node answers',
  })
}
