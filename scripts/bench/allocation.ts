import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type AllocationInput, allocate } from '../../src/library/index.ts'
import { allocatePlainly } from '../../test/lib/allocation/plain.ts'
import { costOf } from './cost.ts'
import { inTurn, medianMs, reportLine } from './pairs.ts'

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

/**
 * Against the C code, of which one run takes minutes: CTDB_SOURCE names ctdb/ of Samba's source, built with its tests. It gets no more than what
 * `CTDB_SOURCE/bin/ctdb_takeover_tests ipalloc` reads: the states of the nodes, and the addresses.
 */
async function againstC(dir: string, input: AllocationInput, addresses: readonly string[]): Promise<void> {
  const what = 'LCP2, 64 nodes x 2,000 unassigned: processor time of the C code against ours'
  const source = process.env.CTDB_SOURCE
  if (!source) {
    console.log(`${what}: NOT MEASURED, CTDB_SOURCE names no built ctdb/`)
    return
  }
  const processorMs = () => {
    const { user, system } = process.cpuUsage()
    return (user + system) / 1000
  }
  const ourMs = medianMs(15, () => allocate(input), processorMs)
  const file = join(dir, 'addresses')
  writeFileSync(file, addresses.map((address) => `${address} -1\n`).join(''))
  const program = join(source, 'bin/ctdb_takeover_tests')
  const states = Array(input.nodes).fill('0').join()
  const { cpuMs } = await costOf(['sh', '-c', 'exec "$1" ipalloc "$2" <"$3" >/dev/null', 'sh', program, states, file], {
    CTDB_IP_ALGORITHM: 'lcp2',
  })
  console.log(
    `${what}: ${Math.round(cpuMs / ourMs)}   (aim: at least 4000; here and now ${(cpuMs / 1000).toFixed(0)} s and ${ourMs.toFixed(0)} ms)`,
  )
}

/** How the fast version compares with the plain one, how it grows, and (as an order of magnitude) how long it takes. `dir` is for files on the way. */
export async function benchAllocation(dir: string): Promise<void> {
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
    console.log(`LCP2, ${name}: median ${medianMs(7, fast(input)).toFixed(0)} ms here and now`)
  }
  await againstC(dir, base, base.available[0] ?? [])
}
