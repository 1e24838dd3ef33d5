import { describe, expect, it } from 'vitest'
import { planQuestions } from '../../../src/lib/probe/plan.ts'
import { ADDRESSES, healthyCluster, heldAddress, ownerIn, withFacts, withHeld, withHost } from '../../support/audit-cluster.ts'

const good = healthyCluster()
const linkLocal = { ...heldAddress('fe80::1', 64, 'eth1'), scope: 'link' }
/** `node interface source`, of each question about an address. */
const askersOf = (snapshot: typeof good, address: string) =>
  [...planQuestions(snapshot, [address])].flatMap(([pnn, list]) =>
    list.map(({ interfaceName, source }) => `${pnn} ${interfaceName} ${source}`),
  )

describe('the plan of a probe', () => {
  it('lets two other nodes ask for each address, and each node for as many', () => {
    const plan = planQuestions(healthyCluster({ nodes: 4 }), ADDRESSES)
    const askers = ADDRESSES.map((address) =>
      [...plan].flatMap(([pnn, list]) => (list.some((each) => each.address === address) ? [pnn] : [])),
    )
    expect(askers.every((pnns) => pnns.length === 2)).toBe(true)
    for (const [index, pnns] of askers.entries()) {
      expect(pnns).not.toContain(ownerIn(healthyCluster({ nodes: 4 }), ADDRESSES[index] ?? ''))
    }
    expect([...plan.keys()].toSorted()).toEqual([0, 1, 2, 3])
  })

  const owner = ownerIn(good, '10.0.0.1')
  const [one = 0, other = 0] = [0, 1, 2].filter((pnn) => pnn !== owner)

  it('asks ARP from no address, unless the interface has one that does not move', () => {
    expect(askersOf(good, '10.0.0.1').toSorted()).toEqual([`${one} eth1 0.0.0.0`, `${other} eth1 0.0.0.0`])
    expect(askersOf(withHeld(good, one, heldAddress('10.0.0.200', 24, 'eth1')), '10.0.0.1')).toContain(`${one} eth1 10.0.0.200`)
  })

  it('leaves out nodes whose interface has no link, or that has the address', () => {
    const down = withHost(good, one, ({ links = [] }) => ({
      links: links.map((link) => (link.name === 'eth1' ? { ...link, carrier: false } : link)),
    }))
    expect(askersOf(down, '10.0.0.1')).toEqual([`${other} eth1 0.0.0.0`])
    expect(askersOf(withHeld(down, other, heldAddress('10.0.0.1', 24, 'eth1')), '10.0.0.1')).toEqual([])
  })

  it('leaves out nodes that were not examined', () => {
    expect(
      askersOf(
        withFacts(good, one, () => ({ host: undefined })),
        '10.0.0.1',
      ),
    ).toEqual([`${other} eth1 0.0.0.0`])
  })

  it('uses an interface with an address of the network where the node does not know the public one', () => {
    const stranger = withFacts(withHeld(good, one, heldAddress('10.0.0.200', 24, 'eth0')), one, () => ({ known: [] }))
    const bare = withHost(stranger, one, ({ addresses = [] }) => ({
      addresses: addresses.filter((held) => held.interfaceName !== 'eth1'),
    }))
    expect(askersOf(bare, '10.0.0.1')).toContain(`${one} eth0 10.0.0.200`)
  })

  it('asks for IPv6 addresses from the link-local address of the interface, and only if there is one', () => {
    const six = healthyCluster({ addresses: ['fd00::1'] })
    expect(askersOf(six, 'fd00::1')).toEqual([])
    const asker = (ownerIn(six, 'fd00::1') + 1) % 3
    expect(askersOf(withHeld(six, asker, linkLocal), 'fd00::1')).toEqual([`${asker} eth1 fe80::1`])
    expect(askersOf(withHeld(six, asker, { ...linkLocal, tentative: true }), 'fd00::1')).toEqual([])
  })
})
