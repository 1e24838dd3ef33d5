import { describe, expect, it } from 'vitest'
import { publicSocketAddress } from '../../../src/lib/address/socket-address.ts'
import { UNKNOWN_PNN } from '../../../src/lib/cluster/node.ts'
import { ControlFailure } from '../../../src/sim/daemon/control-failure.ts'
import { AddressNode } from '../../support/address-node.ts'

const IP = '10.0.0.1'
const refused = expect.any(ControlFailure)
const TWO = `${IP}/24 eth1,eth2\n`

/** A node where the address is on eth1 and eth2 is a much better place. */
function crowded(change: (node: AddressNode) => void = () => {}): AddressNode {
  const file = `${TWO}10.0.0.2/24 eth1\n10.0.0.3/24 eth1\n`
  const node = new AddressNode({ file }).with(IP).with('10.0.0.2')
  change(node)
  return node
}

describe.each(['2017', 'now'] as const)('TAKEOVER_IP (%s)', (era) => {
  it('adds the address to its interface, counts it there, and tells the clients when the script is done', () => {
    const node = new AddressNode({ era })
    const asked = node.beginTakeover(IP)
    expect([node.kernel(IP), node.belief(IP), asked.outcome, node.announced]).toEqual(['-', '1 eth1', undefined, []])
    node.clock.advanceBy(50)
    expect([node.kernel(IP), node.belief(IP), asked.outcome, node.references('eth1')]).toEqual(['eth1', '1 eth1', 'ok', 1])
    expect(node.announced).toEqual([`TAKE_IP ${IP}`])
    expect(node.log).toEqual(
      era === 'now'
        ? [
            `public address '${IP}' now assigned to iface 'eth1' refs[1]`,
            `Takeover of IP ${IP}/24 on interface eth1`,
            `Running event takeip with arguments eth1 ${IP} 24`,
            `sending TAKE_IP for '${IP}'`,
          ]
        : [
            `server/ctdb_takeover.c:153 public address '${IP}' now assigned to iface 'eth1' refs[1]`,
            `Takeover of IP ${IP}/24 on interface eth1`,
            `server/eventscript.c:762 Starting eventscript takeip eth1 ${IP} 24`,
            `server/eventscript.c:485 Eventscript takeip eth1 ${IP} 24 finished with state 0`,
            `server/ctdb_takeover.c:362 sending TAKE_IP for '${IP}'`,
          ],
    )
  })

  it('is redundant where the address is held already', () => {
    const node = new AddressNode({ era }).with(IP)
    const asked = node.beginTakeover(IP)
    expect(asked.outcome).toBe('ok')
    expect([node.kernel(IP), node.belief(IP), node.references('eth1')]).toEqual(['eth1', '1 eth1', 1])
    expect([node.log, node.announced]).toEqual([[`Redundant takeover of IP ${IP}/24 on interface eth1 (ip already held)`], []])
  })

  it('takes over an address that the kernel has lost again, on the interface that it is still assigned to', () => {
    const node = new AddressNode({ era }).with(IP)
    node.host.deleteByHand(IP)(
      () => {},
      () => {},
    )
    expect(node.takeover(IP)).toBe('ok')
    expect([node.kernel(IP), node.belief(IP), node.references('eth1')]).toEqual(['eth1', '1 eth1', 1])
    const place = era === '2017' ? 'server/ctdb_takeover.c:132 ' : ''
    expect(node.log.slice(0, 2)).toEqual([
      `${place}public address '${IP}' still assigned to iface 'eth1'`,
      `Takeover of IP ${IP}/24 on interface eth1`,
    ])
  })

  it("refuses another node's PNN", () => {
    const node = new AddressNode({ era })
    expect(node.takeover(IP, 2)).toEqual(refused)
    expect([node.belief(IP), node.log]).toEqual(['-1 -', [`takeoverip called for an ip '${IP}' with pnn 2, but we're node 1`]])
  })

  it('succeeds for an address that is not public, and does nothing', () => {
    const node = new AddressNode({ era })
    expect(node.takeover('10.9.9.9')).toBe('ok')
    expect([node.kernel('10.9.9.9'), node.log]).toEqual([
      '-',
      ["takeoverip called for an ip '10.9.9.9' that is not a public address"],
    ])
  })

  it('refuses where no interface has a link', () => {
    const node = new AddressNode({ era, file: TWO }).with(IP)
    node.publicIps.setLink('eth1', false)
    node.publicIps.setLink('eth2', false)
    node.forget()
    expect(node.takeover(IP)).toEqual(refused)
    expect([node.kernel(IP), node.belief(IP)]).toEqual(['eth1', '1 eth1'])
    expect(node.log).toEqual([`takeoverip of IP ${IP}/24 failed to find a usable interface (old eth1, have_ip 1)`])
  })

  it('makes the node ban itself when the kernel has an address that another node is believed to own', () => {
    const node = new AddressNode({ era })
    node.release(IP, 2)
    node.host.addByHand(
      'eth1',
      IP,
      24,
    )(
      () => {},
      () => {},
    )
    node.forget()
    expect(node.takeover(IP)).toEqual(refused)
    expect([node.bans, node.kernel(IP), node.belief(IP)]).toEqual([1, 'eth1', '2 -'])
    expect(node.log).toEqual([
      `takeoverip of IP ${IP} is known to the kernel, and we have it on iface[__none__], ` +
        'but it was assigned to node 2 and we are node 1, banning ourself',
    ])
  })

  it('keeps the address assigned when the script fails, and succeeds when it is repeated', () => {
    const node = new AddressNode({ era })
    node.scripts.failing.add('takeip')
    expect(node.takeover(IP)).toEqual(refused)
    expect([node.kernel(IP), node.belief(IP), node.references('eth1'), node.bans]).toEqual(['-', '1 eth1', 1, 0])
    expect(node.log.slice(-3)).toContain('10.interface: takeip was made to fail')
    expect([node.log.at(-1), node.announced]).toEqual([`Failed to takeover IP ${IP} on interface eth1`, []])
    node.scripts.failing.clear()
    expect(node.takeover(IP)).toBe('ok')
    expect([node.kernel(IP), node.references('eth1')]).toEqual(['eth1', 1])
  })

  it('makes the node ban itself when the script takes too long', () => {
    const node = new AddressNode({ era })
    node.scripts.slowMs.set('takeip', 20_000)
    const asked = node.beginTakeover(IP)
    node.clock.advanceBy(999)
    expect([asked.outcome, node.bans]).toEqual([undefined, 0])
    node.clock.advanceBy(1)
    expect([asked.outcome, node.bans, node.kernel(IP)]).toEqual([refused, 1, '-'])
    expect(node.log.slice(-2)).toEqual([`Event takeip eth1 ${IP} 24 timed out`, `Failed to takeover IP ${IP} on interface eth1`])
  })

  it('is refused only while another change of the same address is in progress', () => {
    const node = new AddressNode({ era })
    const first = node.beginTakeover(IP)
    const second = node.beginTakeover(IP)
    expect([first.outcome, second.outcome]).toEqual([undefined, refused])
    expect(node.log.at(-1)).toBe(`Takeover of IP ${IP}/24 rejected update for this IP already in flight`)
    node.clock.advanceBy(50)
    expect([first.outcome, node.takeover(IP), node.references('eth1')]).toEqual(['ok', 'ok', 1])
  })
})

