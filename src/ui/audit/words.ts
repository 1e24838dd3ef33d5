import type { FindingAcceptance } from '../../lib/audit/acceptance.ts'
import { type Finding, findingKey, type Severity, type Unknown } from '../../lib/audit/finding.ts'
import { type AuditedFinding, type AuditReport, countBySeverity, counts, isAccepted } from '../../lib/audit/report.ts'
import type { CtdbtsError } from '../../lib/errors.ts'
import { visible } from '../visible.ts'

/** Why an audit failed, and what to do: for a line of a log. */
export const cannotAudit = ({ message, hint }: CtdbtsError): string =>
  `cannot audit: ${visible(message)}${hint === undefined ? '' : ` (${visible(hint)})`}`

/** `1 error`, `2 errors`. */
export const counted = (count: number, noun: string, plural = `${noun}s`): string => `${count} ${count === 1 ? noun : plural}`

/** `2026-01-02 03:04:05 UTC`; undefined for a time that a Date cannot represent. */
export function timeText(seconds: number): string | undefined {
  const date = new Date(seconds * 1000)
  return Number.isNaN(date.getTime()) ? undefined : `${date.toISOString().slice(0, 19).replace('T', ' ')} UTC`
}

/** How many facts could not be read. Each fact of a node counts once, however many checks need it. */
export const unseenFacts = (unknown: readonly Unknown[]): number => new Set(unknown.map(({ pnn, fact }) => `${pnn} ${fact}`)).size

/** `2 errors, 1 warning`, without severities that do not occur. */
function severityCounts(counts: Readonly<Record<Severity, number>>): string[] {
  return [
    ...(counts.error > 0 ? [counted(counts.error, 'error')] : []),
    ...(counts.warning > 0 ? [counted(counts.warning, 'warning')] : []),
    ...(counts.info > 0 ? [counted(counts.info, 'info')] : []),
  ]
}

/** `2 errors, 1 warning; 1 accepted; 1 transient; 3 facts could not be read`. */
export function countsLine({ findings, unknown }: AuditReport): string {
  const severities = severityCounts(countBySeverity(findings)).join(', ')
  const accepted = acceptedCount(findings)
  const transient = findings.filter(({ state }) => state === 'transient').length
  const unseen = unseenFacts(unknown)
  const parts = [
    severities || 'no problem found',
    ...(accepted > 0 ? [`${accepted} accepted`] : []),
    ...(transient > 0 ? [`${transient} transient`] : []),
    ...(unseen > 0 ? [`${counted(unseen, 'fact')} could not be read`] : []),
  ]
  return parts.join('; ')
}

/** One line for a finding: `ip-missing: node 1 claims …`. */
export const headline = ({ id, message }: Finding): string => `${id}: ${visible(message)}`

/** How many real findings are accepted. */
export const acceptedCount = (findings: readonly AuditedFinding[]): number =>
  findings.filter((finding) => finding.state === 'real' && isAccepted(finding)).length

/** The errors and warnings that count, without those that follow from others of them. */
export function rootFaults(findings: readonly AuditedFinding[]): AuditedFinding[] {
  const faults = findings.filter(counts)
  const keys = new Set(faults.map(findingKey))
  return faults.filter(({ severity, causedBy }) => severity !== 'info' && (causedBy === undefined || !keys.has(causedBy)))
}

/** What the user has decided about a finding: `accepted until 2027-01-31: reason`. */
export function acceptanceText(acceptance: FindingAcceptance): string {
  const { until, reason } = acceptance
  switch (acceptance.kind) {
    case 'accepted':
      return `accepted until ${until}: ${visible(reason)}`
    case 'severity':
      return `instead of ${acceptance.original}, until ${until}: ${visible(reason)}`
    case 'expired':
      return `acceptance expired (it was until ${until}): ${visible(reason)}`
  }
}
