import type { Acceptance } from './acceptance.ts'
import { normalAddress } from './normal.ts'
import { inOrder } from './order.ts'
import { type AuditedFinding, type AuditedNode, type AuditReport, countBySeverity, worstOf } from './report.ts'

/**
 * Applies acceptances to a report. Accepted findings stay in it, with the links to their causes, but no longer count; those with another
 * severity count as that. Expired acceptances change nothing, and are named. Where several concern a finding, the first that is not expired
 * decides.
 * @param today the current day in UTC: `2026-11-30`.
 */
export function withAcceptances(report: AuditReport, acceptances: readonly Acceptance[], today: string): AuditReport {
  if (acceptances.length === 0) return report
  const concerns = (acceptance: Acceptance, finding: AuditedFinding) => isAbout(acceptance, finding, report.nodes)
  const isExpired = ({ until }: Acceptance) => until < today
  const findings = inOrder(
    report.findings.map((finding) => {
      const mine = acceptances.filter((acceptance) => concerns(acceptance, finding))
      const valid = mine.find((acceptance) => !isExpired(acceptance))
      const decisive = valid ?? mine.toSorted((a, b) => (a.until < b.until ? 1 : -1))[0]
      return decisive ? decided(finding, decisive, !valid) : finding
    }),
  )
  return {
    ...report,
    findings,
    nodes: report.nodes.map((node) => ({
      ...node,
      counts: countBySeverity(findings.filter(({ nodes }) => nodes.includes(node.pnn))),
    })),
    worst: worstOf(findings),
    acceptances: acceptances.map((acceptance) => ({
      ...acceptance,
      isExpired: isExpired(acceptance),
      findings: report.findings.filter((finding) => concerns(acceptance, finding)).length,
    })),
  }
}

/** A restriction holds only for the subject itself: a finding about several nodes is about none of them alone. */
function isAbout(
  { check, node, address, interface: interfaceName, detail }: Acceptance,
  { id, subject }: AuditedFinding,
  nodes: readonly AuditedNode[],
): boolean {
  const pnn = typeof node === 'string' ? nodes.find((each) => isSameAddress(each.address, node))?.pnn : node
  return (
    check === id &&
    (node === undefined || (pnn !== undefined && pnn === subject.pnn)) &&
    (address === undefined || (subject.address !== undefined && isSameAddress(subject.address, address))) &&
    (interfaceName === undefined || interfaceName === subject.interfaceName) &&
    (detail === undefined || detail === subject.detail)
  )
}

const isSameAddress = (a: string, b: string): boolean => normalAddress(a) === normalAddress(b)

function decided(finding: AuditedFinding, { severity, reason, until }: Acceptance, isExpired: boolean): AuditedFinding {
  if (isExpired) return { ...finding, acceptance: { kind: 'expired', reason, until } }
  if (severity === undefined) return { ...finding, acceptance: { kind: 'accepted', reason, until } }
  return { ...finding, severity, acceptance: { kind: 'severity', reason, until, original: finding.severity } }
}
