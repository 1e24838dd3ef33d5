import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isSeenByCtdb } from '../../../src/sim/daemon/kernel.ts'
import type { Wait } from '../../../src/sim/process/wait.ts'
import { MemoryHost } from '../../../src/sim/world/memory-host.ts'
import { takeSeedFromEnvironment } from '../../support/fast-check.ts'

takeSeedFromEnvironment()

/** What a wait gives that is over at once. */
function now<T>(wait: Wait<T>): T {
  let result: { value: T } | undefined
  wait(
    (value) => {
      result = { value }
    },
    (error) => {
      throw error
    },
  )
  if (!result) throw new Error('it takes time')
  return result.value
}

const INTERFACES = [
  { name: 'eth0', addresses: [] },
  { name: 'eth1', addresses: ['10.0.0.100/24'] },
]

const make = ({ promoteSecondaries = false, interfaces = INTERFACES } = {}) => new MemoryHost({ interfaces, promoteSecondaries })

/** `eth1 10.0.0.1/24`, and ` secondary` where it is one. */
const held = (host: MemoryHost) =>
  host.held.map(
    ({ interfaceName, address, maskBits, secondary }) =>
      `${interfaceName} ${address}/${maskBits}${secondary ? ' secondary' : ''}`,
  )

describe('an address in the kernel', () => {
  it('is primary when it is the first of its subnet on its interface, otherwise secondary', () => {
    const host = make()
    now(host.takeIp('eth1', '10.0.0.1', 24))
    now(host.takeIp('eth1', '10.0.1.1', 24))
    now(host.takeIp('eth1', '10.0.0.2', 16))
    now(host.takeIp('eth0', '10.0.0.3', 24))
    now(host.takeIp('eth1', '10.0.1.2', 24))
    expect(held(host)).toEqual([
      'eth1 10.0.0.100/24',
      'eth1 10.0.0.1/24 secondary',
      'eth1 10.0.1.1/24',
      'eth1 10.0.0.2/16',
      'eth0 10.0.0.3/24',
      'eth1 10.0.1.2/24 secondary',
    ])
  })

  it('is in a subnet by the bits of its mask, also within a byte', () => {
    const host = make({ interfaces: [{ name: 'eth1', addresses: ['10.0.0.65/26'] }] })
    now(host.takeIp('eth1', '10.0.0.126', 26))
    now(host.takeIp('eth1', '10.0.0.129', 26))
    expect(held(host).slice(1)).toEqual(['eth1 10.0.0.126/26 secondary', 'eth1 10.0.0.129/26'])
  })

  it('is never secondary when it is IPv6', () => {
    const host = make()
    now(host.takeIp('eth1', 'fd00::1', 64))
    now(host.takeIp('eth1', 'fd00::2', 64))
    expect(held(host).slice(1)).toEqual(['eth1 fd00::1/64', 'eth1 fd00::2/64'])
  })
})

describe('an address that is deleted by hand', () => {
  const withTwo = (promoteSecondaries: boolean) => {
    const host = make({ promoteSecondaries })
    for (const last of [1, 2]) now(host.takeIp('eth1', `10.0.0.${last}`, 24))
    now(host.takeIp('eth1', '10.1.0.1', 24))
    return host
  }

  it('is deleted with its secondaries when it is primary', () => {
    const host = withTwo(false)
    now(host.deleteByHand('10.0.0.100'))
    expect(held(host)).toEqual(['eth1 10.1.0.1/24'])
  })

  it('is replaced by the first of its secondaries with promote_secondaries', () => {
    const host = withTwo(true)
    now(host.deleteByHand('10.0.0.100'))
    expect(held(host)).toEqual(['eth1 10.0.0.1/24', 'eth1 10.0.0.2/24 secondary', 'eth1 10.1.0.1/24'])
  })

  it.each([true, false])('is deleted alone when it is secondary (promote_secondaries %s)', (promote) => {
    const host = withTwo(promote)
    now(host.deleteByHand('10.0.0.1'))
    expect(held(host)).toEqual(['eth1 10.0.0.100/24', 'eth1 10.0.0.2/24 secondary', 'eth1 10.1.0.1/24'])
  })

  it('may be missing', () => {
    const host = withTwo(false)
    const before = held(host)
    now(host.deleteByHand('10.9.9.9'))
    expect(held(host)).toEqual(before)
  })
})

