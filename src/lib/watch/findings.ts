import { changesBetween, rememberedOf } from '../audit/changes.ts'
import { type FindingKey, findingKey } from '../audit/finding.ts'
import type { AuditedFinding, AuditReport } from '../audit/report.ts'
import type { Teller } from './teller.ts'
import type { Tone } from './timeline.ts'

const TONES: Record<AuditedFinding['severity'], Tone> = { error: 'error', warning: 'warning', info: 'plain' }

/** Tells the findings of audits as they appear, and as they are gone. */
export class Findings {
  private readonly teller: Teller
  private remembered: AuditReport | undefined
  private readonly sinceMs = new Map<FindingKey, number>()
  /** Real ones of the last audit, the worst first. */
  current: readonly AuditedFinding[] = []

  constructor(teller: Teller) {
    this.teller = teller
  }

  audited(report: AuditReport, atMs: number): void {
    const changes = changesBetween(this.remembered, report)
    for (const finding of changes.appeared) {
      this.sinceMs.set(findingKey(finding), atMs)
      this.tell(finding, atMs, 'appeared', report)
    }
    for (const finding of changes.cleared) {
      const since = this.sinceMs.get(findingKey(finding))
      this.sinceMs.delete(findingKey(finding))
      this.tell(finding, atMs, 'cleared', report, since === undefined ? undefined : atMs - since)
    }
    const remembered = rememberedOf(this.remembered, report, changes)
    this.remembered = 'findings' in remembered ? remembered : undefined
    this.current = report.findings.filter(({ state }) => state === 'real')
  }

  private tell(finding: AuditedFinding, atMs: number, what: 'appeared' | 'cleared', report: AuditReport, awayMs?: number): void {
    const { id, message, severity, nodes, addresses, causedBy } = finding
    const cause = report.findings.find((each) => causedBy !== undefined && findingKey(each) === causedBy)?.message
    this.teller.tell(atMs, {
      kind: 'finding',
      what,
      text: what === 'appeared' ? message : `not so any more: ${message}`,
      tone: what === 'appeared' ? TONES[severity] : 'good',
      pnns: nodes,
      addresses,
      check: id,
      ...(what === 'appeared' && cause !== undefined && { cause }),
      ...(awayMs !== undefined && { awayMs }),
    })
  }
}
