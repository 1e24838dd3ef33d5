import { type AuditedFinding, type AuditReport, countBySeverity, isAccepted } from '../../lib/audit/report.ts'
import type { CtdbtsError } from '../../lib/errors.ts'
import { visible } from '../visible.ts'
import { acceptanceText, acceptedCount, countsLine, headline, rootFaults, unseenFacts } from './words.ts'

/** Exit statuses after the Monitoring Plugins' guidelines: 0 OK, 1 WARNING, 2 CRITICAL, 3 UNKNOWN. */
export type NagiosStatus = 0 | 1 | 2 | 3
export const NAGIOS_UNKNOWN: NagiosStatus = 3
const WORDS = { 0: 'OK', 1: 'WARNING', 2: 'CRITICAL', 3: 'UNKNOWN' } as const

/** How many findings fit into the first line, which monitoring systems show alone. */
const MOST_IN_FIRST_LINE = 3

/** CRITICAL for errors, WARNING for warnings, else UNKNOWN if something could not be read, else OK. */
export function nagiosStatus({ worst, unknown }: AuditReport): NagiosStatus {
  if (worst === 'error') return 2
  if (worst === 'warning') return 1
  return unknown.length > 0 ? 3 : 0
}

/** The output of the plugin when the audit has failed. */
export const nagiosFailure = ({ message, hint }: CtdbtsError): string =>
  `CTDB UNKNOWN - ${withoutBar(visible(message))}\n${hint === undefined ? '' : `${withoutBar(visible(hint))}\n`}`

/** A report as the output of a Nagios plugin: one line with performance data after a bar, then a line for each finding. */
export function auditNagios(report: AuditReport): string {
  const status = `CTDB ${WORDS[nagiosStatus(report)]} - ${summaryLine(report)}`
  const first = `${withoutBar(status)} | ${performanceData(report).join(' ')}`
  return [first, ...detailLines(report).map(withoutBar)].map((line) => `${line}\n`).join('')
}

/** The numbers of findings, and the first of those from which others follow. */
export function summaryLine(report: AuditReport): string {
  const first = rootFaults(report.findings).slice(0, MOST_IN_FIRST_LINE).map(headline)
  return `${countsLine(report)}${first.length > 0 ? `: ${first.join('; ')}` : ''}`
}

/** `errors=2` and the like. */
export function performanceData({ findings, unknown, nodes }: AuditReport): string[] {
  const counts = countBySeverity(findings)
  return [
    `errors=${counts.error}`,
    `warnings=${counts.warning}`,
    `infos=${counts.info}`,
    `transient=${findings.filter(({ state }) => state === 'transient').length}`,
    `unknown=${unseenFacts(unknown)}`,
    `nodes=${nodes.length}`,
    `accepted=${acceptedCount(findings)}`,
  ]
}

/** One line for each finding. */
export const detailLines = ({ findings }: AuditReport): string[] => [
  ...findings.filter(({ state }) => state === 'real').map((finding) => `${word(finding)} ${headline(finding)}${note(finding)}`),
  ...findings.filter(({ state }) => state === 'transient').map((finding) => `TRANSIENT ${headline(finding)}`),
]

const word = (finding: AuditedFinding): string => (isAccepted(finding) ? 'ACCEPTED' : finding.severity.toUpperCase())

const note = ({ acceptance }: AuditedFinding): string => (acceptance === undefined ? '' : ` (${acceptanceText(acceptance)})`)

/** A bar anywhere would begin the performance data. */
export const withoutBar = (text: string): string => text.replaceAll('|', '/')
