import assert from 'node:assert/strict'
import { parsePublicAddresses, readPublicAddresses } from '../../../src/lib/cluster/address-files.ts'
import { textOf } from '../shown.ts'
import type { FuzzTarget } from '../target.ts'

export const target: FuzzTarget = {
  covers: ['src/lib/cluster/{address-files,file-line}.ts'],
  refusals: ['BAD_FILE'],
  seeds: () => [
    '10.0.0.1/24 eth0,eth1\n# comment\n\n [fd00::1]/64 eth0\n::ffff:10.0.0.9/96 eth0\r\n10.0.0.2/33 eth0\n10.0.0.1/24 eth2\n10.0.0.3 eth0 x',
  ],
  check(input) {
    const text = textOf(input)
    const lines = text.split('\n').length
    const { addresses, faults } = readPublicAddresses(text)
    for (const { line, reason } of faults) assert.ok(line >= 1 && line <= lines && reason !== '')
    const written = addresses.map(
      ({ address, maskBits, interfaces }) => `${address}/${maskBits} ${interfaces.join(',') || ','}\n`,
    )
    assert.deepEqual(readPublicAddresses(written.join('')).addresses, addresses)
    parsePublicAddresses(text)
  },
}
