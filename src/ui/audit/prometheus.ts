import { Gauge, Registry } from 'prom-client'
import { findingKey } from '../../lib/audit/finding.ts'
import type { AuditReport } from '../../lib/audit/report.ts'
import { visible } from '../visible.ts'

/**
 * A report in Prometheus' text format, for node_exporter's textfile collector: a sample for each real finding; for each check, the number of
 * findings and of facts that could not be read, even if zero; and the time of the audit.
 */
export async function auditPrometheus(report: AuditReport, { takenAtSeconds }: { takenAtSeconds: number }): Promise<string> {
  const registry = new Registry()
  const gauge = <L extends string>(name: string, help: string, labelNames: readonly L[]) =>
    new Gauge<L>({ name, help, labelNames: [...labelNames], registers: [registry] })
  const { findings, unknown, checks, nodes } = report

  const labels = ['check', 'severity', 'pnn', 'address', 'interface', 'detail', 'cause'] as const
  const each = gauge(
    'ctdbts_finding',
    'A fault that is not transient; cause is the check of the fault that it follows from',
    labels,
  )
  const idOf = new Map(findings.map((finding) => [findingKey(finding), finding.id]))
  for (const { id, severity, subject, state, causedBy } of findings) {
    if (state !== 'real') continue
    const { pnn, address = '', interfaceName = '', detail = '' } = subject
    const cause = causedBy === undefined ? '' : (idOf.get(causedBy) ?? '')
    const shown = { address: visible(address), interface: visible(interfaceName), detail: visible(detail) }
    each.set({ check: id, severity, pnn: pnn === undefined ? '' : String(pnn), ...shown, cause }, 1)
  }

  const counts = gauge('ctdbts_check_findings', 'Findings of each check', ['check', 'state'])
  const unknowns = gauge('ctdbts_check_unknown_facts', 'Facts that each check needs and that could not be read', ['check'])
  for (const check of checks) {
    for (const state of ['real', 'transient'] as const) {
      counts.set({ check, state }, findings.filter((finding) => finding.id === check && finding.state === state).length)
    }
    unknowns.set({ check }, unknown.filter(({ id }) => id === check).length)
  }

  gauge('ctdbts_nodes', 'Nodes of the cluster that are not deleted', []).set(nodes.length)
  const hostRead = gauge('ctdbts_node_looked_at', 'Whether the host of the node was read, not only its daemon', ['pnn'])
  for (const { pnn, reachedBy } of nodes) hostRead.set({ pnn: String(pnn) }, reachedBy === null ? 0 : 1)
  gauge('ctdbts_last_run_timestamp_seconds', 'Time of the audit', []).set(takenAtSeconds)
  return await registry.metrics()
}
