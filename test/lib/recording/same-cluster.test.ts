import { describe, expect, it } from 'vitest'
import { isSameCluster } from '../../../src/lib/recording/same-cluster.ts'
import type { Snapshot } from '../../../src/lib/snapshot/snapshot.ts'
import { healthyCluster } from '../../support/audit-cluster.ts'

const cluster = healthyCluster()

/** With daemons that started later, and machines of other names. */
const elsewhere = (snapshot: Snapshot): Snapshot => ({
  ...snapshot,
  nodes: snapshot.nodes.map((facts) => ({
    ...facts,
    ...(facts.times && { times: { ...facts.times, daemonStart: facts.times.daemonStart + 100 } }),
    ...(facts.host && { host: { ...facts.host, hostname: `${facts.host.hostname}-other` } }),
  })),
})

describe('whether two samples are of the same cluster', () => {
  it('shows by a daemon that runs in both, also when nodes came and went', () => {
    const grown = healthyCluster({ nodes: 4, addresses: ['10.0.0.9'] })
    expect(isSameCluster(cluster, grown, false)).toBe(true)
    expect(isSameCluster(grown, cluster, true)).toBe(true)
  })

  it('is not so where no private address is the same', () => {
    const nodeMap = cluster.nodeMap.map((node, index) => ({ ...node, address: `172.16.9.${index}` }))
    expect(isSameCluster(cluster, { ...cluster, nodeMap }, false)).toBe(false)
  })

  it('is not so where only private addresses are the same, as they are on many sites', () => {
    expect(isSameCluster(cluster, elsewhere(healthyCluster({ addresses: ['10.7.0.1'] })), false)).toBe(false)
  })

  it('is not known where all daemons were started again, or none is seen; embedded clusters are others then', () => {
    expect(isSameCluster(cluster, elsewhere(cluster), false)).toBe(undefined)
    expect(isSameCluster(cluster, elsewhere(cluster), true)).toBe(false)
    expect(isSameCluster(cluster, { ...cluster, nodes: [] }, true)).toBe(undefined)
    expect(isSameCluster(cluster, { ...cluster, nodeMap: [] }, true)).toBe(undefined)
  })
})