describe('TAKEOVER_IP of an address that is in the kernel although nobody owns it', () => {
  /** The address is in the kernel, on an interface as the daemon remembers or on none, and believed unassigned. */
  const heldUnassigned = (era: '2017' | 'now') => {
    const node = new AddressNode({ era })
    node.host.addByHand(
      'eth2',
      IP,
      24,
    )(
      () => {},
      () => {},
    )
    return node
  }

  it('moves it to its interface (now)', () => {
    const node = heldUnassigned('now')
    expect(node.takeover(IP)).toBe('ok')
    expect([node.kernel(IP), node.belief(IP), node.references('eth1'), node.bans]).toEqual(['eth1', '1 eth1', 1, 0])
    expect(node.log).toEqual([
      `Doing updateip for IP ${IP} already on an interface`,
      `public address '${IP}' now unassigned (old iface '__none__' refs[0])`,
      `public address '${IP}' now assigned to iface 'eth1' refs[1]`,
      `Update of IP ${IP}/24 from interface __none__ to eth1`,
      `Running event updateip with arguments __none__ eth1 ${IP} 24`,
    ])
  })

  it('treats it as newly created when it has no interface (2017)', () => {
    const node = heldUnassigned('2017')
    expect(node.takeover(IP)).toBe('ok')
    expect([node.log[0], node.kernel(IP), node.belief(IP)]).toEqual(['Taking over newly created ip', 'eth1', '1 eth1'])
  })
})

