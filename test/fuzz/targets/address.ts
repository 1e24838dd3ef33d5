import assert from 'node:assert/strict'
import { isIP } from 'node:net'
import { formatIp, parseIp } from '../../../src/lib/address/ip-text.ts'
import { parseKey128 } from '../../../src/lib/address/key128.ts'
import {
  parseAddressAndMask,
  parseConnections,
  parsePublicAddress,
  parseSocketAddress,
} from '../../../src/lib/address/parse-address.ts'
import { addressKey, type SocketAddress } from '../../../src/lib/address/socket-address.ts'
import { textOf } from '../shown.ts'
import type { FuzzTarget } from '../target.ts'

const endText = ({ family, address, port }: SocketAddress): string =>
  family === 'ipv6' ? `[${address}]:${port}` : `${address}:${port}`

/** Addresses in all forms in which users give them, and lists of connections (tickles). */
export const target: FuzzTarget = {
  covers: ['src/lib/address/*.ts'],
  refusals: [],
  words: ['::ffff:', '1:2:3:4:5:6:7:8', '10.0.0.1:445', '[fd00::1]:445', '/24', '0:0:0:0:0:ffff:10.0.0.1'],
  seeds: () => [
    '10.0.0.1',
    'fd00::1',
    '::ffff:10.0.0.1',
    '[fd00::1]:445',
    '10.0.0.1/24',
    '10.0.0.1:445 10.0.0.2:80\n#x\n[::1]:1 ::2:3\n',
  ],
  check(input) {
    const text = textOf(input)
    const ip = parseIp(text)
    // Node knows zones, which CTDB does not.
    if (!text.includes('%')) assert.equal(ip ? 2 * (ip.bytes.length === 16 ? 1 : 0) + 4 : 0, isIP(text))
    if (ip) {
      assert.deepEqual(parseIp(formatIp(ip)), ip)
      assert.ok(parseKey128(text))
    }
    const address = parsePublicAddress(text)
    if (address) {
      assert.deepEqual(parsePublicAddress(address.address), address)
      addressKey(address)
    }
    const end = parseSocketAddress(text)
    if (end) assert.deepEqual(parseSocketAddress(endText(end)), end)
    const masked = parseAddressAndMask(text)
    if (masked) assert.deepEqual(parseAddressAndMask(`${masked.address.address}/${masked.maskBits}`), masked)
    const connections = parseConnections(text)
    if (!connections) return
    const written = connections.map(({ source, destination }) => `${endText(source)} ${endText(destination)}\n`).join('')
    assert.deepEqual(parseConnections(written), connections)
  },
}
