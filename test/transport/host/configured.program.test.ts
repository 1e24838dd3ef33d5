import { execFileSync } from 'node:child_process'
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { parseConfiguredAddresses } from '../../../src/lib/host/configured-addresses.ts'
import { CONFIGURED_PART } from '../../../src/lib/host/configured-script.ts'
import { SHELLS } from '../../support/node-shells.ts'
import { tempDir } from '../../support/temp-dir.ts'

const KEEPALIVED = `vrrp_instance one {
  authentication {
    auth_pass secret
  }
  virtual_ipaddress {
    10.0.0.1/24 dev eth1
  }
}
vrrp_instance two {
  virtual_ipaddress { 10.0.0.2 }
  authentication { auth_pass secret }
}
`
const FILES = {
  '/etc/systemd/network/10-a b.network': '[Match]\nName=eth1\n[Network]\n  Address = 10.0.0.3/24\nDNS=10.0.0.9\n',
  '/run/systemd/network/10-a b.network': '[Network]\nAddress=10.0.0.4/24\n',
  '/run/systemd/network/20-netplan.network': '[Network]\nAddress=10.0.0.5/24',
  '/etc/NetworkManager/system-connections/eth1.nmconnection': '[wifi-security]\npsk=secret\n[ipv4]\naddress1=10.0.0.6/24\n',
  '/etc/keepalived/keepalived.conf': KEEPALIVED,
  '/etc/network/interfaces':
    'source interfaces.d/*.cfg\nsource-directory more/\nauto eth1\n  allow-hotplug eth2\n# $(touch secret)\n',
  '/etc/network/interfaces.d/one.cfg':
    'source deep/*\nsource one.cfg\niface eth1 inet static\n  address 10.0.1.1/24\n  wpa-psk secret\n',
  '/etc/network/interfaces.d/deep/three': 'source ../../interfaces\niface eth2 inet static\n  address 10.0.1.5/24\n',
  '/etc/network/more/two': 'iface eth2 inet6 static\n  address fd00::2\n  netmask 64',
  '/etc/network/more/two.bak': 'iface eth2 inet6 static\n  address fd00::3\n',
  '/etc/network/interfaces.d/two': 'iface eth1 inet static\n  address 10.0.1.4/24\n',
}
/** Each has an address, but its program does not use it. */
const UNUSED = {
  '/etc/systemd/network/30-other-host.network': '[Match]\n Host = other\n[Network]\nAddress=10.0.0.7/24\n',
  '/etc/systemd/network/40-left-alone.network': '[Network]\nAddress=10.0.0.7/24\n[Link]\nUnmanaged=yes\n',
  ...Object.fromEntries(
    ['eth1~', 'eth1.nmconnection.swp', 'eth1.SWPX', 'eth1.pem', 'eth1.der', 'eth1.backup'].map((name) => [
      `/etc/NetworkManager/system-connections/${name}`,
      '[ipv4]\naddress1=10.0.0.7/24\n',
    ]),
  ),
  '/etc/NetworkManager/system-connections/eth3': '[connection]\nslave-type=bond\n[ipv4]\naddress1=10.0.0.7/24\n',
  '/etc/systemd/network/50-bonded.network': '[Network]\nBond=bond0\nAddress=10.0.0.7/24\n',
  '/etc/network/interfaces': 'auto eth1\nmapping eth1\n  script x\niface eth1 inet static\n  address 10.0.0.7\n',
  '/run/NetworkManager/system-connections/eth1': '[ipv4]\naddress1=10.0.0.7/24\n',
  '/etc/NetworkManager/system-connections/eth2': '[ipv4]\naddress1=10.0.0.7/24\nmethod=disabled\n',
  '/etc/keepalived/keepalived.conf': `@other vrrp_instance x { auth_pass secret }\n${KEEPALIVED}`,
}
const RUNNING = ['/run/systemd/netif/state', '/run/NetworkManager/devices/2', '/run/keepalived.pid', '/run/network/ifstate']
/** These are there without the programs, too. */
const NOT_RUNNING = ['/run/systemd/netif/links/x', '/run/NetworkManager/conf.d/x']

