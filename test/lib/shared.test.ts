import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { sharedWith } from '../../src/lib/shared.ts'
import { healthyCluster, withFacts } from '../support/audit-cluster.ts'

describe('data that shares its parts with earlier data', () => {
  it('equals the new data, whatever the earlier data is', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.jsonValue(), (earlier, now) => {
        expect(sharedWith<unknown>(earlier, now)).toEqual(now)
      }),
    )
  })

  it('is the earlier object itself when nothing differs', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (earlier) => {
        expect(sharedWith(earlier, structuredClone(earlier))).toBe(earlier)
      }),
    )
  })

  it('is new only where something differs', () => {
    const earlier = healthyCluster()
    const now = withFacts(structuredClone(earlier), 1, ({ known = [] }) => ({
      known: known.map((each, index) => (index === 2 ? { ...each, owner: 7 } : each)),
    }))
    const shared = sharedWith(earlier, now)
    expect(shared).toEqual(now)
    expect(shared.nodes[0]).toBe(earlier.nodes[0])
    expect(shared.nodes[1]).not.toBe(earlier.nodes[1])
    expect(shared.nodes[1]?.known?.map((each, index) => each === earlier.nodes[1]?.known?.[index])).toEqual(
      earlier.nodes[1]?.known?.map((_, index) => index !== 2),
    )
  })
})