describe('event updateip', () => {
  it('moves the address when its interface has two more than the best one', () => {
    const node = crowded()
    expect(node.takeover(IP)).toBe('ok')
    expect([node.kernel(IP), node.references('eth1'), node.references('eth2')]).toEqual(['eth2', 1, 1])
    expect(node.log).toContain(`Update of IP ${IP}/24 from interface eth1 to eth2`)
    expect(node.announced).toEqual([])
  })

  it('leaves it where its interface has only one more', () => {
    const node = new AddressNode({ file: TWO }).with(IP)
    expect(node.takeover(IP)).toBe('ok')
    expect(node.log).toEqual([`Redundant takeover of IP ${IP}/24 on interface eth1 (ip already held)`])
  })

  it('moves it when its interface has lost its link, whatever is on the other one', () => {
    const node = crowded((each) => {
      each.publicIps.setLink('eth2', false)
      each.takeover('10.0.0.3')
      each.publicIps.setLink('eth2', true)
      each.publicIps.setLink('eth1', false)
    })
    expect(node.takeover(IP)).toBe('ok')
    expect([node.kernel(IP), node.belief(IP)]).toEqual(['eth2', '1 eth2'])
  })

  it('is takeip on the better interface when the kernel has also lost the address', () => {
    const node = crowded((each) => {
      each.host.deleteByHand(IP)(
        () => {},
        () => {},
      )
    })
    expect(node.takeover(IP)).toBe('ok')
    expect([node.kernel(IP), node.references('eth1'), node.references('eth2')]).toEqual(['eth2', 1, 1])
    expect(node.log[0]).toBe(`public address '${IP}' now unassigned (old iface 'eth1' refs[2])`)
    expect(node.announced).toEqual([`TAKE_IP ${IP}`])
  })

  it('leaves everything as it was when the script fails', () => {
    const node = crowded()
    node.scripts.failing.add('updateip')
    expect(node.takeover(IP)).toEqual(refused)
    expect([node.kernel(IP), node.belief(IP), node.references('eth1'), node.references('eth2')]).toEqual(['eth1', '1 eth1', 2, 0])
    expect([node.log.filter((text) => text.startsWith('Failed')), node.bans]).toEqual([
      [`Failed update of IP ${IP} from interface eth1 to eth2`],
      0,
    ])
  })

  it('makes the node ban itself when the script takes too long', () => {
    const node = crowded()
    node.scripts.slowMs.set('updateip', 20_000)
    expect(node.takeover(IP)).toEqual(refused)
    expect([node.bans, node.kernel(IP), node.belief(IP)]).toEqual([1, 'eth1', '1 eth1'])
  })

  it('is refused while another change of the address is in progress', () => {
    const node = crowded()
    const first = node.beginTakeover(IP)
    node.publicIps.setLink('eth2', false)
    // The best place is now the old one again.
    const second = node.beginTakeover(IP)
    expect(second.outcome).toEqual(refused)
    expect(node.log.at(-1)).toBe(`Update of IP ${IP}/24 rejected update for this IP already in flight`)
    node.clock.advanceBy(50)
    expect(first.outcome).toBe('ok')
  })
})

describe('the best interface', () => {
  it('has a link and the fewest addresses; the first in the file of several', () => {
    const lines = [1, 2, 3, 4].map((last) => `10.0.0.${last}/24 eth2,eth1\n`)
    const node = new AddressNode({ file: lines.join('') })
    for (const last of [1, 2, 3]) node.takeover(`10.0.0.${last}`)
    node.publicIps.setLink('eth1', false)
    node.takeover('10.0.0.4')
    expect([1, 2, 3, 4].map((last) => node.kernel(`10.0.0.${last}`))).toEqual(['eth2', 'eth1', 'eth2', 'eth2'])
  })
})

