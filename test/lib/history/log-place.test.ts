import { describe, expect, it } from 'vitest'
import { logPlace } from '../../../src/lib/history/log-place.ts'

const located = (location: string) => logPlace(`[logging]\n\tlog level = NOTICE\n\tlocation = ${location}\n`)

describe('where the log is', () => {
  it.each([
    ['file:/srv/my logs/ctdb.log', { kind: 'file', paths: ['/srv/my logs/ctdb.log'] }],
    ['file', { kind: 'file', paths: expect.arrayContaining(['/var/log/ctdb/log.ctdb', '/var/log/log.ctdb']) }],
    ['syslog', { kind: 'syslog', paths: ['/var/log/syslog', '/var/log/messages'] }],
    ['syslog:udp-rfc5424', { kind: 'syslog', paths: ['/var/log/syslog', '/var/log/messages'] }],
    ['file:log.ctdb', { kind: 'unknown', location: 'file:log.ctdb' }],
    ['syslogd', { kind: 'unknown', location: 'syslogd' }],
  ])('follows from `location = %s`', (location, place) => {
    expect(located(location)).toEqual(place)
  })

  it('is a usual file without a setting, or without ctdb.conf', () => {
    expect(logPlace(null)).toEqual(located('file'))
    expect(logPlace('[cluster]\nlocation = syslog\n')).toEqual(located('file'))
  })
})
