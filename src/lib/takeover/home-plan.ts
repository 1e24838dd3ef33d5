import { homeNodesText, type PlaceableAddress, type ProposedHomes } from '../allocation/home-proposal.ts'
import { ALGORITHMS } from '../allocation/input.ts'
import { compareAddresses, normalAddress } from '../audit/normal.ts'
import { type ConfiguredAddress, readPublicAddresses } from '../cluster/address-files.ts'
import { hasFlag, NODE_FLAG, type Pnn } from '../cluster/node.ts'
import { nodesText } from '../cluster/node-text.ts'
import { groupOf } from '../group-of.ts'
import { seenByCluster } from '../snapshot/cluster-view.ts'
import type { HostFacts } from '../snapshot/host-facts.ts'
import { factsOf, type NodeFacts, type Snapshot } from '../snapshot/snapshot.ts'
import { readsHomeNodes } from './homes.ts'
import { claimsOf, type Plan, planTakeover } from './plan.ts'
import { settingsOf } from './settings.ts'

/** The public addresses with the nodes that know them: by the word of their daemons, of dead ones by their files. */
export function placeableAddresses(snapshot: Snapshot): PlaceableAddress[] {
  const owners = claimsOf(snapshot)
  const knownOn = new Map<string, Pnn[]>()
  for (const { pnn, flags } of snapshot.nodeMap) {
    if (hasFlag({ flags }, NODE_FLAG.DELETED)) continue
    for (const address of addressesOf(factsOf(snapshot, pnn))) groupOf(knownOn, address).push(pnn)
  }
  return [...knownOn]
    .map(([address, pnns]) => ({ address, knownOn: pnns, owner: owners.get(address) ?? null }))
    .toSorted((a, b) => compareAddresses(a.address, b.address))
}

function addressesOf(facts: NodeFacts | undefined): string[] {
  if (facts?.known) return facts.known.map(({ address }) => address)
  const lines: readonly ConfiguredAddress[] = readPublicAddresses(facts?.host?.publicAddressesFile ?? '').addresses
  return [...new Set(lines.map(({ address }) => normalAddress(address)))]
}

/** What home nodes would change. */
export interface HomePlan {
  /** The next takeover run as things are. */
  readonly now: Plan
  /** The next takeover run with these home nodes on the leader, and the deterministic algorithm. */
  readonly then: Plan
  /** What has to be done, or is not known, before they count: whole sentences without a full stop. */
  readonly notes: readonly string[]
}

/** Predicts what home nodes would change. */
export function planHomes(snapshot: Snapshot, homes: ProposedHomes): HomePlan {
  const then = planTakeover(snapshot, { imagined: withHomes(seenByCluster(snapshot), homeNodesText(homes)) })
  return { now: planTakeover(snapshot), then, notes: [...algorithmNotes(snapshot), ...versionNotes(snapshot)] }
}

/** The cluster as if its leader had read the file. */
function withHomes(snapshot: Snapshot, homeNodesFile: string): Snapshot {
  const { pnn: leader } = snapshot.leader
  const host = (facts: NodeFacts): HostFacts => ({
    reachedBy: '',
    daemonAnswers: true,
    version: '4.20',
    configFile: facts.host?.configFile,
    homeNodesFile,
  })
  return {
    ...snapshot,
    nodes: snapshot.nodes.map((facts) =>
      facts.pnn === leader ? { ...facts, tunables: { ...facts.tunables, IPAllocAlgorithm: 0 }, host: host(facts) } : facts,
    ),
  }
}

function algorithmNotes(snapshot: Snapshot): string[] {
  const { algorithm, isDefault } = settingsOf(seenByCluster(snapshot))
  if (isDefault) return ["the leader's tunables are not known: home nodes count only with IPAllocAlgorithm = 0"]
  if (algorithm === 'deterministic') return []
  return [
    `IPAllocAlgorithm is ${ALGORITHMS.indexOf(algorithm)}: home nodes count only after \`ctdb setvar IPAllocAlgorithm 0\` on all nodes, and IPAllocAlgorithm=0 in ctdb.tunables`,
  ]
}

function versionNotes(snapshot: Snapshot): string[] {
  const reads = snapshot.nodes.map(({ pnn, host }) => ({ pnn, reads: readsHomeNodes(host?.version) }))
  const old = reads.filter((each) => each.reads === false).map(({ pnn }) => pnn)
  const unknown = reads.filter((each) => each.reads === undefined).map(({ pnn }) => pnn)
  return [
    ...(old.length > 0 ? [`CTDB on ${nodesText(old)} is older than 4.20 and does not read home_nodes`] : []),
    ...(unknown.length > 0 ? [`whether CTDB on ${nodesText(unknown)} reads home_nodes (4.20 and later) is not known`] : []),
  ]
}
