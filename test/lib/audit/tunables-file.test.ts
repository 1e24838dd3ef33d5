import { describe, expect, it } from 'vitest'
import { readTunables } from '../../../src/lib/audit/tunables-file.ts'

const read = (file: string | null, version: string | undefined = '4.17.12-Debian', directory = '') =>
  readTunables({ file, directory }, version)

describe('ctdb.tunables', () => {
  it('sets tunables: the last value counts, and names may be in upper or lower case', () => {
    const text =
      '# comment\n ; another\n\nMonitorInterval=20\n  monitorinterval =\t0x10  \nNoIPTakeover = 1\nKeepaliveLimit=0\\\n7\n'
    expect(read(text)).toEqual({ MonitorInterval: 16, NoIPTakeover: 1, KeepaliveLimit: 7 })
  })

  it.each(['', null])('may be empty, or not there: %j', (text) => {
    expect(read(text)).toEqual({})
  })

  it.each([
    'MonitorInterval',
    'MonitorInterval=',
    'MonitorInterval=20 # seconds',
    'MonitorInterval=20s',
    'MonitorInterval=-1',
    'MonitorInterval=08',
    'MonitorInterval=18446744073709551616',
    'Monitor Interval=20',
    'MonitorIntervall=20',
    '[MonitorInterval]=20',
  ])('counts without the line %j', (line) => {
    const text = `RecoverInterval=1\n${line}\nElectionTimeout=2\n`
    expect(read(text)).toEqual({ RecoverInterval: 1, ElectionTimeout: 2 })
  })

  it.each(['=20', '[tunables'])('is not read on after the line %j', (line) => {
    expect(read(`RecoverInterval=1\n${line}\nElectionTimeout=2\n`)).toEqual({ RecoverInterval: 1 })
  })

  it('is followed by tunables.d from 4.23 on', () => {
    const [file, directory] = ['NoIPFailback=0\n', 'NoIPFailback=1\n\nfoo=1\n']
    for (const version of ['4.22.9', undefined]) {
      expect(readTunables({ file, directory }, version)).toEqual({ NoIPFailback: 0 })
    }
    expect(read(file, '4.23.0', directory)).toEqual({ NoIPFailback: 1 })
  })
})
