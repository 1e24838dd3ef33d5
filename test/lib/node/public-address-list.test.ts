import { describe, expect, it } from 'vitest'
import { publicSocketAddress } from '../../../src/lib/address/socket-address.ts'
import { ControlFailure } from '../../../src/lib/node/control-types.ts'
import { AddressNode } from '../../support/address-node.ts'

const IP = '10.0.0.1'
const PATH = '/etc/ctdb/public_addresses'
const refused = expect.any(ControlFailure)

const onInterface = (address: string, interfaceName: string) => ({
  address: publicSocketAddress(address),
  maskBits: 24,
  interfaceName,
})

const interfaces = (node: AddressNode) => node.publicIps.interfaceRecords().map(({ name }) => name)

describe('the public addresses file, at the start', () => {
  it('is all that the node knows, with nobody as the owner and every link up', () => {
    const node = new AddressNode({ file: `${IP}/24 eth1\n10.0.0.2/24 eth1,eth2\n` })
    expect([node.known(), node.belief(IP)]).toEqual([['10.0.0.2', IP], '-1 -'])
    expect(node.publicIps.interfaceRecords().map(({ name, linkState }) => [name, linkState])).toEqual([
      ['eth2', 1],
      ['eth1', 1],
    ])
  })

  it('has to be right: the error names the line', () => {
    expect(() => new AddressNode({ file: `${IP}/24 eth1\n10.0.0.2 eth1\n` })).toThrow(`${PATH}, line 2:`)
  })
})

describe('ADD_PUBLIC_IP', () => {
  it('adds an address that nobody owns yet', () => {
    const node = new AddressNode()
    const asked = node.begin(node.publicIps.add(onInterface('10.0.0.2', 'eth1,eth2')))
    expect([asked.outcome, node.known(), node.belief('10.0.0.2'), interfaces(node)]).toEqual([
      'ok',
      ['10.0.0.2', IP],
      '-1 -',
      ['eth2', 'eth1'],
    ])
    expect(node.log).toEqual(['Add IP 10.0.0.2'])
    expect(node.takeover('10.0.0.2')).toBe('ok')
  })

  it('refuses an address that is there already, and an interface that is not', () => {
    const node = new AddressNode()
    expect(node.begin(node.publicIps.add(onInterface(IP, 'eth2'))).outcome).toEqual(refused)
    expect(node.begin(node.publicIps.add(onInterface('10.0.0.2', 'eth1,eth9'))).outcome).toEqual(refused)
    expect([node.known(), interfaces(node)]).toEqual([[IP], ['eth1']])
    expect(node.log).toEqual([
      `Add IP ${IP}`,
      `Duplicate public IP address '${IP}'`,
      'Add IP 10.0.0.2',
      'Unknown interface eth9 for public address 10.0.0.2',
    ])
  })
})

describe('DEL_PUBLIC_IP', () => {
  it('forgets an address that the node does not hold, and an interface that no other is for', () => {
    const node = new AddressNode({ file: `${IP}/24 eth1,eth2\n10.0.0.2/24 eth1\n` })
    node.publicIps.delete(IP)
    expect([node.known(), interfaces(node), node.log]).toEqual([['10.0.0.2'], ['eth1'], [`Delete IP ${IP}`]])
  })

  it('waits with one that it holds until that is released', () => {
    const node = new AddressNode().with(IP)
    node.publicIps.delete(IP)
    expect([node.kernel(IP), node.known(), node.publicIps.available()]).toEqual(['eth1', [IP], []])
    node.release(IP, 0)
    expect([node.kernel(IP), node.known(), node.announced]).toEqual(['-', [], [`RELEASE_IP ${IP}`]])
  })

  it('waits until all are given up, too', () => {
    const node = new AddressNode().with(IP)
    node.publicIps.delete(IP)
    node.releaseAll()
    expect(node.known()).toEqual([])
  })

  it('refuses an address that it does not know', () => {
    const node = new AddressNode()
    expect(() => node.publicIps.delete('10.9.9.9')).toThrow(ControlFailure)
    expect(node.log).toEqual(['Delete IP 10.9.9.9', 'Delete IP of unknown public IP address 10.9.9.9'])
  })
})

describe('RELOAD_PUBLIC_IPS', () => {
  it('adds what is new in the file, and deletes what is gone', () => {
    const node = new AddressNode({ file: `${IP}/24 eth1\n10.0.0.2/24 eth1\n` }).with(IP)
    node.publicIps.reload('10.0.0.3/24 eth2\n', PATH)
    expect([node.known(), node.kernel(IP), node.belief('10.0.0.3')]).toEqual([['10.0.0.3', IP], 'eth1', '-1 -'])
    expect(node.log).toEqual([`Loaded public addresses from ${PATH}`, 'Delete IP 10.0.0.2', `Delete IP ${IP}`])
    expect(node.publicIps.available().map(({ address }) => address.address)).toEqual(['10.0.0.3'])
  })

  it('never notices a changed mask or interface', () => {
    const node = new AddressNode()
    node.publicIps.reload(`${IP}/16 eth2\n`, PATH)
    node.takeover(IP)
    expect([node.kernel(IP), interfaces(node)]).toEqual(['eth1', ['eth1']])
    expect(node.host.held[0]?.maskBits).toBe(24)
  })

  it('refuses a broken file, and changes nothing', () => {
    const node = new AddressNode()
    expect(() => node.publicIps.reload(`10.0.0.2/24 eth1\nnonsense\n`, PATH)).toThrow(
      expect.objectContaining({ status: -1, message: `Failed to load public addresses from ${PATH}` }),
    )
    expect([node.known(), node.log]).toEqual([[IP], []])
  })
})