describe.each(SHELLS)('what other programs are configured to set, as %s reads it', (...shell) => {
  const look = (running: readonly string[], files: Readonly<Record<string, string>>) => {
    const root = tempDir().file('root')
    const write = (path: string, text: string) => {
      mkdirSync(join(root, dirname(path)), { recursive: true })
      writeFileSync(join(root, path), text)
    }
    for (const [path, text] of Object.entries(files)) write(path, text)
    for (const path of running) write(path, '')
    mkdirSync(join(root, '/etc/systemd/network'), { recursive: true })
    symlinkSync('/dev/null', join(root, '/etc/systemd/network/99-masked.network'))
    const script = `set -u; limited=; ${CONFIGURED_PART.replaceAll(/(?<=[ "])\/(?:etc|run|usr|var)\b/g, `${root}$&`)} configured`
    const [file = 'sh', ...argv] = shell
    const printed = execFileSync(file, [...argv, '-c', script], { encoding: 'utf8' })
    expect(printed).not.toContain('secret')
    return parseConfiguredAddresses(printed).map(({ by, file: path, address }) => [by, path.replace(root, ''), address])
  }

  it('is read from the files that count, without the secrets in them', () => {
    expect(look(RUNNING, FILES)).toEqual([
      ['systemd-networkd', '/etc/systemd/network/10-a b.network', '10.0.0.3'],
      ['systemd-networkd', '/run/systemd/network/20-netplan.network', '10.0.0.5'],
      ['NetworkManager', '/etc/NetworkManager/system-connections/eth1.nmconnection', '10.0.0.6'],
      ['keepalived', '/etc/keepalived/keepalived.conf', '10.0.0.1'],
      ['keepalived', '/etc/keepalived/keepalived.conf', '10.0.0.2'],
      ['ifupdown', '/etc/network/interfaces.d/one.cfg', '10.0.1.1'],
      ['ifupdown', '/etc/network/more/two', 'fd00::2'],
      ['ifupdown', '/etc/network/interfaces.d/deep/three', '10.0.1.5'],
    ])
  })

  it.each(['no', '"no"'])('is not what ifupdown is told not to set: CONFIGURE_INTERFACES=%s', (told) => {
    const files = { ...FILES, '/etc/default/networking': `# CONFIGURE_INTERFACES=yes\nCONFIGURE_INTERFACES=${told}\n` }
    expect(look(['/run/network/ifstate'], files)).toEqual([])
    expect(look(['/run/network/ifstate'], { ...files, '/etc/default/networking': '#CONFIGURE_INTERFACES=no\n' })).toHaveLength(3)
  })

  it('is not read from files that do not count', () => {
    expect(look(RUNNING, UNUSED)).toEqual([])
    const used = { '/run/NetworkManager/system-connections/x.nmconnection': '[ipv4]\nmethod=manual\naddress1=10.0.0.8/24\n' }
    expect(look(RUNNING, { ...UNUSED, ...used })).toEqual([['NetworkManager', Object.keys(used)[0], '10.0.0.8']])
  })

  it('is read from ifcfg files by each program that takes them', () => {
    const folder = '/etc/sysconfig/network-scripts'
    const files = {
      [`${folder}/ifcfg-eth0.7`]: 'ONBOOT=yes\nIPADDR=10.0.0.1\nWPA_PSK=secret\n',
      [`${folder}/ifcfg-eth2`]: 'MASTER=bond0\nSLAVE=yes\nIPADDR=10.0.0.2\n',
      ...Object.fromEntries(
        ['eth1.bak', 'eth1~', 'eth1:0', 'eth1-range0', 'lo'].map((name) => [`${folder}/ifcfg-${name}`, 'IPADDR=10.0.0.2\n']),
      ),
    }
    expect(look(RUNNING, files)).toEqual([])
    const plugin = '/usr/lib64/NetworkManager/1.40/libnm-settings-plugin-ifcfg-rh.so'
    expect(look([...RUNNING, plugin, '/var/lock/subsys/network'], files)).toEqual([
      ['NetworkManager', `${folder}/ifcfg-eth0.7`, '10.0.0.1'],
      ['network-scripts', `${folder}/ifcfg-eth0.7`, '10.0.0.1'],
    ])
    expect(look([plugin], files)).toEqual([])
  })

  it('is nothing where none of these programs has run, or there are no files', () => {
    expect(look(NOT_RUNNING, FILES)).toEqual([])
    expect(look(RUNNING, {})).toEqual([])
  })
})
