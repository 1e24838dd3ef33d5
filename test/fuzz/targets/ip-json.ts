import assert from 'node:assert/strict'
import { parseIp } from '../../../src/lib/address/ip-text.ts'
import { parseIpAddr } from '../../../src/lib/host/ip-json.ts'
import { textOf } from '../shown.ts'
import type { FuzzTarget } from '../target.ts'

const EXAMPLE = `[{"ifindex":1,"ifname":"lo","flags":["LOOPBACK","UP","LOWER_UP"],"mtu":65536,"addr_info":[{"family":"inet","local":"127.0.0.1",
"prefixlen":8,"scope":"host","label":"lo","valid_life_time":4294967295}]},{"ifname":"eth0","link":"bond0","altnames":["enp1s0"],"flags":
["UP","MASTER"],"addr_info":[{"family":"inet6","local":"fe80::1","prefixlen":64,"scope":"link","tentative":true,"dadfailed":true},{},
{"family":"inet","local":"10.0.0.1","prefixlen":24,"secondary":true,"dynamic":true,"scope":7,"valid_life_time":60},{"deleted":true}]},
{"ifname":"v\\'1","link_index":3,"flags":[]},{}]`

export const target: FuzzTarget = {
  covers: ['src/lib/host/ip-json.ts'],
  refusals: ['IP_JSON'],
  isJson: true,
  words: ['forever', '"family":"mctp"', '\\u0000', "\\'"],
  seeds: () => [EXAMPLE],
  check(input) {
    const { links, addresses } = parseIpAddr(textOf(input))
    for (const { address, maskBits, interfaceName } of addresses) {
      const ip = parseIp(address)
      assert.ok(ip && maskBits >= 0 && maskBits <= 8 * ip.bytes.length, `${address}/${maskBits}`)
      assert.ok(links.some(({ name }) => name === interfaceName))
    }
  },
}
