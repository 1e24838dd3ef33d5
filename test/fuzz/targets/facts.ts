import assert from 'node:assert/strict'
import { parseHostFacts } from '../../../src/lib/host/parse-facts.ts'
import { parseSections, renderSections } from '../../../src/lib/host/sections.ts'
import type { FuzzTarget } from '../target.ts'

const NONCE = '0123456789abcdef'

const EXAMPLE = renderSections(NONCE, [
  { name: 'addresses', content: '[{"ifname":"eth0","flags":[],"addr_info":[]}]' },
  { name: 'publicaddresses', content: '10.0.0.1/24 eth0\n' },
  { name: 'nodes', content: '', status: 1, said: 'head: /etc/ctdb/nodes: No such file or directory' },
  { name: 'config', content: '[cluster]\n' },
  { name: 'homenodes', content: '10.0.0.1 0\n' },
  { name: 'scripts', content: '/etc/ctdb/events/legacy/./10.interface.script\0' },
  { name: 'version', content: 'CTDB version: 4.17.12-Debian\n' },
  { name: 'nonlocal', content: '0\n1\n' },
  { name: 'promote', content: 'all\x000\0eth0\x001\0' },
  { name: 'iptables', content: '-P INPUT ACCEPT\n-A INPUT -d 10.0.0.1/32 -i eth0 -j DROP\n' },
  { name: 'ip6tables', content: '', status: 127, said: 'sh: ip6tables: not found' },
  { name: 'bonds', content: 'bond0\0Bonding Mode: x\nSlave Interface: eth1\nMII Status: up\n\0' },
  { name: 'configured', content: 'systemd-networkd\0/etc/systemd/network/a.network\0[Network]\nAddress=10.0.0.1/24\n\0' },
  { name: 'services', content: 'LVS\0CTDB_LVS_NODES=x\nCTDB_LVS_PUBLIC_IP=10.0.0.1\n\0' },
  { name: 'hostname', content: 'node1\n' },
  { name: 'connections', content: 'LISTEN 0 9 [fd00::1]:4379 *:*\nSYN-SENT 0 1 10.0.0.1:9 10.0.0.2:4379 timer:(on,1sec,2)\n' },
  {
    name: 'lock',
    content: [
      ...['setting', '/c/lock', 'boot', 'b', 'stat', '65024 12 81a4', 'path', '/c/lock'],
      ...['lines', '27 1 254:0 / / rw - ext4 /dev/vda rw\n1: POSIX  ADVISORY  WRITE 9 fe:00:12 0 0', 'process', '9 x', ''],
    ].join('\0'),
  },
])

export const target: FuzzTarget = {
  covers: ['src/lib/host/{parse-facts,sections,firewall,lock-facts,connections}.ts'],
  refusals: [],
  words: [`\n${NONCE} begin nodes 10\n`, `\n${NONCE} said nodes 0\n`, `\n${NONCE} end nodes 0\n`, ': No such file or directory'],
  seeds: () => [EXAMPLE],
  check(input) {
    const { facts, missing } = parseHostFacts(input, NONCE)
    for (const fact of [
      'addresses',
      'nodesFile',
      'configFile',
      'homeNodesFile',
      'enabledScripts',
      'version',
      'drops',
      'bonds',
      'serviceAddresses',
      'configuredAddresses',
      'hostname',
      'lock',
      'connections',
    ] as const) {
      const isMissing = missing.some(({ fact: name }) => name === `host.${fact}`)
      // Addresses may be there in part.
      if (fact !== 'addresses') assert.equal(facts[fact] === undefined, isMissing, fact)
    }
    const sections = [...parseSections(input, NONCE)]
    const printed = sections.map(([name, { content, said, status }]) => ({ name, content, said, status }))
    const again = parseSections(renderSections(NONCE, printed), NONCE)
    assert.deepEqual(
      [...again].map(([name, { content, said, status }]) => ({ name, content, said, status })),
      printed,
    )
  },
}
