import { expect, it } from 'vitest'
import { isPortUsed } from '../../../src/lib/host/proc-net-tcp.ts'

const HEADING = '  sl  local_address rem_address   st tx_queue rx_queue\n'
const line = (address: string, port: string, state: string) =>
  `   0: ${address}:${port} 00000000:0000 ${state} 00000000:00000000\n`

it.each([
  ['a listener on all addresses', line('00000000', '01BD', '0A'), true],
  ['a connection of one address that is being closed', line('0100007F', '01BD', '06'), true],
  ['another port', line('0100007F', '01BE', '0A'), false],
  ['a remote port', line('0100007F', '9C40', '01').replace('00000000:0000', '0200007F:01BD'), false],
  ['a listener on all IPv6 addresses', line('0'.repeat(32), '01BD', '0A'), true],
  ['a connection over IPv4 of such a listener', line('0000000000000000FFFF00000100007F', '01BD', '01'), true],
  ['a listener on an IPv6 address', line('00000000000000000000000001000000', '01BD', '0A'), false],
  ['an empty table', '', false],
])('%s', (_what, lines, isUsed) => {
  expect(isPortUsed(`${HEADING}${lines}`, 0x1bd)).toBe(isUsed)
})
