import { spawnSync } from 'node:child_process'
import { describe, expect, it } from 'vitest'
import { CHECKS, NEEDING_PROBE } from '../../../src/lib/audit/registry.ts'
import { auditJson } from '../../../src/ui/audit/json.ts'
import { auditJunit } from '../../../src/ui/audit/junit.ts'
import { auditNagios, nagiosStatus } from '../../../src/ui/audit/nagios.ts'
import { auditPrometheus } from '../../../src/ui/audit/prometheus.ts'
import { blindReport, cleanReport, faultyReport, transientReport } from './reports.ts'

describe('a report as JSON', () => {
  it('has counts, findings with their keys and causes, what is unknown, checks and nodes', () => {
    const document = auditJson(faultyReport)
    expect(document).toMatchObject({
      formatVersion: 1,
      worst: 'error',
      counts: { error: 3, warning: 0, info: 0, transient: 1, unknown: 1 },
      samples: 2,
      unknown: ['tunables-differ', 'lock-slow'].map((id) => ({ id, pnn: 2, fact: 'tunables', why: 'timed out after 10 s' })),
    })
    const { findings } = document
    expect(findings.map(({ id, state, subject, causedBy }) => [id, state, subject, causedBy])).toEqual([
      ['ip-missing', 'real', { pnn: 2, address: '10.0.0.1' }, null],
      ['ip-missing', 'transient', { pnn: 1, address: '10.0.0.2' }, null],
      ['ip-duplicate-kernel', 'real', { address: '10.0.0.6' }, null],
      ['ip-rogue', 'real', { pnn: 1, address: '10.0.0.6' }, '["ip-duplicate-kernel",null,"10.0.0.6",null,null]'],
    ])
    expect(findings.map(({ key }) => key)).toContain(findings.at(-1)?.causedBy)
    expect(auditJson(cleanReport)).toMatchObject({ worst: null, findings: [], unknown: [] })
  })
})

describe('a report for Nagios', () => {
  it('begins with the state, the worst and the numbers', () => {
    expect(auditNagios(faultyReport)).toBe(
      [
        'CTDB CRITICAL - 3 errors; 1 transient; 1 fact could not be read: ip-missing: node 2 claims 10.0.0.1, but its kernel does not have it; ip-duplicate-kernel: 10.0.0.6 is in the kernels of nodes 0 and 1 | errors=3 warnings=0 infos=0 transient=1 unknown=1 nodes=3 accepted=0',
        'ERROR ip-missing: node 2 claims 10.0.0.1, but its kernel does not have it',
        'ERROR ip-duplicate-kernel: 10.0.0.6 is in the kernels of nodes 0 and 1',
        'ERROR ip-rogue: the kernel of node 1 holds 10.0.0.6, which node 1 does not own',
        'TRANSIENT ip-missing: node 1 claims 10.0.0.2, but its kernel does not have it',
        '',
      ].join('\n'),
    )
    expect(auditNagios(cleanReport)).toBe(
      'CTDB OK - no problem found | errors=0 warnings=0 infos=0 transient=0 unknown=0 nodes=3 accepted=0\n',
    )
  })

  it('is critical for errors, a warning for warnings, and unknown where something could not be read', () => {
    expect(nagiosStatus(cleanReport)).toBe(0)
    expect(nagiosStatus(transientReport)).toBe(0)
    expect(nagiosStatus({ ...cleanReport, worst: 'info' })).toBe(0)
    expect(nagiosStatus({ ...cleanReport, worst: 'warning' })).toBe(1)
    expect(nagiosStatus(faultyReport)).toBe(2)
    expect(nagiosStatus(blindReport)).toBe(3)
    expect(nagiosStatus({ ...blindReport, worst: 'warning' })).toBe(1)
  })
})

