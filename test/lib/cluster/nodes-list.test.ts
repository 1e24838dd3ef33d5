import { describe, expect, it } from 'vitest'
import { NODE_FLAG } from '../../../src/lib/cluster/node.ts'
import { clusterNodes } from '../../../src/lib/cluster/nodes-list.ts'

// What Debian's `ctdb -X listnodes` (4.17.12) makes of the same files.
describe('the nodes file', () => {
  it('numbers every line that is not empty, commented-out ones too', () => {
    expect(clusterNodes('\n \t10.9.0.1 \n\n#10.9.0.2\n  10.9.0.3\t\n# gone\n\n\n', 'nodes')).toEqual([
      { pnn: 0, flags: 0, address: { family: 'ipv4', address: '10.9.0.1', port: 4379 } },
      { pnn: 1, flags: NODE_FLAG.DELETED, address: { family: 'ipv4', address: '0.0.0.0', port: 4379 } },
      { pnn: 2, flags: 0, address: { family: 'ipv4', address: '10.9.0.3', port: 4379 } },
      { pnn: 3, flags: NODE_FLAG.DELETED, address: { family: 'ipv4', address: '0.0.0.0', port: 4379 } },
    ])
  })

  it('may be empty, end lines with a carriage return, and have any notation of an address', () => {
    expect(clusterNodes('\n \n', 'nodes')).toEqual([])
    expect(
      clusterNodes('10.9.0.1\r\nFD00::0:1\r\n[fd00::2]\n::ffff:10.0.0.1', 'nodes').map(({ address }) => address.address),
    ).toEqual(['10.9.0.1', 'fd00::1', 'fd00::2', '10.0.0.1'])
  })

  it.each([
    { line: 'node-1' },
    { line: '10.9.0.2/24' },
    { line: '10.9.0.2 eth0' },
    { line: '10.9.0.2#a' },
    { line: '10.9.0.2 # a' },
    { line: '\ufeff10.9.0.2', shown: '"\\ufeff10.9.0.2"' },
  ])('rejects $line, naming file, line and reason', ({ line, shown = `"${line}"` }) => {
    expect(() => clusterNodes(`10.9.0.1\n\n${line}\n`, '/etc/ctdb/nodes')).toThrow(
      expect.objectContaining({ code: 'BAD_FILE', message: `/etc/ctdb/nodes, line 3: ${shown} is not an IP address` }),
    )
  })
})
