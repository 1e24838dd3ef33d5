import { describe, expect, it } from 'vitest'
import { parseConnections } from '../../../src/lib/host/connections.ts'

describe('what ss prints of connections', () => {
  it('is read with both ends and how often something was sent again', () => {
    const lines = [
      'State    Recv-Q Send-Q Local Address:Port   Peer Address:Port  Process',
      'LISTEN   0      10         10.99.0.1:4379         0.0.0.0:*    ',
      'SYN-SENT 0      1          10.99.0.1:40788      10.99.0.3:4379  timer:(on,1.020ms,3)',
      'ESTAB    0      420      [fd00::1%eth0]:4379    [fd00::2]:34012 timer:(on,200ms,0)',
      'TIME-WAIT 0 0 10.99.0.1:4379 10.99.0.2:5 timer:(timewait,1sec,0)',
    ]
    expect(parseConnections(lines.join('\n'))).toEqual([
      { state: 'LISTEN', local: { address: '10.99.0.1', port: 4379 }, peer: { address: '0.0.0.0', port: null }, resent: 0 },
      { state: 'SYN-SENT', local: { address: '10.99.0.1', port: 40788 }, peer: { address: '10.99.0.3', port: 4379 }, resent: 3 },
      { state: 'ESTAB', local: { address: 'fd00::1', port: 4379 }, peer: { address: 'fd00::2', port: 34012 }, resent: 0 },
    ])
  })

  it('says nothing is lost where the other end only wants no more', () => {
    const [connection] = parseConnections('ESTAB 0 9000 10.0.0.1:5 10.0.0.2:4379 timer:(persist,1min,7)')
    expect(connection?.resent).toBe(0)
  })

  it.each(['', 'ESTAB', 'ESTAB 0 0 10.0.0.1 10.0.0.2:4379', 'ESTAB 0 0 10.0.0.1:x 10.0.0.2:4379'])(
    'may be no connection: %j',
    (line) => {
      expect(parseConnections(line)).toEqual([])
    },
  )
})
