import { describe, expect, it } from 'vitest'
import { parseServiceAddresses } from '../../../src/lib/host/service-addresses.ts'

const NODES = 'CTDB_NATGW_NODES=/etc/ctdb/natgw_nodes\n'
const read = (lines: string) => parseServiceAddresses(`NATGW\0${lines}\0`).map(({ address }) => address)

describe('the addresses of services of CTDB itself', () => {
  it.each([
    ['one', `${NODES}CTDB_NATGW_PUBLIC_IP=10.0.0.227/24\n`, ['10.0.0.227']],
    ['one in quotes, with a comment', `${NODES}CTDB_NATGW_PUBLIC_IP="10.0.0.227/24" # ours\n`, ['10.0.0.227']],
    ['the last of several', `CTDB_NATGW_PUBLIC_IP=10.0.0.1/24\n${NODES}\nCTDB_NATGW_PUBLIC_IP=10.0.0.2/24\n`, ['10.0.0.2']],
    ['none without nodes', 'CTDB_NATGW_PUBLIC_IP=10.0.0.227/24\n', []],
    ['none where the nodes are taken back', `${NODES}CTDB_NATGW_PUBLIC_IP=10.0.0.1/24\nCTDB_NATGW_NODES=\n`, []],
    ['none that only a shell can read', `${NODES}CTDB_NATGW_PUBLIC_IP=10.0.0.1/24\nCTDB_NATGW_PUBLIC_IP=$IP\n`, []],
    ['none in a block', `${NODES}  CTDB_NATGW_PUBLIC_IP=10.0.0.1/24\n`, []],
    ['none under a condition', `${NODES}if hostname | grep -q n9; then\nCTDB_NATGW_PUBLIC_IP=10.0.0.1/24\n`, []],
    ['none that is taken back', `${NODES}CTDB_NATGW_PUBLIC_IP=10.0.0.1/24\nunset CTDB_NATGW_NODES\n`, []],
    ['none that is none', `${NODES}CTDB_NATGW_PUBLIC_IP=host\n`, []],
    ['none where there are no options', '', []],
  ])('are %s', (_, lines, addresses) => {
    expect(read(lines)).toEqual(addresses)
  })

  it('are nothing where no script is enabled', () => {
    expect(parseServiceAddresses('')).toEqual([])
  })

  it.each(['NATGW\0', 'NATGW', 'other\0\0'])('are refused when they are not whole, or of another service: %j', (text) => {
    expect(() => parseServiceAddresses(text)).toThrow('cannot be understood')
  })
})
