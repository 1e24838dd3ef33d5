import assert from 'node:assert/strict'
import { parseConfig } from '../../../src/cli/config-file.ts'
import { DISCOVERY_SECTION } from '../../../src/lib/host/discovery-script.ts'
import { foundWays } from '../../../src/lib/host/found-ways.ts'
import { parseDiscovery } from '../../../src/lib/host/parse-discovery.ts'
import { renderSections } from '../../../src/lib/host/sections.ts'
import { discoveryConfig } from '../../../src/ui/discovery.ts'
import { assertHarmless } from '../shown.ts'
import type { FuzzTarget } from '../target.ts'

const NONCE = '0123456789abcdef'
const HOST = ['host', 'node1', 'mnt:[1]', 'net:[1]', '0', '1']
const DAEMON = [
  '812',
  'mnt:[2]',
  'net:[2]',
  '/',
  '/run/ctdb/ctdbd.socket',
  '',
  '',
  '/etc/ctdb',
  '0100000A:111B',
  '0::/',
  'ns',
  'inner',
  ' 0100000A:111B-0200000A:9C40',
]
const CONTAINER = ['container', 'podman', 'smb', 'mnt:[2]']

export const target: FuzzTarget = {
  covers: ['src/lib/host/{parse-discovery,found-ways,found-cluster}.ts', 'src/ui/discovery.ts'],
  refusals: ['HOST_INCOMPLETE'],
  words: ['ctdbd\0', 'socket\0', 'container\0', 'mnt:[1]', 'kubepods', '00000000000000000000000001000000:111B'],
  seeds: () =>
    [
      [...HOST, 'ctdbd', ...DAEMON, ...CONTAINER],
      [...HOST, 'socket', '/var/lib/ceph/f/smb.a/ctdb/run/ctdbd.socket', ''],
    ].map((fields) => Buffer.from(fields.map((field) => `${field}\0`).join(''))),
  check(input) {
    const output = renderSections(NONCE, [{ name: DISCOVERY_SECTION, content: input }])
    const ways = foundWays(parseDiscovery(output, NONCE))
    if (ways.length === 0) return
    const text = discoveryConfig([{ host: 'node1', ways }], { name: 'found', sudo: false, via: undefined })
    assertHarmless(text)
    assert.deepEqual(parseConfig(text, 'config.toml').clusters.found?.hosts, ['node1'])
  },
}
