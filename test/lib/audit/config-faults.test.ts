import { describe, expect, it } from 'vitest'
import { auditSamples } from '../../../src/lib/audit/audit.ts'
import { configFaults } from '../../../src/lib/audit/config-faults.ts'
import { healthyCluster, withHost, withoutDaemon } from '../../support/audit-cluster.ts'

/** Kinds and settings, as a node with Debian's 4.17 judges a file. */
const faultsOf = (text: string, version: string | undefined = '4.17.12-Debian') =>
  configFaults(text, version).map(({ kind, setting }) => `${kind}: ${setting}`)

describe('ctdb.conf', () => {
  // Each was given to the ctdbd of 4.17, which either started or did not.
  it.each([
    [
      'logging',
      'location',
      ['syslog', 'syslog:nonblocking', 'syslog:udp', 'syslog:udp-rfc5424', 'file:', 'file', 'file:relative'],
    ],
    ['logging', 'log level', ['ERROR', 'err', 'WARNING', 'warn', 'Notice', 'INFO', 'debug', '0', '3', '3x', 'D']],
    ['legacy', 'start as stopped', ['true', 'TRUE', 'yes', 'no', 'NO', 'false']],
    ['cluster', 'leader timeout', ['5', '5x', '0x10', '5 # five']],
    ['cluster', 'node address', ['::1', '10.0.0.1']],
    ['cluster', 'transport', ['tcp']],
    ['legacy', 'script log level', ['NOTICE']],
  ])('[%s] %s may be any of %j', (section, name, values) => {
    for (const value of values) expect(faultsOf(`[${section}]\n${name} = ${value}\n`), value).toEqual([])
  })

  it.each([
    ['logging', 'location', ['', 'stderr', 'stderr:', 'nowhere', 'syslog:x', 'SYSLOG']],
    ['logging', 'log level', ['', 'LOUD', '11', '-1', 'EMERG', 'CRITICAL', 'ERRx', 'ERR OR']],
    ['legacy', 'start as stopped', ['', 'maybe', 'on', 'off', '1', 'y', 'yes # x', '"yes"', 'yes\u00a0']],
    ['cluster', 'leader timeout', ['', 'abc', '0', '-1', 'x5']],
    ['cluster', 'node address', ['', 'foo', '10.0.0', '1.2.3.4.5', '10.0.0.1:5']],
    ['cluster', 'transport', ['', 'pigeon', 'TCP']],
    ['cluster', 'cluster lock', ['']],
    ['legacy', 'script log level', ['LOUD']],
    ['failover', 'disabled', ['7']],
    ['database', 'tdb mutexes', ['what']],
  ])('[%s] %s must not be any of %j', (section, name, values) => {
    for (const value of values)
      expect(faultsOf(`[${section}]\n${name} = ${value}\n`), value).toEqual([`rejected: [${section}] ${name}`])
  })

  it('is rejected for one bad value, whatever comes after it', () => {
    expect(faultsOf('[Legacy]\nstart as stopped = 7\nstart as stopped = true\n')).toEqual(['rejected: [legacy] start as stopped'])
    expect(faultsOf('[logging]\nlocation = stderr:\n= x\n')).toEqual(['rejected: [logging] location', 'invalid: line 3'])
  })

  it('may have settings and sections that CTDB does not know, even empty ones', () => {
    expect(faultsOf('x = 1\n[legacy]\nfoo = 1\nStart as stopped = 7\n[bla]\nfoo =\n[ cluster ]\nleader timeout = 0\n')).toEqual([
      'ignored: x',
      'ignored: [legacy] foo',
      'ignored: [legacy] Start as stopped',
      'ignored: [bla] foo',
      'ignored: [ cluster ] leader timeout',
    ])
  })

  it('counts for nothing after a line that is no setting', () => {
    expect(faultsOf('= x\n[logging]\nlocation = stderr:\n')).toEqual(['invalid: line 1'])
    expect(faultsOf('[logging\nlocation = stderr:\n')).toEqual(['invalid: line 1'])
    expect(faultsOf('# x\n[cluster]\ncluster lock = /x\n  [foo\n')).toEqual(['invalid: line 4'])
    expect(faultsOf('[legacy]\nstart as stopped\n')).toEqual([])
  })

  it.each([
    ['[cluster]\nleader timeout = 9\n', '4.15.13', ['ignored: [cluster] leader timeout']],
    ['[cluster]\ncluster lock = /x\n', '4.15.13', []],
    ['[cluster]\nnodes list = !x\n', '4.21.0', ['ignored: [cluster] nodes list']],
    ['[cluster]\nnodes list = !x\n', '4.22.0', []],
    ['[failover]\nshutdown extra timeout = 1\n', '4.25.0', []],
    ['[legacy]\nrecmaster capability = no\n', '4.15.0', []],
    ['[legacy]\nrecmaster capability = no\n', '4.17.0', ['ignored: [legacy] recmaster capability']],
    // Before and after what is known.
    ['[cluster]\nfoo = x\nlog level =\n', '4.8.0', []],
    ['[cluster]\nfoo = x\n[logging]\nlog level =\n', '4.26.0', []],
    ['[cluster]\nfoo = x\n', 'unknown', []],
  ])('%j is judged by version %s: %j', (text, version, expected) => {
    expect(faultsOf(text, version)).toEqual(expected)
  })

  it('is not judged where versions differ, and the version is not known', () => {
    expect(configFaults('[cluster]\nleader timeout =\nfoo = 1\n', undefined).map(({ setting }) => setting)).toEqual([
      '[cluster] foo',
    ])
  })

  it('leaves settings in the form of CTDB before 4.9 to config-old-style', () => {
    expect(faultsOf('CTDB_NODES=/etc/ctdb/nodes\nexport CTDB_LOGGING=syslog\n')).toEqual([])
  })
})

describe('config-invalid', () => {
  const FILE = '[cluster]\n  cluster lock = /cluster/lock\n[logging]\nlog level = \u0007LOUD\n'
  const broken = withHost(healthyCluster(), 1, () => ({ configFile: FILE }))
  const found = (snapshot: typeof broken) =>
    auditSamples([snapshot, snapshot]).findings.map(({ id, severity, causedBy }) => [
      id,
      severity,
      causedBy === undefined ? '' : 'follows',
    ])

  it('warns of what keeps a daemon from starting again', () => {
    expect(found(broken)).toEqual([['config-invalid', 'warning', '']])
  })

  it('explains why a daemon is dead', () => {
    expect(found(withoutDaemon(broken, 1))).toContainEqual(['config-invalid', 'error', ''])
    expect(found(withoutDaemon(broken, 1))).toContainEqual(['node-disconnected', 'error', 'follows'])
  })

  it('warns of what is ignored', () => {
    const misspelt = withHost(healthyCluster(), 1, ({ configFile }) => ({ configFile: `${configFile}reclock = /x\n` }))
    expect(found(misspelt)).toEqual([['config-invalid', 'warning', '']])
  })
})
