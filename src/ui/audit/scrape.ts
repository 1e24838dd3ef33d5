import { type OpenMetricsContentType, Registry } from 'prom-client'
import type { AuditReport } from '../../lib/audit/report.ts'
import { addReport, gaugesOf } from './prometheus.ts'

/** The last audit as the exporter reports it. */
export interface ExportedAudit {
  /** Absent if the audit failed. */
  readonly report?: AuditReport | undefined
  /** How long it took, or took until it failed, in seconds. */
  readonly tookSeconds: number
}

/** The metrics of `--format prometheus` for a scrape, with those of the audit itself. */
export async function scrapeText({ report, tookSeconds }: ExportedAudit, isOpenMetrics: boolean): Promise<string> {
  const registry = isOpenMetrics ? openMetricsRegistry() : new Registry()
  const gauge = gaugesOf(registry)
  if (report) addReport(gauge, report, Date.parse(report.lastTakenAt) / 1000)
  gauge('ctdbts_audit_success', 'Whether the last audit succeeded; if not, there are no metrics of the cluster', []).set(
    report ? 1 : 0,
  )
  gauge('ctdbts_audit_duration_seconds', 'How long the last audit took', []).set(tookSeconds)
  return await registry.metrics()
}

/** The media type of {@link scrapeText}. */
export const scrapeType = (isOpenMetrics: boolean): string =>
  isOpenMetrics ? Registry.OPENMETRICS_CONTENT_TYPE : Registry.PROMETHEUS_CONTENT_TYPE

function openMetricsRegistry(): Registry<OpenMetricsContentType> {
  const registry = new Registry<OpenMetricsContentType>()
  registry.setContentType(Registry.OPENMETRICS_CONTENT_TYPE)
  return registry
}
