import { changesBetween, rememberedOf } from '../audit/changes.ts'
import { type FindingKey, findingKey } from '../audit/finding.ts'
import type { AuditedFinding, AuditReport } from '../audit/report.ts'
import type { Tone } from './timeline.ts'
import type { TimelineWriter } from './timeline-writer.ts'

const TONES: Record<AuditedFinding['severity'], Tone> = { error: 'error', warning: 'warning', info: 'plain' }

/** Reports findings of audits when they appear and when they are resolved. */
export class Findings {
  private readonly writer: TimelineWriter
  private remembered: AuditReport | undefined
  private readonly sinceMs = new Map<FindingKey, number>()
  /** The real findings of the last audit, the worst first. */
  current: readonly AuditedFinding[] = []

  constructor(writer: TimelineWriter) {
    this.writer = writer
  }

  audited(report: AuditReport, atMs: number): void {
    const changes = changesBetween(this.remembered, report)
    for (const finding of changes.appeared) {
      this.sinceMs.set(findingKey(finding), atMs)
      this.report(finding, atMs, 'appeared', report)
    }
    for (const finding of changes.cleared) {
      const since = this.sinceMs.get(findingKey(finding))
      this.sinceMs.delete(findingKey(finding))
      this.report(finding, atMs, 'cleared', report, since === undefined ? undefined : atMs - since)
    }
    const remembered = rememberedOf(this.remembered, report, changes)
    this.remembered = 'findings' in remembered ? remembered : undefined
    this.current = report.findings.filter(({ state }) => state === 'real')
  }

  private report(finding: AuditedFinding, atMs: number, what: 'appeared' | 'cleared', audit: AuditReport, awayMs?: number): void {
    const { id, message, severity, nodes, addresses, causedBy } = finding
    const cause = audit.findings.find((each) => causedBy !== undefined && findingKey(each) === causedBy)?.message
    this.writer.add(atMs, {
      kind: 'finding',
      what,
      text: what === 'appeared' ? message : `no longer so: ${message}`,
      tone: what === 'appeared' ? TONES[severity] : 'good',
      pnns: nodes,
      addresses,
      check: id,
      ...(what === 'appeared' && cause !== undefined && { cause }),
      ...(awayMs !== undefined && { awayMs }),
    })
  }
}