describe('a report for Prometheus', () => {
  it('has a sample for each finding, and counts for each check', async () => {
    const lines = (await auditPrometheus(faultyReport, { takenAtSeconds: 1_800_000_000 })).split('\n')
    expect(lines.filter((line) => line.startsWith('ctdbts_finding{'))).toEqual([
      'ctdbts_finding{check="ip-missing",severity="error",pnn="2",address="10.0.0.1",interface="",detail="",cause=""} 1',
      'ctdbts_finding{check="ip-duplicate-kernel",severity="error",pnn="",address="10.0.0.6",interface="",detail="",cause=""} 1',
      'ctdbts_finding{check="ip-rogue",severity="error",pnn="1",address="10.0.0.6",interface="",detail="",cause="ip-duplicate-kernel"} 1',
    ])
    expect(lines).toContain('ctdbts_check_findings{check="ip-missing",state="real"} 1')
    expect(lines).toContain('ctdbts_check_findings{check="ip-missing",state="transient"} 1')
    expect(lines).toContain('ctdbts_check_findings{check="imbalance",state="real"} 0')
    expect(lines).toContain('ctdbts_check_unknown_facts{check="tunables-differ"} 1')
    expect(lines).toContain('ctdbts_nodes 3')
    expect(lines).toContain('ctdbts_last_run_timestamp_seconds 1800000000')
  })

  it('keeps no state between reports', async () => {
    const first = await auditPrometheus(cleanReport, { takenAtSeconds: 1 })
    await auditPrometheus(faultyReport, { takenAtSeconds: 1 })
    expect(await auditPrometheus(cleanReport, { takenAtSeconds: 1 })).toBe(first)
  })
})

describe('a report for CI', () => {
  /** An XML parser of others. */
  const parsed = (xml: string): unknown => {
    const script = `
import json, sys, xml.etree.ElementTree as tree
suite = tree.fromstring(sys.stdin.buffer.read()).find('testsuite')
print(json.dumps([[case.get('name'), [[part.tag, part.get('message'), part.text] for part in case]] for case in suite]))`
    const { stdout, stderr } = spawnSync('python3', ['-c', script], { input: xml, encoding: 'utf8' })
    if (stderr !== '') throw new Error(stderr)
    return (JSON.parse(stdout) as [string, unknown[]][]).filter(([, parts]) => parts.length > 0)
  }

  it('has a test case for each check: failed with findings, skipped if unknown', () => {
    expect(auditJunit(cleanReport).match(/<testcase /g)).toHaveLength(CHECKS.length - NEEDING_PROBE.length)
    expect(parsed(auditJunit(cleanReport))).toEqual([])
    expect(parsed(auditJunit(blindReport))).toEqual([
      [
        'version-skew',
        [
          ['skipped', null, null],
          ['system-out', null, 'could not be read: host.version of node 1: nobody looked at the node'],
        ],
      ],
      [
        'leftover-drop',
        [
          ['skipped', null, null],
          [
            'system-out',
            null,
            'could not be read: host.addresses of node 1: nobody looked at the node\ncould not be read: host.drops of node 1: nobody looked at the node',
          ],
        ],
      ],
    ])
    expect(parsed(auditJunit(faultyReport))).toMatchObject([
      [
        'ip-missing',
        [
          ['failure', 'node 2 claims 10.0.0.1, but its kernel does not have it', expect.stringContaining('kernel of node 2')],
          ['system-out', null, 'transient: node 1 claims 10.0.0.2, but its kernel does not have it'],
        ],
      ],
      ['ip-rogue', [['failure', 'the kernel of node 1 holds 10.0.0.6, which node 1 does not own', expect.any(String)]]],
      ['ip-duplicate-kernel', [['failure', '10.0.0.6 is in the kernels of nodes 0 and 1', expect.any(String)]]],
      ...['tunables-differ', 'lock-slow'].map((id) => [
        id,
        [
          ['skipped', null, null],
          ['system-out', null, 'could not be read: tunables of node 2: timed out after 10 s'],
        ],
      ]),
    ])
  })

  it('is read by an XML parser whatever a node says', () => {
    const [finding] = faultyReport.findings.filter(({ state }) => state === 'real')
    const message = ' ]]> <x a="\'"> & \x00\x1b\ud800\ufffe \u{1f600} ]]>]]>'
    const findings = finding ? [{ ...finding, message, evidence: [message], remedy: message }] : []
    expect(parsed(auditJunit({ ...faultyReport, findings, unknown: [] }))).toEqual([
      [
        'ip-missing',
        [['failure', ' ]]> <x a="\'"> & \\x00\\x1b \u{1f600} ]]>]]>', expect.stringContaining('<x a="\'"> & \\x00')]],
      ],
    ])
  })
})
