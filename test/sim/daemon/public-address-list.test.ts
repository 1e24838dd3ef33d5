import { describe, expect, it } from 'vitest'
import { publicSocketAddress } from '../../../src/lib/address/socket-address.ts'
import { ControlFailure } from '../../../src/sim/daemon/control-failure.ts'
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
  it('gives all known addresses, without owners and with all links up', () => {
    const node = new AddressNode({ file: `${IP}/24 eth1\n10.0.0.2/24 eth1,eth2\n` })
    expect([node.known(), node.belief(IP)]).toEqual([['10.0.0.2', IP], '-1 -'])
    expect(node.publicIps.interfaceRecords().map(({ name, linkState }) => [name, linkState])).toEqual([
      ['eth2', 1],
      ['eth1', 1],
    ])
  })

  it('must be valid: the error names the line', () => {
    expect(() => new AddressNode({ file: `${IP}/24 eth1\n10.0.0.2 eth1\n` })).toThrow(`${PATH}, line 2:`)
  })
})

describe('ADD_PUBLIC_IP', () => {
  it('adds an address that nobody owns yet', () => {
    const node = new AddressNode()
    const asked = node.begin(node.publicIps.configuration.add(onInterface('10.0.0.2', 'eth1,eth2')))
    expect([asked.outcome, node.known(), node.belief('10.0.0.2'), interfaces(node)]).toEqual([
      'ok',
      ['10.0.0.2', IP],
      '-1 -',
      ['eth2', 'eth1'],
    ])
    expect(node.log).toEqual(['Add IP 10.0.0.2'])
    expect(node.takeover('10.0.0.2')).toBe('ok')
  })

  it('refuses an address that exists already, and an interface that does not', () => {
    const node = new AddressNode()
    expect(node.begin(node.publicIps.configuration.add(onInterface(IP, 'eth2'))).outcome).toEqual(refused)
    expect(node.begin(node.publicIps.configuration.add(onInterface('10.0.0.2', 'eth1,eth9'))).outcome).toEqual(refused)
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
  it('forgets an address that the node does not own, and an interface without other addresses', () => {
    const node = new AddressNode({ file: `${IP}/24 eth1,eth2\n10.0.0.2/24 eth1\n` })
    node.publicIps.configuration.delete(IP)
    expect([node.known(), interfaces(node), node.log]).toEqual([['10.0.0.2'], ['eth1'], [`Delete IP ${IP}`]])
  })

  it('keeps an address that it owns until that is released', () => {
    const node = new AddressNode().with(IP)
    node.publicIps.configuration.delete(IP)
    expect([node.kernel(IP), node.known(), node.publicIps.available()]).toEqual(['eth1', [IP], []])
    node.release(IP, 0)
    expect([node.kernel(IP), node.known(), node.announced]).toEqual(['-', [], [`RELEASE_IP ${IP}`]])
  })

  it('also keeps it until all addresses are released', () => {
    const node = new AddressNode().with(IP)
    node.publicIps.configuration.delete(IP)
    node.releaseAll()
    expect(node.known()).toEqual([])
  })

  it('refuses an address that it does not know', () => {
    const node = new AddressNode()
    expect(() => node.publicIps.configuration.delete('10.9.9.9')).toThrow(ControlFailure)
    expect(node.log).toEqual(['Delete IP 10.9.9.9', 'Delete IP of unknown public IP address 10.9.9.9'])
  })
})

describe('RELOAD_PUBLIC_IPS', () => {
  const reload = (node: AddressNode, file: string) => node.begin(node.publicIps.configuration.reload(file, PATH)).outcome

  it('deletes what is no longer in the file, adds what is new, and then asks for addresses', () => {
    const node = new AddressNode({ file: `${IP}/24 eth1\n10.0.0.2/24 eth1\n` }).with(IP)
    expect(reload(node, '10.0.0.3/24 eth2\n10.0.0.4/24 eth1\n')).toBe('ok')
    expect([node.known(), node.kernel(IP), node.belief('10.0.0.3')]).toEqual([['10.0.0.3', '10.0.0.4', IP], 'eth1', '-1 -'])
    expect(node.log).toEqual([
      `Loaded public addresses from ${PATH}`,
      'IP 10.0.0.2 no longer configured, deleting it',
      'Delete IP 10.0.0.2',
      `IP ${IP} no longer configured, deleting it`,
      `Delete IP ${IP}`,
      'New IP 10.0.0.4 configured, adding it',
      'Add IP 10.0.0.4',
      'New IP 10.0.0.3 configured, adding it',
      'Add IP 10.0.0.3',
    ])
    expect(node.asked).toBe(1)
    expect(node.publicIps.available().map(({ address }) => address.address)).toEqual(['10.0.0.3', '10.0.0.4'])
  })

  it('does not ask for addresses when some were only deleted', () => {
    const node = new AddressNode({ file: `${IP}/24 eth1\n10.0.0.2/24 eth1\n` })
    expect(reload(node, `${IP}/24 eth1\n`)).toBe('ok')
    expect([node.known(), node.asked]).toEqual([[IP], 0])
  })

  it('never notices a changed mask or interface', () => {
    const node = new AddressNode()
    expect(reload(node, `${IP}/16 eth2\n`)).toBe('ok')
    node.takeover(IP)
    expect([node.kernel(IP), interfaces(node)]).toEqual(['eth1', ['eth1']])
    expect(node.host.held[0]?.maskBits).toBe(24)
  })

  it('deletes all addresses for an empty file', () => {
    const node = new AddressNode({ file: `${IP}/24 eth1\n10.0.0.2/24 eth1\n` }).with(IP)
    expect(reload(node, '')).toBe('ok')
    expect([node.known(), node.publicIps.available()]).toEqual([[IP], []])
  })

  it.each([
    ['a broken line', '10.0.0.2/24 eth1\nnonsense\n', []],
    ['an address that is there twice', `${IP}/24 eth1\n${IP}/24 eth1\n`, []],
    [
      'an interface that is not there',
      `${IP}/24 eth1\n10.0.0.2/24 eth9\n`,
      ['Unknown interface eth9 for public address 10.0.0.2'],
    ],
  ])('refuses a file with %s, and changes nothing', (_what, file, log) => {
    const node = new AddressNode()
    expect(reload(node, file)).toMatchObject({ status: 1, message: '' })
    expect([node.known(), node.log, node.asked]).toEqual([[IP], [...log, 'Failed to re-read public addresses file'], 0])
  })
})
