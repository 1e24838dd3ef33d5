import { readFileSync } from 'node:fs'
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

/** A file of /proc/net/bonding, as root reads it. */
const kernelText = (name: string): string => readFileSync(new URL(`../../golden/bonds-6.1/${name}.txt`, import.meta.url), 'utf8')

describe('what the kernel tells of bonds', () => {
  it('is read for each bond', () => {
    expect(parseBonds(`bond0\0${LACP}\0bond1\0${BACKUP}\0`)).toEqual([
      {
        name: 'bond0',
        mode: 'IEEE 802.3ad Dynamic link aggregation',
        passes: true,
        members: [
          { name: 'eth1', up: true, partner: '00:1b:21:aa:bb:cc' },
          { name: 'eth2', up: false, partner: null },
        ],
        partner: '00:1b:21:aa:bb:cc',
      },
      {
        name: 'bond1',
        mode: 'fault-tolerance (active-backup)',
        passes: true,
        members: [
          { name: 'eth1', up: true },
          { name: 'eth2', up: false },
          { name: 'eth3', up: true },
        ],
      },
    ])
  })

  it('is read as Linux 6.1 has it, where the switch takes part at one of two ports', () => {
    const [bond] = parseBonds(`bond1\0${kernelText('802.3ad-port-apart')}\0`)
    expect(bond).toEqual({
      name: 'bond1',
      mode: 'IEEE 802.3ad Dynamic link aggregation',
      passes: true,
      members: [
        { name: 'eth3', up: true, partner: '86:69:bf:2d:da:54' },
        { name: 'eth4', up: true, partner: null },
      ],
      partner: '86:69:bf:2d:da:54',
    })
  })

  it('says that a bond passes 10.interface although it was set down: Linux 6.1', () => {
    expect(parseBonds(`bond0\0${kernelText('active-backup-set-down')}\0`)).toMatchObject([{ passes: true }])
  })

  it.each([
    ['without an active slave', BACKUP.replace('Slave: eth1', 'Slave: None'), false],
    ['itself down, but with a slave that is up', BACKUP.replace('MII Status: up', 'MII Status: down'), true],
    ['whose slaves are all down', BACKUP.replaceAll('MII Status: up', 'MII Status: down'), false],
    ['of 802.3ad without a slave that is up', LACP.replace(/(eth1\nMII Status:) up/, '$1 down'), false],
  ])('says whether 10.interface takes a bond for up: one %s', (_, text, passes) => {
    expect(parseBonds(`bond0\0${text}\0`)).toMatchObject([{ passes }])
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
