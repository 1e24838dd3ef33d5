import { type AllocationInput, allocate } from '../../src/library/index.ts'
import { allocatePlainly } from '../../test/lib/allocation/plain.ts'
import { inTurn, reportLine } from './pairs.ts'

/** A cluster in which all nodes know and can host all addresses: nobody owns any, or all but the last node have their share. */
function cluster(nodes: number, addresses: number, state: 'unassigned' | 'one newly healthy'): AllocationInput {
  const owner = (index: number) => (state === 'unassigned' ? -1 : index % (nodes - 1))
  const list = Array.from({ length: addresses }, (_, index): [string, number] => [
    `10.1.${index >> 8}.${index & 255}`,
    owner(index),
  ])
  const all = Array.from({ length: nodes }, () => list)
  return {
    algorithm: 'lcp2',
    nodes,
    noIpTakeover: false,
    noIpFailback: false,
    forceRebalance: [],
    known: all,
    available: all.map((known) => known.map(([address]) => address)),
  }
}

/** How the fast version compares with the plain one, how it grows, and (as an order of magnitude) how long it takes. */
export async function benchAllocation(): Promise<void> {
  const fast = (input: AllocationInput) => () => allocate(input)
  const small = cluster(16, 120, 'unassigned')
  const plain = await inTurn(5, () => allocatePlainly(small), fast(small))
  console.log(reportLine('LCP2, 16 nodes x 120 unassigned: plain against fast', plain, ''))

  const base = cluster(64, 2000, 'unassigned')
  const growth = async (what: string, larger: AllocationInput, aim: string) =>
    console.log(reportLine(`LCP2, 64 nodes x 2,000 unassigned: ${what}`, await inTurn(9, fast(larger), fast(base)), aim))
  await growth('twice the addresses', cluster(64, 4000, 'unassigned'), 'at most 4.2')
  await growth('twice the nodes', cluster(128, 2000, 'unassigned'), 'at most 2.2')

  for (const [name, input] of [
    ['64 nodes x 2,000 unassigned', base],
    ['64 nodes x 2,000, one newly healthy', cluster(64, 2000, 'one newly healthy')],
    ['128 nodes x 8,000, one newly healthy', cluster(128, 8000, 'one newly healthy')],
  ] as const) {
    const times = Array.from({ length: 7 }, () => {
      const start = performance.now()
      allocate(input)
      return performance.now() - start
    }).sort((a, b) => a - b)
    console.log(`LCP2, ${name}: median ${times[3]?.toFixed(0)} ms here and now`)
  }
}
