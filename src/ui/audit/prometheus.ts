import { Gauge, type OpenMetricsContentType, type PrometheusContentType, Registry } from 'prom-client'
import { findingKey } from '../../lib/audit/finding.ts'
import { type AuditedFinding, type AuditReport, isAccepted } from '../../lib/audit/report.ts'
import { visible } from '../visible.ts'

/**
 * A report in Prometheus' text format, for node_exporter's textfile collector: a sample for each real finding, apart from them the
 * accepted ones; for each check, the number of findings and of facts that could not be read, even if zero; and the time of the audit.
 */
export async function auditPrometheus(report: AuditReport, { takenAtSeconds }: { takenAtSeconds: number }): Promise<string> {
  const registry = new Registry()
  addReport(gaugesOf(registry), report, takenAtSeconds)
  return await registry.metrics()
}

/** Adds a metric. */
export type NewGauge = <L extends string>(name: string, help: string, labelNames: readonly L[]) => Gauge<L>

/** Adds metrics to a registry. */
export const gaugesOf =
  (registry: Registry<PrometheusContentType> | Registry<OpenMetricsContentType>): NewGauge =>
  (name, help, labelNames) =>
    new Gauge({ name, help, labelNames: [...labelNames], registers: [registry] })

/** Adds the metrics of a report. */
export function addReport(gauge: NewGauge, report: AuditReport, takenAtSeconds: number): void {
  const { nodes } = report
  addFindings(gauge, report)
  addChecks(gauge, report)
  gauge('ctdbts_nodes', 'Nodes of the cluster that are not deleted', []).set(nodes.length)
  const hostRead = gauge('ctdbts_node_looked_at', 'Whether the host of the node was read, not only its daemon', ['pnn'])
  for (const { pnn, reachedBy } of nodes) hostRead.set({ pnn: String(pnn) }, reachedBy === null ? 0 : 1)
  gauge('ctdbts_last_run_timestamp_seconds', 'Time of the audit', []).set(takenAtSeconds)
}

function addFindings(gauge: NewGauge, { findings, acceptances = [] }: AuditReport): void {
  const labels = ['check', 'severity', 'pnn', 'address', 'interface', 'detail', 'cause'] as const
  const each = gauge(
    'ctdbts_finding',
    'A fault that is neither transient nor accepted; cause is the check of the fault that it follows from',
    labels,
  )
  const accepted = gauge(
    'ctdbts_accepted_finding_until_timestamp_seconds',
    'A fault that is accepted in the configuration, with the time at which that ends',
    labels,
  )
  const idOf = new Map(findings.map((finding) => [findingKey(finding), finding.id]))
  for (const { id, severity, subject, state, causedBy, acceptance } of findings) {
    if (state !== 'real') continue
    const { pnn, address = '', interfaceName = '', detail = '' } = subject
    const cause = causedBy === undefined ? '' : (idOf.get(causedBy) ?? '')
    const shown = { address: visible(address), interface: visible(interfaceName), detail: visible(detail) }
    const values = { check: id, severity, pnn: pnn === undefined ? '' : String(pnn), ...shown, cause }
    if (acceptance?.kind === 'accepted') accepted.set(values, endOfDay(acceptance.until))
    else each.set(values, 1)
  }
  const expired = acceptances.filter(({ isExpired }) => isExpired).length
  gauge('ctdbts_expired_acceptances', 'Acceptances in the configuration that have expired', []).set(expired)
}

function addChecks(gauge: NewGauge, { findings, unknown, checks }: AuditReport): void {
  const counts = gauge('ctdbts_check_findings', 'Findings of each check', ['check', 'state'])
  const unknowns = gauge('ctdbts_check_unknown_facts', 'Facts that each check needs and that could not be read', ['check'])
  for (const check of checks) {
    for (const state of ['real', 'transient', 'accepted'] as const) {
      counts.set({ check, state }, findings.filter((finding) => finding.id === check && stateOf(finding) === state).length)
    }
    unknowns.set({ check }, unknown.filter(({ id }) => id === check).length)
  }
}

const stateOf = (finding: AuditedFinding): 'real' | 'transient' | 'accepted' =>
  finding.state === 'real' && isAccepted(finding) ? 'accepted' : finding.state

const DAY_SECONDS = 86_400

/** The end of a day in UTC, in seconds since 1970. */
const endOfDay = (day: string): number => Date.parse(`${day}T00:00:00Z`) / 1000 + DAY_SECONDS
