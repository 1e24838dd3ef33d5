import { describe, expect, it } from 'vitest'
import type { Acceptance } from '../../../src/lib/audit/acceptance.ts'
import { withAcceptances } from '../../../src/lib/audit/apply-acceptances.ts'
import { changesBetween } from '../../../src/lib/audit/changes.ts'
import { type AuditReport, counts } from '../../../src/lib/audit/report.ts'
import { faultyReport, transientReport } from '../../ui/audit/reports.ts'

const TODAY = '2026-11-30'
const reason = 'the switch is being replaced'
const acceptance = (rest: Partial<Acceptance>): Acceptance => ({ check: 'ip-missing', reason, until: '2027-01-31', ...rest })
const applied = (...acceptances: Partial<Acceptance>[]): AuditReport =>
  withAcceptances(faultyReport, acceptances.map(acceptance), TODAY)
const accepted = ({ findings }: AuditReport): string[] =>
  findings.filter((finding) => finding.state === 'real' && !counts(finding)).map(({ id }) => id)

describe('acceptances', () => {
  it('change nothing without any', () => {
    expect(withAcceptances(faultyReport, [], TODAY)).toBe(faultyReport)
  })

  it('take a finding out of what counts, and leave it in the report with its reason, after all others', () => {
    const report = applied({})
    expect(accepted(report)).toEqual(['ip-missing'])
    expect(report.findings).toHaveLength(faultyReport.findings.length)
    expect(report.findings.at(-1)).toMatchObject({
      id: 'ip-missing',
      severity: 'error',
      acceptance: { kind: 'accepted', reason, until: '2027-01-31' },
    })
    expect(report.worst).toBe('error')
    expect(report.nodes.map((node) => node.counts.error)).toEqual([1, 2, 0])
    expect(report.acceptances).toMatchObject([{ isExpired: false, findings: 2 }])
    expect(applied({}, { check: 'ip-rogue' }, { check: 'ip-duplicate-kernel' }).worst).toBeNull()
  })

  it('leave the links to causes, and what follows from an accepted finding counts', () => {
    const report = applied({ check: 'ip-duplicate-kernel' })
    const key = faultyReport.findings.find(({ id }) => id === 'ip-rogue')?.causedBy
    expect(key).toBeDefined()
    expect(report.findings.find(({ id }) => id === 'ip-rogue')).toMatchObject({ causedBy: key, state: 'real' })
    expect(report.findings.filter(counts).map(({ id }) => id)).toContain('ip-rogue')
  })

  it.each([
    ['the PNN', { node: 2 }, true],
    ['another PNN', { node: 1 }, false],
    ['a private address', { node: '10.9.0.3' }, true],
    ['the same in another form', { node: '::ffff:10.9.0.3' }, true],
    ['an address that no node has', { node: '10.9.0.99' }, false],
    ['a public address', { address: '10.0.0.1' }, true],
    ['another public address', { address: '10.0.0.2' }, false],
    ['both', { node: 2, address: '10.0.0.1' }, true],
    ['both, one of which is another', { node: 1, address: '10.0.0.1' }, false],
    ['an interface, where the finding has none', { interface: 'eth0' }, false],
    ['a detail, where the finding has none', { detail: 'x' }, false],
    ['another check', { check: 'ip-rogue', node: 2 }, false],
    // It is about the address, on nodes 0 and 1.
    ['a node, where the finding is about several', { check: 'ip-duplicate-kernel', node: 0 }, false],
  ])('concern what they name: %s', (_, restriction, isAccepted) => {
    expect(accepted(applied(restriction))).toHaveLength(isAccepted ? 1 : 0)
  })

  it('hold up to the end of their day, and are named as expired after it', () => {
    expect(accepted(applied({ until: TODAY }))).toHaveLength(1)
    const report = applied({ until: '2026-11-29' })
    expect(accepted(report)).toEqual([])
    expect(report.worst).toBe('error')
    expect(report.findings.find(({ id }) => id === 'ip-missing')?.acceptance).toMatchObject({
      kind: 'expired',
      until: '2026-11-29',
    })
    expect(report.acceptances).toMatchObject([{ isExpired: true, findings: 2 }])
  })

  it('replace a severity, and the order follows', () => {
    const report = applied({ severity: 'info' })
    expect(report.findings.at(-1)).toMatchObject({
      id: 'ip-missing',
      severity: 'info',
      acceptance: { kind: 'severity', original: 'error' },
    })
    expect(applied({ severity: 'warning' }, { check: 'ip-rogue' }, { check: 'ip-duplicate-kernel' }).worst).toBe('warning')
  })

  it('are taken in turn: the first that has not expired', () => {
    const kind = (...acceptances: Partial<Acceptance>[]) =>
      applied(...acceptances).findings.find(({ id, state }) => id === 'ip-missing' && state === 'real')?.acceptance
    expect(kind({ until: '2020-01-01' }, { reason: 'again' })).toMatchObject({ kind: 'accepted', reason: 'again' })
    expect(kind({ reason: 'one' }, { reason: 'two' })).toMatchObject({ reason: 'one' })
    expect(kind({ until: '2020-01-01' }, { until: '2021-01-01' })).toMatchObject({ kind: 'expired', until: '2021-01-01' })
  })

  it('do not make a transient finding real', () => {
    const report = withAcceptances(transientReport, [acceptance({})], TODAY)
    expect(report.findings).toMatchObject([{ state: 'transient', acceptance: { kind: 'accepted' } }])
  })

  it('that expire make their findings appear among the changes', () => {
    const [before, after] = [applied({}), applied({ until: '2020-01-01' })]
    expect(changesBetween(before, before).appeared).toEqual([])
    expect(changesBetween(before, after).appeared.map(({ id }) => id)).toEqual(['ip-missing'])
    expect(changesBetween(after, before).appeared).toEqual([])
  })
})