describe('the work of event takeip', () => {
  it('fails for an unknown interface, and for an address that exists already', () => {
    const host = make()
    expect(now(host.takeIp('eth9', '10.0.0.1', 24))).toEqual({ ok: false, output: ['Failed to bringup interface eth9'] })
    now(host.takeIp('eth1', '10.0.0.1', 24))
    expect(now(host.takeIp('eth1', '10.0.0.1', 24))).toEqual({ ok: false, output: ['Failed to add 10.0.0.1/24 on dev eth1'] })
    expect(now(host.takeIp('eth0', '10.0.0.1', 24)).ok).toBe(true)
    expect(held(host).slice(1)).toEqual(['eth1 10.0.0.1/24 secondary', 'eth0 10.0.0.1/24'])
  })
})

describe('the work of event releaseip', () => {
  it('adds the deleted secondaries again in order: the first becomes the new primary', () => {
    const host = make({ interfaces: [{ name: 'eth1', addresses: [] }] })
    for (const last of [1, 2, 3]) now(host.takeIp('eth1', `10.0.0.${last}`, 24))
    expect(now(host.releaseIp('eth1', '10.0.0.1', 24))).toEqual({ ok: true, output: [] })
    expect(held(host)).toEqual(['eth1 10.0.0.2/24', 'eth1 10.0.0.3/24 secondary'])
  })

  it('deletes the address from any interface, and warns of what CTDB believes wrongly', () => {
    const host = make()
    now(host.takeIp('eth0', '10.0.0.1', 24))
    expect(now(host.releaseIp('eth1', '10.0.0.1', 16))).toEqual({
      ok: true,
      output: [
        'WARNING: Public IP 10.0.0.1 hosted on interface eth0 but VNN says eth1',
        'WARNING: Public IP 10.0.0.1 has 24 bit netmask but VNN says 16',
      ],
    })
    expect(held(host)).toEqual(['eth1 10.0.0.100/24'])
  })

  it('succeeds when the address is on no interface', () => {
    expect(now(make().releaseIp('eth1', '10.0.0.1', 24))).toEqual({ ok: true, output: [] })
  })
})

describe('the host', () => {
  it('has its configured addresses and unchanged cables after a restart of its network', () => {
    const host = make()
    now(host.takeIp('eth1', '10.0.0.1', 24))
    now(host.deleteByHand('10.0.0.100'))
    now(host.setCarrier('eth1', false))
    now(host.restartNetwork())
    expect(held(host)).toEqual(['eth1 10.0.0.100/24'])
    expect(now(host.links())).toEqual([
      { name: 'eth0', carrier: true },
      { name: 'eth1', carrier: false },
    ])
  })

  it('reports every change when it is complete', () => {
    const host = make()
    const seen: string[][] = []
    host.onChange = () => seen.push(held(host).slice(1))
    now(host.takeIp('eth0', '10.1.0.1', 24))
    now(host.addByHand('eth0', '10.1.0.2', 24))
    now(host.addByHand('eth0', '10.1.0.2', 24))
    now(host.releaseIp('eth0', '10.1.0.1', 24))
    now(host.deleteByHand('10.1.0.2'))
    expect(seen).toEqual([
      ['eth0 10.1.0.1/24'],
      ['eth0 10.1.0.1/24', 'eth0 10.1.0.2/24 secondary'],
      ['eth0 10.1.0.1/24', 'eth0 10.1.0.2/24 secondary'],
      ['eth0 10.1.0.2/24'],
      [],
    ])
  })

  it('may have an address on two interfaces, by hand, and loses it where it is deleted', () => {
    const host = make()
    now(host.takeIp('eth0', '10.1.0.1', 24))
    now(host.addByHand('eth1', '10.1.0.1', 24))
    expect(held(host).slice(1)).toEqual(['eth0 10.1.0.1/24', 'eth1 10.1.0.1/24'])
    now(host.deleteByHand('10.1.0.1', 'eth1'))
    expect(held(host).slice(1)).toEqual(['eth0 10.1.0.1/24'])
  })

  it('prints its addresses as `ip -j addr` does', () => {
    const host = make()
    now(host.takeIp('eth1', '10.0.0.1', 24))
    now(host.takeIp('eth1', 'fd00::1', 64))
    now(host.setCarrier('eth0', false))
    const links = JSON.parse(now(host.ipAddrJson()))
    expect(links.map(({ ifindex, ifname, operstate }: Record<string, unknown>) => [ifindex, ifname, operstate])).toEqual([
      [1, 'lo', 'UNKNOWN'],
      [2, 'eth0', 'DOWN'],
      [3, 'eth1', 'UP'],
    ])
    expect([links[1].flags, links[2].flags]).toEqual([
      ['BROADCAST', 'MULTICAST', 'NO-CARRIER', 'UP'],
      ['BROADCAST', 'MULTICAST', 'UP', 'LOWER_UP'],
    ])
    expect(links[2].addr_info).toEqual([
      { family: 'inet', local: '10.0.0.100', prefixlen: 24, scope: 'global', label: 'eth1' },
      { family: 'inet', local: '10.0.0.1', prefixlen: 24, scope: 'global', secondary: true, label: 'eth1' },
      { family: 'inet6', local: 'fd00::1', prefixlen: 64, scope: 'global' },
    ])
  })
})

