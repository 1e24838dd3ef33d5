import { describe, expect, it } from 'vitest'
import type { ServiceAddress } from '../../../../src/lib/snapshot/host-facts.ts'
import { findingsIn, healthyCluster, withHost } from '../../../support/audit-cluster.ts'

const found = (enabledScripts: readonly string[], ...serviceAddresses: ServiceAddress[]) =>
  findingsIn(
    withHost(healthyCluster(), 1, (host) => ({
      enabledScripts: [...(host.enabledScripts ?? []), ...enabledScripts],
      serviceAddresses,
    })),
  ).map(({ id, message }) => `${id}: ${message}`)

describe('the address of a service of CTDB itself', () => {
  it.each<[string, readonly string[], ServiceAddress[]]>([
    ['it has none', ['11.natgw'], []],
    ['it is no public address', ['11.natgw'], [{ service: 'NATGW', address: '10.0.0.77' }]],
    ['its script is not enabled', ['11.natgw'], [{ service: 'LVS', address: '10.0.0.1' }]],
  ])('is not reported where %s', (_, scripts, addresses) => {
    expect(found(scripts, ...addresses)).toEqual([])
  })

  it.each<[string, ServiceAddress['service'], string]>([
    ['11.natgw', 'NATGW', 'NAT gateway'],
    ['91.lvs', 'LVS', 'LVS'],
  ])('is reported where it is a public one: %s', (script, service, name) => {
    expect(found([script], { service, address: '10.0.0.1' })).toEqual([
      `ip-of-service: 10.0.0.1 is a public address, and that of ${name} on node 1`,
    ])
  })
})
