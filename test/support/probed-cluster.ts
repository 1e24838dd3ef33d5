import { auditSamples } from '../../src/lib/audit/audit.ts'
import { NEEDING_PROBE } from '../../src/lib/audit/registry.ts'
import type { Neighbour, NetworkQuestion } from '../../src/lib/snapshot/host-facts.ts'
import type { Snapshot } from '../../src/lib/snapshot/snapshot.ts'
import { ADDRESSES, healthyCluster, hostIn, ownerIn, withAll, withHost } from './audit-cluster.ts'

/** The link address of a node's eth1. */
export const macOf = (pnn: number): string => `02:00:00:00:00:0${pnn}`
/** The link address of a machine that is no node. */
export const STRANGER = '52:54:00:12:34:56'

/** A healthy cluster whose networks were probed: the owner answers for each address, and all others have its link address. */
export function probedCluster(): Snapshot {
  const good = healthyCluster()
  const probed = withAll(good, ({ pnn, host }) => {
    const others = ADDRESSES.filter((address) => ownerIn(good, address) !== pnn)
    const at = (address: string) => ({ address, interfaceName: 'eth1' })
    return {
      host: host && {
        ...host,
        interfaceFilters: [{ interfaceName: 'eth1', arp: false, strict: true }],
        linkAddresses: [{ interfaceName: 'eth1', mac: macOf(pnn) }],
        neighbours: others.map((address) => ({ ...at(address), mac: macOf(ownerIn(good, address)), isPermanent: false })),
        questions: others.map((address) => ({ ...at(address), macs: [macOf(ownerIn(good, address))] })),
      },
    }
  })
  return { ...probed, isProbed: true }
}

const GOOD = probedCluster()
/** An address, its owner, and the two other nodes, which ask for it. */
export const A = '10.0.0.1'
export const OWNER = ownerIn(GOOD, A)
const [one = 0, other = 0] = [0, 1, 2].filter((pnn) => pnn !== OWNER)
export const ASKERS = [one, other] as const

/** The same with another outcome of the question of a node about {@link A}. */
export const withAnswer = (snapshot: Snapshot, pnn: number, outcome: Pick<NetworkQuestion, 'macs' | 'problem'>): Snapshot =>
  withHost(snapshot, pnn, ({ questions = [] }) => ({
    questions: questions.map((each) => (each.address === A ? { address: A, interfaceName: 'eth1', ...outcome } : each)),
  }))

/** The same with another entry of a node's neighbour table for {@link A}. */
export const withNeighbour = (snapshot: Snapshot, pnn: number, change: Partial<Neighbour>): Snapshot =>
  withHost(snapshot, pnn, ({ neighbours = [] }) => ({
    neighbours: neighbours.map((each) => (each.address === A ? { ...each, ...change } : each)),
  }))

/** What the checks of a probe find in a snapshot that stays as it is, and what they could not. */
export function probeFinds(snapshot: Snapshot) {
  const { findings, unknown } = auditSamples([snapshot, snapshot], { only: NEEDING_PROBE })
  return { findings, unknown }
}

/** Where a node's kernel has {@link A}. */
export const heldIn = (snapshot: Snapshot, pnn: number) =>
  hostIn(snapshot, pnn).addresses?.filter(({ address }) => address === A) ?? []
