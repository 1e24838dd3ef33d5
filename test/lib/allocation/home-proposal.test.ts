import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { homeNodesText, type PlaceableAddress, proposeHomes } from '../../../src/lib/allocation/home-proposal.ts'
import { readHomeNodes } from '../../../src/lib/cluster/home-nodes.ts'
import { takeSeedFromEnvironment } from '../../support/fast-check.ts'

takeSeedFromEnvironment()

const everywhere = (owners: readonly (number | null)[], nodes = 4): PlaceableAddress[] =>
  owners.map((owner, index) => ({
    address: `10.0.0.${index + 1}`,
    knownOn: Array.from({ length: nodes }, (_, pnn) => pnn),
    owner,
  }))
const pnnsOf = (homes: ReturnType<typeof proposeHomes>) => homes.map(({ pnn }) => pnn)

const clusters = fc
  .record({ nodes: fc.integer({ min: 1, max: 6 }), count: fc.integer({ min: 1, max: 20 }) })
  .chain(({ nodes, count }) => {
    const pnn = fc.integer({ min: 0, max: nodes - 1 })
    const one = fc.record({ knownOn: fc.uniqueArray(pnn, { minLength: 1 }), owner: fc.option(pnn) })
    return fc.array(one, { minLength: count, maxLength: count })
  })
  .map((list) => list.map((each, index): PlaceableAddress => ({ address: `10.0.0.${index + 1}`, ...each })))

describe('proposed home nodes', () => {
  it('are the owners where these are balanced', () => {
    expect(pnnsOf(proposeHomes(everywhere([3, 2, 1, 0])))).toEqual([3, 2, 1, 0])
  })

  it('are the owners, whatever they are, to keep what is', () => {
    expect(pnnsOf(proposeHomes(everywhere([0, 0, 0, 0]), { keep: true }))).toEqual([0, 0, 0, 0])
  })

  it('are balanced, and leave as much as possible where it is', () => {
    expect(pnnsOf(proposeHomes(everywhere([0, 0, 0, 1, 1, 1, null, 2])))).toEqual([3, 0, 0, 3, 1, 1, 2, 2])
  })

  it('have the same number in each zone', () => {
    const homes = pnnsOf(proposeHomes(everywhere([0, 0, 0, 1, 2, 3, 3, 3]), { zones: [[0], [1, 2, 3]] }))
    expect(homes.filter((pnn) => pnn === 0)).toHaveLength(4)
  })

  it('are nodes that know the address, and cannot be evened out further', () => {
    fc.assert(
      fc.property(clusters, (addresses) => {
        const homes = proposeHomes(addresses)
        expect(homes.map(({ address }) => address)).toEqual(addresses.map(({ address }) => address))
        const load = (pnn: number) => homes.filter((each) => each.pnn === pnn).length
        for (const [index, { pnn }] of homes.entries()) {
          const knownOn = addresses[index]?.knownOn ?? []
          expect(knownOn).toContain(pnn)
          for (const other of knownOn) expect(load(pnn) - load(other)).toBeLessThan(2)
        }
      }),
    )
  })

  it('are a file that CTDB can read', () => {
    fc.assert(
      fc.property(clusters, (addresses) => {
        const homes = proposeHomes(addresses)
        expect(readHomeNodes(homeNodesText(homes))).toEqual({
          homes: homes.map((home, index) => ({ line: index + 1, ...home })),
          faults: [],
        })
      }),
    )
  })
})
