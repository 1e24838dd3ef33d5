import { SEVERITIES, type Severity } from '../../lib/audit/finding.ts'
import { type AuditReport, counts } from '../../lib/audit/report.ts'
import type { Format } from './formats.ts'

/** What `verify` ends with, beside that of an error. */
const EXIT = { clean: 0, findings: 2, unknown: 3 } as const

export const EXIT_MEANINGS = `0 no problem; ${EXIT.findings} problem found (see --fail-on); ${EXIT.unknown} no problem found, but not everything could be checked; 1 error; 110 a host did not answer in time; others: a failure of SSH`

/** What the process shall exit with after this report. */
export async function exitStatusOf(report: AuditReport, format: Format, failOn: Severity): Promise<number> {
  if (format === 'nagios') {
    const { nagiosStatus } = await import('../../ui/audit/nagios.ts')
    return nagiosStatus(report)
  }
  // The line says it all.
  if (format === 'checkmk') return EXIT.clean
  const severe = SEVERITIES.slice(0, SEVERITIES.indexOf(failOn) + 1)
  const fails = report.findings.some((finding) => counts(finding) && severe.includes(finding.severity))
  return fails ? EXIT.findings : report.unknown.length > 0 ? EXIT.unknown : EXIT.clean
}
