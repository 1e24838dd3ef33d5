import { describe, expect, it } from 'vitest'
import { parseConfiguredAddresses } from '../../../src/lib/host/configured-addresses.ts'

const read = (by: string, text: string) => parseConfiguredAddresses(`${by}\0/etc/x\0${text}\0`).map(({ address }) => address)

describe('the addresses that other programs set', () => {
  it.each([
    ['nothing', '', []],
    ['those of the interface', '[Network]\nAddress=10.0.0.1/24\n[Address]\n Address = fd00::0001/64\n', ['10.0.0.1', 'fd00::1']],
    ['not those of other machines', '[Neighbor]\nAddress=10.0.0.1\n[DHCPServerStaticLease]\nAddress=10.0.0.2\n', []],
    ['not an address that is not one', '[Network]\nAddress=0.0.0.0/x\nAddress=host\n', ['0.0.0.0']],
    [
      'not what was there before an empty one',
      '[Address]\nAddress=10.0.0.1\n[Network]\nAddress=10.0.0.2\nAddress=\nAddress=10.0.0.3\n',
      ['10.0.0.3'],
    ],
    ['all but for an empty section of one', '[Network]\nAddress=10.0.0.1\n[Address]\nAddress=\n', ['10.0.0.1']],
    ['nothing for another machine', '[Match]\nName=eth1\nHost=node9\n[Network]\nAddress=10.0.0.1\n', []],
    ['nothing under another condition', '[Match]\nVirtualization=!vm\n[Network]\nAddress=10.0.0.1\n', []],
    ['nothing of an interface that it leaves alone', '[Link]\nUnmanaged=yes\n[Network]\nAddress=10.0.0.1\n', []],
    ['those of one that it does not', '[Link]\nUnmanaged=no\n[Network]\nAddress=10.0.0.1\n', ['10.0.0.1']],
    ['nothing of a part of a bond', '[Network]\nBond=bond0\nAddress=10.0.0.1\n', []],
    ['one twice as one', '[Network]\nAddress=10.0.0.1/24\nAddress=10.0.0.1/32\n', ['10.0.0.1']],
  ])('are read from files of systemd-networkd: %s', (_, text, addresses) => {
    expect(read('systemd-networkd', text)).toEqual(addresses)
  })

  it.each([
    [
      'without the gateway',
      '[connection]\n[ipv4]\naddress1=10.0.0.1/24,10.0.0.254\n[ipv6]\naddress1=fd00::1/64\n',
      ['10.0.0.1', 'fd00::1'],
    ],
    ['of a profile that comes up by itself', '[connection]\nautoconnect=true\n[ipv4]\naddress1=10.0.0.1/24\n', ['10.0.0.1']],
    ['not of one that does not', '[connection]\nautoconnect=false\n[ipv4]\naddress1=10.0.0.1/24\n', []],
    ['with the method for addresses', '[ipv4]\nmethod=manual\naddress1=10.0.0.1/24\n[ipv6]\nmethod=disabled\n', ['10.0.0.1']],
    ['not where the method allows none', '[ipv4]\naddress1=10.0.0.1/24\nmethod=disabled\n', []],
    [
      'not where one section is rejected',
      '[ipv4]\nmethod=auto\naddress1=10.0.0.1\n[ipv6]\nmethod=link-local\naddress1=fd00::1\n',
      [],
    ],
    ['not of a part of a bond', '[connection]\nslave-type=bond\n[ipv4]\naddress1=10.0.0.1/24\n', []],
    ['not of a part of a bridge', '[connection]\nport-type=bridge\n[ipv4]\naddress1=10.0.0.1/24\n', []],
    ['of a part of a VRF', '[connection]\nslave-type=vrf\n[ipv4]\naddress1=10.0.0.1/24\n', ['10.0.0.1']],
    ['not those of other sections', '[wireguard-peer.x]\naddress1=10.0.0.1/24\n', []],
  ])('are read from profiles of NetworkManager: %s', (_, text, addresses) => {
    expect(read('NetworkManager', text)).toEqual(addresses)
  })

  it.each([
    ['of a block', '  virtual_ipaddress {\n    10.0.0.1/24 dev eth1 label eth1:1\n    fd00::1\n  }\n', ['10.0.0.1', 'fd00::1']],
    ['of one line', 'virtual_ipaddress { 10.0.0.1 }\n', ['10.0.0.1']],
    ['of those that are not announced', 'virtual_ipaddress_excluded {\n10.0.0.1\n}\n', ['10.0.0.1']],
    ['behind another brace', 'vrrp_instance x { virtual_ipaddress { 10.0.0.1 } }\n', ['10.0.0.1']],
    ['not of a block for another host', '@b virtual_ipaddress {\n10.0.0.1\n}\n virtual_ipaddress {\n10.0.0.2\n}\n', ['10.0.0.2']],
    ['not a line for another host', 'virtual_ipaddress {\n@b 10.0.0.1\n10.0.0.2\n}\n', ['10.0.0.2']],
    ['not where an instance is for another host', '  @b vrrp_instance\nvirtual_ipaddress {\n10.0.0.1\n}\n', []],
    ['not what is commented out', 'virtual_ipaddress {\n# 10.0.0.1\n! 10.0.0.2\n}\n', []],
    ['not of a block that is commented out', '#virtual_ipaddress {\n#10.0.0.1\n#}\n', []],
  ])('are read from the file of keepalived: %s', (_, text, addresses) => {
    expect(read('keepalived', text)).toEqual(addresses)
  })

  it.each([
    ['of interfaces that come up by themselves', 'auto lo eth1\niface eth1 inet static\n  address 10.0.0.1/24\n', ['10.0.0.1']],
    ['or when they appear', 'allow-hotplug eth1\niface eth1 inet6 static\n\taddress fd00::0001\n\tnetmask 64\n', ['fd00::1']],
    [
      'of several parts',
      'auto eth1\niface eth1 inet static\naddress 10.0.0.1\niface eth1 inet static\naddress 10.0.0.2\n',
      ['10.0.0.1', '10.0.0.2'],
    ],
    [
      'that another stanza lends',
      'auto eth1\niface lent inet static\naddress 10.0.0.1\niface eth1 inet static inherits lent\n',
      ['10.0.0.1'],
    ],
    [
      'not those lent to one with its own',
      'auto eth1\niface lent inet static\naddress 10.0.0.1\niface eth1 inet static inherits lent\naddress 10.0.0.2\n',
      ['10.0.0.2'],
    ],
    [
      'not what is lent for another protocol',
      'auto eth1\niface lent inet static\naddress 10.0.0.1\niface eth1 inet6 static inherits lent\n',
      [],
    ],
    ['not of one that somebody brings up', 'iface eth1 inet static\naddress 10.0.0.1\n', []],
    ['not of one that another program brings up', 'allow-ovs eth1\niface eth1 inet static\naddress 10.0.0.1\n', []],
    ['not where another method does not set it', 'auto eth1\niface eth1 inet manual\naddress 10.0.0.1\n', []],
    ['not of the next interface', 'auto eth1\niface eth1 inet static\niface eth2 inet static\naddress 10.0.0.1\n', []],
    ['not of a pattern, which may mean other interfaces', 'auto /eth*\niface eth1 inet static\naddress 10.0.0.1\n', []],
    ['not where a mapping may choose', 'auto eth1\nmapping eth1\niface eth1 inet static\naddress 10.0.0.1\n', []],
    ['not what is commented out', 'auto eth1\niface eth1 inet static\n#address 10.0.0.1\n', []],
  ])('are read from files of ifupdown: %s', (_, text, addresses) => {
    expect(read('ifupdown', text)).toEqual(addresses)
  })

  it.each([
    ['of all numbers', 'IPADDR=10.0.0.1\nIPADDR2="10.0.0.2"\nPREFIX=24\n', ['10.0.0.1', '10.0.0.2']],
    ['without a protocol', "BOOTPROTO='none'\nONBOOT=yes\nIPADDR=10.0.0.1\n", ['10.0.0.1']],
    [
      'of IPv6',
      'IPV6INIT=yes\nIPV6ADDR=fd00::1/64\nIPV6ADDR_SECONDARIES="fd00::2/64 fd00::3/64"\n',
      ['fd00::1', 'fd00::2', 'fd00::3'],
    ],
    ['not of IPv6 that is not on', 'IPV6ADDR=fd00::1/64\n', []],
    ['not where another protocol sets them', 'BOOTPROTO=dhcp\nIPADDR=10.0.0.1\n', []],
    ['not of an interface that stays down', 'ONBOOT=no\nIPADDR=10.0.0.1\n', []],
    ['not of a part of a bond', 'MASTER=bond0\nIPADDR=10.0.0.1\n', []],
    ['not of a part of a bridge', 'BRIDGE="br0"\nIPADDR=10.0.0.1\n', []],
    ['not of a part of a team', 'TEAM_MASTER_UUID=a-b\nIPADDR=10.0.0.1\n', []],
    ['not where a shell would have to tell', 'IPADDR=$(hostname -i)\nIPADDR1=10.0.0.1\n', []],
    ['as set last', 'IPADDR=10.0.0.1\nIPADDR=10.0.0.2\n', ['10.0.0.2']],
  ])('are read from ifcfg files: %s', (_, text, addresses) => {
    expect(read('network-scripts', text)).toEqual(addresses)
  })

  it('are read from ifcfg files by NetworkManager, unless it is to leave them alone', () => {
    const by = (text: string) =>
      parseConfiguredAddresses(`NetworkManager\0/etc/sysconfig/network-scripts/ifcfg-eth1\0${text}\0`).map(
        ({ address }) => address,
      )
    expect(by('IPADDR=10.0.0.1\n')).toEqual(['10.0.0.1'])
    expect(by('IPADDR=10.0.0.1\nNM_CONTROLLED=no\n')).toEqual([])
    expect(read('network-scripts', 'IPADDR=10.0.0.1\nNM_CONTROLLED=no\n')).toEqual(['10.0.0.1'])
  })

  it('are there once if a file is named twice', () => {
    const record = 'ifupdown\0/etc/network/interfaces.d/x\0auto eth1\niface eth1 inet static\naddress 10.0.0.1\n\0'
    expect(parseConfiguredAddresses(record + record)).toHaveLength(1)
  })

  it.each(['keepalived\0', 'keepalived\0/etc/x\0', 'another\0/etc/x\0\0', 'constructor\0/etc/x\0\0'])(
    'are refused when it is not whole, or of another program: %j',
    (text) => {
      expect(() => parseConfiguredAddresses(text)).toThrow('cannot be understood')
    },
  )
})
