import { describe, expect, it } from 'vitest'
import { auditSamples } from '../../../../src/lib/audit/audit.ts'
import type { Snapshot } from '../../../../src/lib/snapshot/snapshot.ts'
import { healthyCluster, hostIn, withHost, withHosts } from '../../../support/audit-cluster.ts'

const good = withHosts(healthyCluster(), ({ hostname, links }) => ({
  links: links?.map((link) => ({ ...link, mac: `02:00:00:00:00:0${hostname?.at(-1)}` })),
}))

/** The same where two nodes show the network of one machine. */
function sharing(one: number, other: number): Snapshot {
  const [first, second] = [hostIn(good, one), hostIn(good, other)]
  const network = { links: first.links, addresses: [...(first.addresses ?? []), ...(second.addresses ?? [])] }
  return withHost(
    withHost(good, one, () => network),
    other,
    () => network,
  )
}
const found = (snapshot: Snapshot) => auditSamples([snapshot, snapshot]).findings

describe('two nodes in one network namespace', () => {
  it('are found, with what follows from it', () => {
    const findings = found(sharing(0, 1))
    expect(findings.filter(({ causedBy }) => !causedBy).map(({ id, message }) => `${id}: ${message}`)).toEqual([
      'kernel-shared: nodes 0 and 1 share one kernel',
    ])
    expect([...new Set(findings.map(({ id }) => id))].toSorted()).toEqual(['ip-rogue', 'kernel-shared'])
  })

  it('lose no address by advice', () => {
    const actions = found(sharing(0, 1)).flatMap((finding) => finding.actions)
    expect(actions.filter(({ kind }) => kind === 'remove' || kind === 'command')).toEqual([])
  })

  it('are not two nodes of which one only has the private address of the other', () => {
    const [mine, theirs] = [hostIn(good, 0), hostIn(good, 1)]
    const both = [...(mine.addresses ?? []), ...(theirs.addresses ?? [])]
    expect(found(withHost(good, 0, () => ({ addresses: both }))).map(({ id }) => id)).not.toContain('kernel-shared')
  })

  it('are not two machines with the same link addresses', () => {
    const copied = withHost(good, 1, () => ({ links: hostIn(good, 0).links }))
    expect(found(copied).map(({ id }) => id)).toEqual(['iface-same-mac'])
  })
})