describe('RELEASE_IP', () => {
  it('deletes the address, then notes the new owner and tells the clients', () => {
    const node = new AddressNode().with(IP)
    const asked = node.beginRelease(IP, 2)
    expect([node.kernel(IP), node.belief(IP), asked.outcome, node.announced]).toEqual(['eth1', '1 eth1', undefined, []])
    node.clock.advanceBy(50)
    expect([node.kernel(IP), node.belief(IP), asked.outcome, node.references('eth1')]).toEqual(['-', '2 -', 'ok', 0])
    expect(node.announced).toEqual([`RELEASE_IP ${IP}`])
    expect(node.log).toEqual([
      `Release of IP ${IP}/24 on interface eth1  node:2`,
      `Running event releaseip with arguments eth1 ${IP} 24`,
      `public address '${IP}' now unassigned (old iface 'eth1' refs[1])`,
    ])
  })

  it('logs -1 for no owner', () => {
    const node = new AddressNode().with(IP)
    node.release(IP, UNKNOWN_PNN)
    expect([node.log[0], node.belief(IP)]).toEqual([`Release of IP ${IP}/24 on interface eth1  node:-1`, '-1 -'])
  })

  it('is redundant for an address that is not held: only the believed owner changes', () => {
    const node = new AddressNode({ era: '2017' })
    const asked = node.beginRelease(IP, 2)
    expect([asked.outcome, node.belief(IP), node.announced]).toEqual(['ok', '2 -', []])
    expect(node.log).toEqual([
      `Redundant release of IP ${IP}/24 on interface __none__ (ip not held)`,
      `server/ctdb_takeover.c:163 public address '${IP}' now unassigned (old iface '__none__' refs[0])`,
    ])
  })

  it('drops the reference to the interface when it is redundant', () => {
    const node = new AddressNode().with(IP)
    node.host.deleteByHand(IP)(
      () => {},
      () => {},
    )
    expect(node.release(IP, 0)).toBe('ok')
    expect([node.belief(IP), node.references('eth1')]).toEqual(['0 -', 0])
  })

  it('succeeds for an address that is not public, and does nothing', () => {
    const node = new AddressNode()
    expect(node.release('10.9.9.9')).toBe('ok')
    expect(node.log).toEqual(["releaseip called for an ip '10.9.9.9' that is not a public address"])
  })

  it('deletes an address from another interface than believed', () => {
    const node = new AddressNode()
    node.host.addByHand(
      'eth2',
      IP,
      16,
    )(
      () => {},
      () => {},
    )
    expect(node.release(IP, 2)).toBe('ok')
    expect([node.kernel(IP), node.belief(IP)]).toEqual(['-', '2 -'])
    expect(node.log).toContain(`10.interface: WARNING: Public IP ${IP} hosted on interface eth2 but VNN says __none__`)
    expect(node.log).toContain(`10.interface: WARNING: Public IP ${IP} has 16 bit netmask but VNN says 24`)
  })

  it('is refused when the address is still there after the script, and changes no owner', () => {
    const node = new AddressNode().with(IP)
    node.scripts.failing.add('releaseip')
    expect(node.release(IP, 2)).toEqual(refused)
    expect([node.kernel(IP), node.belief(IP), node.references('eth1'), node.bans]).toEqual(['eth1', '1 eth1', 1, 0])
    expect([node.log.at(-1), node.announced]).toEqual([`IP ${IP} still hosted during release IP callback, failing`, []])
    node.scripts.failing.clear()
    expect(node.release(IP, 2)).toBe('ok')
  })

  it('makes the node ban itself when the script takes too long', () => {
    const node = new AddressNode().with(IP)
    node.scripts.slowMs.set('releaseip', 20_000)
    expect(node.release(IP, 2)).toEqual(refused)
    expect([node.bans, node.kernel(IP), node.belief(IP)]).toEqual([1, 'eth1', '1 eth1'])
  })

  it('is refused while another change of the same address is in progress', () => {
    const node = new AddressNode().with(IP)
    const first = node.beginRelease(IP, 2)
    const second = node.beginRelease(IP, 0)
    expect([second.outcome, node.log.at(-1)]).toEqual([
      refused,
      `Release of IP ${IP}/24 rejected update for this IP already in flight`,
    ])
    node.clock.advanceBy(50)
    expect([first.outcome, node.belief(IP)]).toEqual(['ok', '2 -'])
  })
})