const WHATS = ['take', 'add', 'release', 'delete', 'restart'] as const

/** Something that is done to a kernel. */
interface Step {
  readonly what: (typeof WHATS)[number]
  readonly name: string
  readonly address: string
}

function carryOut(host: MemoryHost, { what, name, address }: Step): void {
  const isThere = host.held.some((each) => each.address === address)
  if (what === 'take' && !isThere) now(host.takeIp(name, address, 24))
  if (what === 'add' && !isThere) now(host.addByHand(name, address, 24))
  if (what === 'release') now(host.releaseIp(name, address, 24))
  if (what === 'delete') now(host.deleteByHand(address))
  if (what === 'restart') now(host.restartNetwork())
}

/** The addresses of each subnet on each interface, in their order: the first is the primary one. */
class PlainKernel {
  private readonly groups = new Map<string, string[]>()
  private readonly promotes: boolean

  constructor(promotes: boolean) {
    this.promotes = promotes
  }

  carryOut({ what, name, address }: Step): void {
    if (what === 'take' || what === 'add') this.take(name, address)
    if (what === 'release' || what === 'delete') this.remove(address, { putsBack: what === 'release' })
    if (what === 'restart') this.groups.clear()
  }

  private take(name: string, address: string): void {
    if ([...this.groups.values()].some((group) => group.includes(address))) return
    const key = `${name} ${subnetOf(address)}`
    this.groups.set(key, [...(this.groups.get(key) ?? []), address])
  }

  private remove(address: string, { putsBack }: { putsBack: boolean }): void {
    for (const [key, group] of this.groups) {
      if (!group.includes(address)) continue
      const losesAll = group[0] === address && !this.promotes && !putsBack
      this.groups.set(key, losesAll ? [] : group.filter((each) => each !== address))
    }
  }

  get held(): string[] {
    return [...this.groups].flatMap(([key, group]) =>
      group.map((address, index) => `${key.split(' ')[0]} ${address}/24${index > 0 ? ' secondary' : ''}`),
    )
  }
}

const subnetOf = (address: string): string => address.slice(0, address.lastIndexOf('.'))

it('has the same addresses as simple lists per subnet, whatever is done to it', () => {
  const address = fc.tuple(fc.nat(1), fc.integer({ min: 1, max: 5 })).map(([net, last]) => `10.0.${net}.${last}`)
  const step = fc.record({ what: fc.constantFrom(...WHATS), name: fc.constantFrom('eth0', 'eth1'), address })
  const interfaces = [
    { name: 'eth0', addresses: [] },
    { name: 'eth1', addresses: [] },
  ]
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), fc.boolean(), (steps, promoteSecondaries) => {
      const host = make({ interfaces, promoteSecondaries })
      const plain = new PlainKernel(promoteSecondaries)
      for (const step of steps) {
        carryOut(host, step)
        plain.carryOut(step)
        expect(held(host).sort()).toEqual(plain.held.sort())
      }
    }),
  )
})

describe('an IPv6 address that another host has', () => {
  const ADDRESS = 'fd00::1'
  const taken = () => new MemoryHost({ interfaces: INTERFACES, promoteSecondaries: false, isTaken: () => true })

  it('cannot be taken over, and the script leaves nothing of it', () => {
    const host = taken()
    expect(now(host.takeIp('eth1', ADDRESS, 64))).toEqual({ ok: false, output: [`Failed to add ${ADDRESS}/64 on dev eth1`] })
    expect(held(host)).toEqual(['eth1 10.0.0.100/24'])
    expect(now(host.takeIp('eth1', '10.0.0.1', 24)).ok).toBe(true)
  })

  it('stays unusable where it is added by hand, so that CTDB takes it for missing', () => {
    const host = taken()
    now(host.addByHand('eth1', ADDRESS, 64))
    expect(host.held.filter(isSeenByCtdb).map(({ address }) => address)).toEqual(['10.0.0.100'])
    expect(now(host.ipAddrJson())).toContain('"dadfailed":true')
  })
})
