import { describe, expect, it } from 'vitest'
import type { Acceptance } from '../../../src/lib/audit/acceptance.ts'
import { withAcceptances } from '../../../src/lib/audit/apply-acceptances.ts'
import { changesBetween } from '../../../src/lib/audit/changes.ts'
import { changesText } from '../../../src/ui/audit/changes.ts'
import { auditJson } from '../../../src/ui/audit/json.ts'
import { auditJunit } from '../../../src/ui/audit/junit.ts'
import { auditNagios, nagiosStatus } from '../../../src/ui/audit/nagios.ts'
import { auditPrometheus } from '../../../src/ui/audit/prometheus.ts'
import { auditText } from '../../../src/ui/audit/text.ts'
import { painter } from '../../../src/ui/table.ts'
import { faultyReport } from './reports.ts'

const until = '2027-01-31'
const applied = (...acceptances: (Partial<Acceptance> & { check: string })[]) =>
  withAcceptances(
    faultyReport,
    acceptances.map((each) => ({ reason: 'known\x1b[2J', until, ...each })),
    '2026-11-30',
  )
const MISSING = { check: 'ip-missing' }
const ROOT = { check: 'ip-duplicate-kernel' }
const EFFECT = { check: 'ip-rogue' }
const OLD = { check: 'ip-missing', node: 2, until: '2026-01-31' }
const plain = { groupBy: 'fault', verbose: false, paint: painter(false) } as const
const blocks = (text: string) => text.split('\n\n')

describe('accepted findings', () => {
  it('are shown to people after the others, with until when and why, and are counted apart', () => {
    const text = auditText(applied(MISSING), plain)
    expect(blocks(text).slice(0, 2)).toEqual([
      expect.stringMatching(/^x ERROR ip-duplicate-kernel\n/),
      `- ACCEPTED ip-missing (error)
  * node 2 claims 10.0.0.1, but its kernel does not have it
      CTDB on node 2: says that it owns it
      kernel of node 2: does not have it on any interface
      accepted until 2027-01-31: known\\x1b[2J`,
    ])
    expect(text).toContain('\n2 errors; 1 accepted; 1 transient; 1 fact could not be read (')
    expect(auditText(applied(MISSING), { ...plain, verbose: true }).match(/To do:/g)?.length).toBeGreaterThan(1)
  })

  it('do not hide what follows from them', () => {
    const text = auditText(applied(ROOT), plain)
    const [, rogue, accepted] = blocks(text)
    expect(rogue).toMatch(/^x ERROR ip-rogue\n/)
    expect(rogue).toContain('follows from ip-duplicate-kernel')
    expect(accepted).toMatch(/^- ACCEPTED ip-duplicate-kernel \(error\)\n[\s\S]*-> ip-rogue: /)
  })

  it('are named below what they follow from', () => {
    const text = auditText(applied(EFFECT), plain)
    expect(text).not.toContain('- ACCEPTED')
    expect(text.replaceAll(/\s+/g, ' ')).toContain('does not own (accepted until 2027-01-31: known')
  })

  it('do not count for Nagios, but are named', () => {
    const report = applied(MISSING, ROOT, EFFECT)
    expect(nagiosStatus(report)).toBe(3)
    const lines = auditNagios(report).split('\n')
    expect(lines[0]).toMatch(/^CTDB UNKNOWN - no problem found; 3 accepted; .* \| errors=0 .* accepted=3$/)
    expect(lines).toContainEqual(expect.stringMatching(/^ACCEPTED ip-missing: node 2 .* \(accepted until 2027-01-31: known/))
    expect(auditNagios(applied(ROOT)).split('\n')[0]).toContain('; ip-rogue: ')
  })

  it('have a metric of their own, with the time at which that ends', async () => {
    const lines = (await auditPrometheus(applied(MISSING), { takenAtSeconds: 1 })).split('\n')
    const end = Date.parse('2027-02-01T00:00:00Z') / 1000
    expect(lines).toContain(
      `ctdbts_accepted_finding_until_timestamp_seconds{check="ip-missing",severity="error",pnn="2",address="10.0.0.1",interface="",detail="",cause=""} ${end}`,
    )
    expect(lines).not.toContainEqual(expect.stringMatching(/^ctdbts_finding\{check="ip-missing"/))
    expect(lines).toContain('ctdbts_check_findings{check="ip-missing",state="real"} 0')
    expect(lines).toContain('ctdbts_check_findings{check="ip-missing",state="accepted"} 1')
    expect(lines).toContain('ctdbts_expired_acceptances 0')
  })

  it('are output, not failures, for CI', () => {
    const xml = auditJunit(applied(MISSING))
    expect(xml).toContain('accepted until 2027-01-31: known\\x1b[2J: node 2 claims 10.0.0.1')
    expect(xml.match(/<failure /g)).toHaveLength(2)
  })

  it('are in the JSON with what was decided', () => {
    const { findings, counts, acceptances } = auditJson(applied(MISSING))
    expect(counts).toMatchObject({ error: 2, accepted: 1, transient: 1 })
    expect(findings).toContainEqual(
      expect.objectContaining({
        id: 'ip-missing',
        state: 'real',
        acceptance: expect.objectContaining({ kind: 'accepted', until }),
      }),
    )
    expect(findings).toContainEqual(expect.objectContaining({ id: 'ip-rogue', acceptance: null }))
    expect(acceptances).toMatchObject([{ check: 'ip-missing', isExpired: false, findings: 2 }])
  })

  it('say so when they appear', () => {
    expect(changesText(changesBetween(undefined, applied(MISSING)), 0, painter(false))).toMatch(
      /\+ error ip-missing: .* \(accepted until 2027-01-31: known/,
    )
  })
})

describe('acceptances that have expired', () => {
  it('are named with the finding, and in a list', () => {
    const text = auditText(applied(OLD, { ...OLD, check: 'imbalance', node: 1 }), plain)
    expect(text).toContain('      acceptance expired (it was until 2026-01-31): known')
    expect(text).toContain(
      'Acceptances that have expired (renew them in config.toml, or delete them):\n  - ip-missing of node 2, until 2026-01-31: known',
    )
    expect(text).toContain('\n  - imbalance of node 1, until 2026-01-31: known')
    expect(text).toContain('\n3 errors; 1 transient;')
  })

  it('are counted for Prometheus, and named to Nagios', async () => {
    expect(await auditPrometheus(applied(OLD), { takenAtSeconds: 1 })).toContain('\nctdbts_expired_acceptances 1\n')
    expect(auditNagios(applied(OLD))).toMatch(/^ERROR ip-missing: .* \(acceptance expired \(it was until 2026-01-31\): known/m)
  })
})

describe('another severity', () => {
  it('is shown with its own', () => {
    expect(auditText(applied({ ...MISSING, severity: 'warning' }), plain)).toMatch(
      /^! WARNING ip-missing\n[\s\S]*^ {6}instead of error, until 2027-01-31: known/m,
    )
  })
})
