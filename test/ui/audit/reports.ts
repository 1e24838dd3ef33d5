import { auditSamples } from '../../../src/lib/audit/audit.ts'
import type { Snapshot } from '../../../src/lib/snapshot/snapshot.ts'
import { healthyCluster, heldAddress, withFacts, withHost } from '../../support/audit-cluster.ts'

const good = healthyCluster()
const drop = (snapshot: Snapshot, pnn: number, address: string): Snapshot =>
  withHost(snapshot, pnn, ({ addresses = [] }) => ({ addresses: addresses.filter((held) => held.address !== address) }))
const hold = (snapshot: Snapshot, pnn: number, address: string): Snapshot =>
  withHost(snapshot, pnn, ({ addresses = [] }) => ({ addresses: [...addresses, heldAddress(address, 24, 'eth1', true)] }))

/** Nodes 0 to 2 own .3 and .6, .2 and .5, .1 and .4: one is missing, one is on two nodes, and node 2 does not tell its tunables. */
const faulty = withFacts(hold(drop(good, 2, '10.0.0.1'), 1, '10.0.0.6'), 2, () => ({
  tunables: undefined,
  missing: [{ fact: 'tunables', code: 'TIMEOUT', message: 'timed out after 10 s' }],
}))

/** Some that find something, and some that miss the tunables: a new check changes no report. */
const SOME_CHECKS = ['ip-missing', 'ip-rogue', 'ip-duplicate-kernel', 'imbalance', 'tunables-differ', 'lock-slow']

export const cleanReport = auditSamples([good, good])
export const faultyReport = auditSamples([drop(faulty, 1, '10.0.0.2'), faulty], { only: SOME_CHECKS })
export const transientReport = auditSamples([good, drop(good, 2, '10.0.0.1')])
/** Nothing but that a node waits to be told of its machine. */
export const blindReport = auditSamples([withFacts(good, 1, () => ({ host: undefined }))], {
  only: ['version-skew', 'leftover-drop'],
})
/** An unknown number of addresses that are all missing. */
export const emptyReport = (() => {
  const many = healthyCluster({ nodes: 1, addresses: Array.from({ length: 30 }, (_, index) => `10.0.0.${index + 1}`) })
  const empty = withHost(many, 0, () => ({ addresses: [] }))
  return auditSamples([empty, empty])
})()
