import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { allocate } from '../../../src/lib/allocation/allocate.ts'
import type { Allocation, AllocationInput } from '../../../src/lib/allocation/input.ts'
import { allocationInputs } from '../../support/allocation-inputs.ts'
import { allocatePlainly } from './plain.ts'

const golden = (name: string) => readFileSync(new URL(`../../golden/${name}`, import.meta.url), 'utf8')

type Case = AllocationInput & { readonly seed: number; readonly expected: Allocation }
const cases: Case[] = golden('ipalloc.jsonl')
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line))

type ScaleCase = Omit<Case, 'known' | 'available'> & { readonly name: string; readonly knownOnAll: [string, number][] }
const scaleCases: ScaleCase[] = JSON.parse(golden('ipalloc-scale.json'))

describe('the results of the original C code', () => {
  it('are reproduced in all 400 cases', () => {
    expect(cases.length).toBe(400)
    for (const { seed, expected, ...input } of cases) {
      const owners = new Map(allocate(input))
      expect([seed, expected.map(([address]) => [address, owners.get(address)])]).toEqual([seed, expected])
    }
  })

  it.each(scaleCases.map((each) => [each.name, each] as const))('is computed for %s', (_, { knownOnAll, expected, ...input }) => {
    const known = Array.from({ length: input.nodes }, () => knownOnAll)
    const available = known.map((list) => list.map(([address]) => address))
    expect(allocate({ ...input, known, available })).toEqual(expected)
  })
})

describe('the fast version', () => {
  it.each([
    ['few addresses', 12, 4000],
    ['more addresses', 60, 300],
  ])(
    'gives what the plain one gives, for %s',
    (_, maxAddresses, numRuns) => {
      fc.assert(
        fc.property(allocationInputs(maxAddresses), (input) => {
          expect(allocate(input)).toEqual(allocatePlainly(input))
        }),
        { numRuns },
      )
    },
    120_000,
  )

  it('gives the same result as the plain one where sums wrap: more than 1,000 addresses on one node', () => {
    const addresses = Array.from({ length: 1050 }, (_, ip) => `10.0.${ip >> 8}.${ip & 255}`)
    const known = [0, 1, 2].map(() => addresses.map((address, ip) => [address, ip < 1030 ? 0 : 1] as const))
    const input: AllocationInput = {
      algorithm: 'lcp2',
      nodes: 3,
      noIpTakeover: false,
      noIpFailback: false,
      forceRebalance: [],
      known,
      // The third node may take only some, so that the plain version ends in time.
      available: [addresses, addresses.slice(1030), addresses.slice(0, 6)],
    }
    expect(allocate(input)).toEqual(allocatePlainly(input))
  }, 120_000)
})

describe('an allocation', () => {
  it('leaves its input as it is, and gives nothing to a node that cannot host it', () => {
    fc.assert(
      fc.property(allocationInputs(20), (input) => {
        const before = structuredClone(input)
        const allocation = allocate(input)
        expect(input).toEqual(before)
        const texts = new Set(input.known.flatMap((list) => list.map(([address]) => address)))
        for (const [address, owner] of allocation) expect(texts.has(address) && owner >= -1 && owner < input.nodes).toBe(true)
      }),
    )
  })

  it('refuses text that is no address', () => {
    const input = { ...cases[0]!, known: [[['10.0.0.300', 0]]] } as AllocationInput
    expect(() => allocate(input)).toThrow('"10.0.0.300" is not an IP address')
  })
})
