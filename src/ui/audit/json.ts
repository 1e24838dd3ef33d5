import { findingKey } from '../../lib/audit/finding.ts'
import { type AuditReport, countBySeverity } from '../../lib/audit/report.ts'
import { unseenFacts } from './words.ts'

/**
 * A report as a JSON document, `formatVersion` 1. `worst` is the worst severity of the real findings, null without any; `counts` counts the
 * real findings, including those that follow from others. Each finding has the `id` of its check and a `key`, which is the same in every run
 * for the same fault; `causedBy` is the key of the finding that it follows from, or null; `since` is in seconds since 1970, or null; `state`
 * is `real` or `transient`, the latter with a `doubt`; `claims` and `actions` are the sentences of `outlook` and `remedy` as data. `unknown` lists what could not be read, once for each check that needed it. Unless it
 * is empty, a `worst` of null does not mean that all is well. Texts are as received from the nodes.
 */
export function auditJson(report: AuditReport): Record<string, unknown> {
  const { findings, unknown, checks, nodes, samples, firstTakenAt, lastTakenAt, worst } = report
  return {
    formatVersion: 1,
    worst,
    counts: {
      ...countBySeverity(findings),
      transient: findings.filter(({ state }) => state === 'transient').length,
      unknown: unseenFacts(unknown),
    },
    samples,
    firstTakenAt,
    lastTakenAt,
    findings: findings.map((finding) => ({
      key: findingKey(finding),
      id: finding.id,
      severity: finding.severity,
      state: finding.state,
      doubt: finding.doubt ?? null,
      isGone: finding.isGone ?? false,
      subject: finding.subject,
      nodes: finding.nodes,
      addresses: finding.addresses,
      message: finding.message,
      evidence: finding.evidence,
      since: finding.since ?? null,
      outlook: finding.outlook,
      claims: finding.claims,
      remedy: finding.remedy,
      actions: finding.actions,
      causedBy: finding.causedBy ?? null,
    })),
    unknown: unknown.map(({ id, pnn, fact, why, hint }) => ({ id, pnn, fact, why, hint: hint ?? null })),
    checks,
    nodes,
  }
}
