import { describe, expect, it } from 'vitest'
import { isOutside, seenOutside } from '../../../src/lib/probe/outside.ts'
import { outsideQuestions } from '../../../src/lib/probe/plan.ts'
import type { HostAddress, HostLink, Neighbour } from '../../../src/lib/snapshot/host-facts.ts'
import type { Snapshot } from '../../../src/lib/snapshot/snapshot.ts'
import { hostIn, withHosts } from '../../support/audit-cluster.ts'
import { A, macOf, probedCluster, STRANGER } from '../../support/probed-cluster.ts'

const cluster: Snapshot = withHosts(probedCluster(), ({ linkAddresses, links }) => ({
  links: links?.map((link) => (link.name === 'eth1' ? { ...link, mac: linkAddresses?.[0]?.mac } : link)),
}))
const link: HostLink = { name: 'lan0', up: true, carrier: true, mac: STRANGER }
const address: HostAddress = {
  address: '10.0.0.77',
  maskBits: 24,
  interfaceName: 'lan0',
  secondary: false,
  scope: 'global',
  dynamic: true,
  tentative: false,
  dadFailed: false,
  validSeconds: null,
}
const machine = { addresses: [address], links: [link] }

describe('a machine', () => {
  it('is outside of the cluster unless it has a private address or a link address of a node', () => {
    expect(isOutside(cluster, machine)).toBe(true)
    const [node] = cluster.nodeMap
    expect(isOutside(cluster, { ...machine, addresses: [{ ...address, address: node?.address ?? '' }] })).toBe(false)
    expect(isOutside(cluster, { ...machine, links: [{ ...link, mac: macOf(1) }] })).toBe(false)
    expect(isOutside(cluster, hostIn(cluster, 0))).toBe(false)
    expect(isOutside(cluster, { addresses: [address] })).toBe(false)
  })

  it('can ask about public addresses of its own networks', () => {
    expect(outsideQuestions(cluster, machine, [A, '192.0.2.1'])).toEqual([
      { address: A, interfaceName: 'lan0', source: '10.0.0.77' },
    ])
    expect(outsideQuestions(cluster, { ...machine, links: [{ ...link, carrier: false }] }, [A])).toEqual([])
    expect(outsideQuestions(cluster, { ...machine, addresses: [{ ...address, address: '10.9.0.77' }] }, [A])).toEqual([])
  })
})

describe('what it sees', () => {
  const entry = (of: string, mac: string, interfaceName = 'lan0'): Neighbour => ({
    address: of,
    interfaceName,
    mac,
    isPermanent: false,
  })

  it('counts on a network where it has seen a node', () => {
    const strange = entry(A, STRANGER)
    expect(seenOutside(cluster, [strange, entry('10.0.0.10', macOf(2))])).toEqual({ neighbours: [strange] })
    expect(seenOutside(cluster, [strange], [{ address: A, interfaceName: 'lan0', macs: [macOf(2)] }]).neighbours).toEqual([
      strange,
    ])
  })

  it('does not count on another network, which may have the same addresses', () => {
    const questions = [{ address: A, interfaceName: 'lan0', macs: [STRANGER] }]
    const elsewhere = [entry(A, STRANGER), entry('10.0.0.10', macOf(2), 'lan1')]
    expect(seenOutside(cluster, elsewhere, questions)).toEqual({ neighbours: [], questions: [] })
  })

  it('has no questions that it could not ask', () => {
    const questions = [{ address: A, interfaceName: 'lan0', problem: 'Operation not permitted' }]
    expect(seenOutside(cluster, [entry(A, macOf(0))], questions).questions).toEqual([])
  })
})
