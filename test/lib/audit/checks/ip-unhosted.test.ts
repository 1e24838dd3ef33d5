import { expect, it } from 'vitest'
import type { Snapshot } from '../../../../src/lib/snapshot/snapshot.ts'
import { findingIn, healthyCluster, ownerIn, withAll, withFacts } from '../../../support/audit-cluster.ts'

const A = '10.0.0.1'
const good = healthyCluster()
const owner = ownerIn(good, A)

/** The daemon of the owner does not know the address any more, and its kernel has it. */
const forgotten: Snapshot = withFacts(good, owner, ({ known = [], available = [] }) => ({
  known: known.filter(({ address }) => address !== A),
  available: available.filter((address) => address !== A),
}))
const unowned: Snapshot = withAll(good, ({ known = [] }) => ({
  known: known.map((each) => (each.address === A ? { ...each, owner: null } : each)),
}))

it('advises no takeover run that would put the address on a second node', () => {
  expect(findingIn(forgotten, 'ip-unhosted').remedy).toBe(
    `First see what is found about ${A} in the kernel of node ${owner}: no takeover run removes it there, so two nodes would have it. If it is no longer there: run \`ctdbts ipreallocate\`.`,
  )
  expect(findingIn(unowned, 'ip-unhosted').remedy).toContain('If it persists: run `ctdbts ipreallocate`.')
})
