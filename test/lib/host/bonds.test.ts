import { describe, expect, it } from 'vitest'
import { parseBonds } from '../../../src/lib/host/bonds.ts'

/** As Linux 5.15 prints it to root, shortened. */
const LACP = `Ethernet Channel Bonding Driver: v5.15.0-91-generic

Bonding Mode: IEEE 802.3ad Dynamic link aggregation
Transmit Hash Policy: layer2 (0)
MII Status: up
MII Polling Interval (ms): 100

802.3ad info
LACP active: on
Active Aggregator Info:
	Aggregator ID: 1
	Number of ports: 2
	Partner Mac Address: 00:1b:21:aa:bb:cc

Slave Interface: eth1
MII Status: up
Speed: 10000 Mbps
details partner lacp pdu:
    system mac address: 00:1b:21:aa:bb:cc

Slave Interface: eth2
MII Status: down
Speed: Unknown
details partner lacp pdu:
    system mac address: 00:00:00:00:00:00
`
const BACKUP = `Ethernet Channel Bonding Driver: v5.15.0

Bonding Mode: fault-tolerance (active-backup)
Currently Active Slave: eth1
MII Status: up

Slave Interface: eth1
MII Status: up

Slave Interface: eth2
MII Status: going down

Slave Interface: eth3
MII Status: going back
`

describe('what the kernel tells of bonds', () => {
  it('is read for each bond', () => {
    expect(parseBonds(`bond0\0${LACP}\0bond1\0${BACKUP}\0`)).toEqual([
      {
        name: 'bond0',
        mode: 'IEEE 802.3ad Dynamic link aggregation',
        members: [
          { name: 'eth1', up: true },
          { name: 'eth2', up: false },
        ],
        partner: '00:1b:21:aa:bb:cc',
      },
      {
        name: 'bond1',
        mode: 'fault-tolerance (active-backup)',
        members: [
          { name: 'eth1', up: true },
          { name: 'eth2', up: false },
          { name: 'eth3', up: true },
        ],
      },
    ])
  })

  it('says that no switch takes part', () => {
    const [bond] = parseBonds(`bond0\0${LACP.replace('00:1b:21:aa:bb:cc', '00:00:00:00:00:00')}\0`)
    expect(bond?.partner).toBeNull()
  })

  it('is nothing where there are none', () => {
    expect(parseBonds('')).toEqual([])
  })

  it.each(['bond0\0', `bond0\0${BACKUP}`, 'bond0\0nothing known\0'])('is refused when it is not whole: %j', (text) => {
    expect(() => parseBonds(text)).toThrow('what the kernel tells of bonds cannot be understood')
  })
})