describe('releasing everything', () => {
  const file = [1, 2, 3].map((last) => `10.0.0.${last}/24 eth1\n`).join('')

  it('releases held addresses one after the other, and unassigns the others', () => {
    const node = new AddressNode({ file }).with(IP).with('10.0.0.3')
    node.release('10.0.0.2', 2)
    node.forget()
    expect(node.releaseAll()).toBe('ok')
    expect([node.host.held, node.references('eth1')]).toEqual([[], 0])
    expect([node.belief(IP), node.belief('10.0.0.2')]).toEqual(['-1 -', '2 -'])
    expect(node.announced).toEqual(['RELEASE_IP 10.0.0.3', `RELEASE_IP ${IP}`])
    expect(node.log.at(-1)).toBe('Released 2 public IPs')
  })

  it('logs what it could not release, and continues with the rest', () => {
    const node = new AddressNode({ file }).with(IP).with('10.0.0.3')
    const asked = node.begin(node.publicIps.releaseAll())
    node.scripts.failing.add('releaseip')
    node.clock.advanceBy(50)
    node.scripts.failing.clear()
    node.clock.advanceBy(50)
    expect([asked.outcome, node.kernel('10.0.0.3'), node.kernel(IP)]).toEqual(['ok', 'eth1', '-'])
    expect(node.log).toContain('Error releasing IP 10.0.0.3')
    expect(node.log.at(-1)).toBe('Released 1 public IPs')
  })

  it('skips an address with another change in progress', () => {
    const node = new AddressNode({ file }).with(IP)
    node.scripts.slowMs.set('releaseip', 100)
    const release = node.beginRelease(IP, 2)
    const all = node.begin(node.publicIps.releaseAll())
    expect([all.outcome, node.log.at(-1)]).toEqual(['ok', 'Released 0 public IPs'])
    node.clock.advanceBy(200)
    expect([release.outcome, node.announced]).toEqual(['ok', [`RELEASE_IP ${IP}`]])
  })
})

describe("a node's answers about its addresses", () => {
  it('list all known addresses, the newest first, with the believed owners', () => {
    const node = new AddressNode({ file: `${IP}/24 eth1\nfd00::1/64 eth1\n` }).with('fd00::1')
    node.release(IP, 0)
    expect(node.publicIps.known()).toEqual([
      { pnn: 1, address: { family: 'ipv6', address: 'fd00::1', port: 0 } },
      { pnn: 0, address: { family: 'ipv4', address: IP, port: 0 } },
    ])
  })

  it('list an address as available if the node may host it, it is not being deleted, and one of its interfaces has a link', () => {
    const node = new AddressNode({ file: `${TWO}10.0.0.2/24 eth1\n10.0.0.3/24 eth2\n` }).with('10.0.0.3')
    const available = () => node.publicIps.available().map(({ address }) => address.address)
    expect(available()).toEqual(['10.0.0.3', '10.0.0.2', IP])
    node.publicIps.setLink('eth1', false)
    expect(available()).toEqual(['10.0.0.3', IP])
    node.publicIps.configuration.delete('10.0.0.3')
    expect(available()).toEqual([IP])
    node.mayHost = false
    expect(available()).toEqual([])
  })

  it('name the interfaces of an address and the one that it is on', () => {
    const node = new AddressNode({ file: `${IP}/24 eth2,eth1\n` }).with(IP)
    const address = publicSocketAddress(IP)
    expect(node.publicIps.info(address)).toEqual({
      ip: { pnn: 1, address },
      activeIndex: 0,
      interfaces: [
        { name: 'eth2', linkState: 1, references: 1 },
        { name: 'eth1', linkState: 1, references: 0 },
      ],
    })
    node.release(IP)
    expect(node.publicIps.info(address).activeIndex).toBe(0xffff_ffff)
    expect(() => node.publicIps.info(publicSocketAddress('10.9.9.9'))).toThrow(ControlFailure)
  })

  it('report the last link states; a change is logged once', () => {
    const node = new AddressNode({ file: TWO })
    node.publicIps.setLink('eth1', false)
    node.publicIps.setLink('eth1', false)
    node.publicIps.setLink('eth2', true)
    expect(node.log).toEqual(["iface[eth1] has changed it's link status up => down"])
    expect(node.publicIps.interfaceRecords()).toEqual([
      { name: 'eth2', linkState: 1, references: 0 },
      { name: 'eth1', linkState: 0, references: 0 },
    ])
    expect(() => node.publicIps.setLink('eth9', true)).toThrow(ControlFailure)
  })
})
