import type { AuditReport } from '../../lib/audit/report.ts'
import type { CtdbtsError } from '../../lib/errors.ts'
import { visible } from '../visible.ts'
import { detailLines, NAGIOS_UNKNOWN, nagiosStatus, performanceData, summaryLine, withoutBar } from './nagios.ts'

/**
 * A report as one line of a local check of Checkmk: state, name of the service, metrics and details. It is one service for the cluster, as
 * Checkmk makes a service of each line it once saw, and misses it when it does not come again.
 * @param hosts what `--host` says, as a part of the name.
 */
export function auditCheckmk(report: AuditReport, hosts: readonly string[]): string {
  const metrics = performanceData(report).map((metric) => `ctdb_${metric}`)
  return line(nagiosStatus(report), hosts, metrics.join('|'), [summaryLine(report), ...detailLines(report)])
}

/** The line when the audit has failed. */
export const checkmkFailure = ({ message, hint }: CtdbtsError, hosts: readonly string[]): string =>
  line(NAGIOS_UNKNOWN, hosts, '-', [visible(message), ...(hint === undefined ? [] : [visible(hint)])])

const line = (state: number, hosts: readonly string[], metrics: string, details: readonly string[]): string =>
  `${state} "${serviceName(hosts)}" ${metrics} ${details.map(detail).join('\\n')}\n`

/** A local check writes a line break as a backslash and an n, so those of a node are separated. */
const detail = (text: string): string => withoutBar(text).replaceAll('\\n', '\\ n')

/** Without the characters that Checkmk does not take in the name of a service. */
const serviceName = (hosts: readonly string[]): string =>
  ['CTDB', ...hosts.map((host) => host.replaceAll(/[^\w.:@-]+/g, ' '))].join(' ')
