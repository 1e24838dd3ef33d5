import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { allocate } from '../../../src/lib/allocation/allocate.ts'
import { readHomeNodes, takenHomes } from '../../../src/lib/cluster/home-nodes.ts'

/** A file, and where the takeover helper of CTDB puts the addresses by it. */
interface Case {
  /** Per node: whether it is disabled. */
  readonly disabled: readonly boolean[]
  readonly addresses: readonly string[]
  readonly text: string
  /** In the order of the addresses. */
  readonly owners: readonly number[]
}

const cases: Case[] = readFileSync(new URL('../../golden/home-nodes-4.25.jsonl', import.meta.url), 'utf8')
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line))

const ownersBy = ({ disabled, addresses, text }: Case) => {
  const homes = takenHomes(readHomeNodes(text)).filter(({ pnn }) => pnn < disabled.length)
  const owners = new Map(
    allocate({
      algorithm: 'deterministic',
      nodes: disabled.length,
      noIpTakeover: false,
      noIpFailback: false,
      forceRebalance: [],
      known: disabled.map(() => addresses.map((address) => [address, -1])),
      available: disabled.map((is) => (is ? [] : addresses)),
      homeNodes: homes.map(({ address, pnn }) => [address, pnn]),
    }),
  )
  return addresses.map((address) => owners.get(address))
}

describe('home_nodes files, right and wrong, with what CTDB 4.25 made of them', () => {
  it('are read as CTDB reads them', () => {
    expect(cases.length).toBeGreaterThan(100)
    for (const each of cases) expect([each.text, ownersBy(each)]).toEqual([each.text, each.owners])
  })

  it.each([
    ['10.0.0.1 +1', 1],
    ['10.0.0.1 4294967298', 2],
    ['10.0.0.1 \v2', 2],
    ['10.0.0.1 1+', undefined],
    ['10.0.0.1 18446744073709551618', undefined],
  ])('have %j for a home as C reads numbers', (text, pnn) => {
    expect(takenHomes(readHomeNodes(text))[0]?.pnn).toBe(pnn)
  })

  it('place no IPv4 address by an IPv6 one that sorts as it does', () => {
    expect(ownersBy({ disabled: [false, false], addresses: ['10.0.0.1'], text: '::10.0.0.1 1', owners: [] })).toEqual([0])
    expect(ownersBy({ disabled: [false, false], addresses: ['10.0.0.1'], text: '::ffff:10.0.0.1 1', owners: [] })).toEqual([1])
  })
})
