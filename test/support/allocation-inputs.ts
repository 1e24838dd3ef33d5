import fc from 'fast-check'
import type { AllocationInput } from '../../src/lib/allocation/input.ts'

const ipv4 = fc.tuple(fc.constantFrom(10, 192), fc.nat(3), fc.nat(40)).map(([a, b, c]) => `${a}.0.${b}.${c}`)
const ipv6 = fc.tuple(fc.constantFrom('fd00', 'fd01'), fc.constantFrom('', '1:'), fc.nat(40)).map(([a, b, c]) => `${a}::${b}${c}`)
/** The same address twice: as IPv4, and as IPv6 in a way that CTDB takes for it. */
const alias = fc.nat(40).chain((last) => fc.constantFrom(`10.0.1.${last}`, `::10.0.1.${last}`, `::ffff:10.0.1.${last}`))

/**
 * Facts that an allocation may have to do with: nodes that know different addresses, claims that disagree, forced nodes, both families.
 * @param maxAddresses how many addresses there are at most.
 */
export const allocationInputs = (maxAddresses: number): fc.Arbitrary<AllocationInput> =>
  fc
    .record({
      nodes: fc.integer({ min: 1, max: 8 }),
      pool: fc.uniqueArray(
        fc.oneof({ weight: 6, arbitrary: ipv4 }, { weight: 2, arbitrary: ipv6 }, { weight: 1, arbitrary: alias }),
        {
          minLength: 1,
          maxLength: maxAddresses,
        },
      ),
      algorithm: fc.constantFrom('deterministic', 'non-deterministic', 'lcp2', 'lcp2'),
      noIpTakeover: fc.nat(9).map((value) => value === 0),
      noIpFailback: fc.nat(3).map((value) => value === 0),
      // How sure it is that a node knows an address, that it says so of itself, that it could host it: in tenths.
      knows: fc.integer({ min: 3, max: 10 }),
      hosts: fc.integer({ min: 0, max: 10 }),
      claims: fc.constantFrom('nobody', 'one', 'anybody'),
      dice: fc.infiniteStream(fc.nat(9)),
    })
    .map(({ nodes, pool, algorithm, noIpTakeover, noIpFailback, knows, hosts, claims, dice }) => {
      const roll = () => dice.next().value as number
      const pnns = Array.from({ length: nodes }, (_, pnn) => pnn)
      const owners = pool.map(() => (claims === 'nobody' ? -1 : roll() % nodes))
      const claimed = (ip: number) => (claims === 'anybody' && roll() < 3 ? (roll() % (nodes + 1)) - 1 : (owners[ip] as number))
      const known = pnns.map(() =>
        pool.flatMap((address, ip): [string, number][] => (roll() < knows ? [[address, claimed(ip)]] : [])),
      )
      const idle = pnns.filter(() => roll() < 2)
      const available = known.map((list, pnn) =>
        idle.includes(pnn) ? [] : list.flatMap(([address]) => (roll() < hosts ? [address] : [])),
      )
      const forceRebalance = pnns.filter(() => roll() < 2)
      const homeNodes = pool.flatMap((address): [string, number][] => (roll() < 1 ? [[address, roll() % nodes]] : []))
      return { algorithm, nodes, noIpTakeover, noIpFailback, forceRebalance, known, available, homeNodes } as AllocationInput
    })
