import type { AppliedAcceptance, FindingAcceptance } from '../../lib/audit/acceptance.ts'
import { findingKey, type Severity, type Unknown } from '../../lib/audit/finding.ts'
import { type AuditedFinding, type AuditReport, countBySeverity } from '../../lib/audit/report.ts'
import type { Versioned } from '../documents/common.ts'
import { acceptedCount, unseenFacts } from './words.ts'

/** A finding of `verify`. */
export interface FindingDocument extends Omit<AuditedFinding, 'doubt' | 'isGone' | 'since' | 'causedBy' | 'acceptance'> {
  /** The same in every run for the same fault. */
  readonly key: string
  /** Why it is transient; null if it is real. */
  readonly doubt: string | null
  /** It was in the previous sample and is not in the last one. */
  readonly isGone: boolean
  /** Seconds since 1970; null if it is not known. */
  readonly since: number | null
  /** The key of the finding that it follows from; null if it follows from none. */
  readonly causedBy: string | null
  /** What the user has decided about it. */
  readonly acceptance: FindingAcceptance | null
}

/** `verify`: an audit. */
export interface VerifyDocument
  extends Versioned,
    Pick<AuditReport, 'checks' | 'nodes' | 'samples' | 'firstTakenAt' | 'lastTakenAt' | 'worst'> {
  /** Findings that count, by severity, including those that follow from others; apart from them, what is accepted, transient and unknown. */
  readonly counts: Readonly<Record<Severity, number>> & {
    readonly accepted: number
    readonly transient: number
    readonly unknown: number
  }
  /** The format of a snapshot that an older version wrote, whose facts are fewer; null for one of this version. */
  readonly olderFormat: string | null
  /** The worst first; causes before effects; accepted ones last. */
  readonly findings: readonly FindingDocument[]
  /** What could not be read, once for each check that needed it. Unless it is empty, a `worst` of null does not mean that all is well. */
  readonly unknown: readonly (Omit<Unknown, 'hint'> & { readonly hint: string | null })[]
  /** The acceptances that were applied. */
  readonly acceptances: readonly AppliedAcceptance[]
}

/**
 * A report as a JSON document, `formatVersion` 1. `worst` is the worst severity of the real findings that are not accepted, null without
 * any; `counts` counts these by severity, including those that follow from others, and apart from them what is accepted, transient and
 * unknown. Each finding has the `id` of its check and a `key`, which is the same in every run for the same fault; `causedBy` is the key of the
 * finding that it follows from, or null; `since` is in seconds since 1970, or null; `state` is `real` or `transient`, the latter with a `doubt`;
 * `acceptance` is what the user has decided about it in the configuration, or null; `claims` and `actions` are the sentences of `outlook` and
 * `remedy` as data. `olderFormat` is the format of a snapshot that an older version wrote, whose facts are fewer, or null.
 * `unknown` lists what could not be read, once for each check that needed it. Unless it is empty, a `worst` of null does not
 * mean that all is well. Texts are as received from the nodes.
 */
export function auditJson(report: AuditReport): VerifyDocument {
  const {
    findings,
    unknown,
    checks,
    nodes,
    samples,
    firstTakenAt,
    lastTakenAt,
    worst,
    olderFormat = null,
    acceptances = [],
  } = report
  return {
    formatVersion: 1,
    worst,
    counts: {
      ...countBySeverity(findings),
      accepted: acceptedCount(findings),
      transient: findings.filter(({ state }) => state === 'transient').length,
      unknown: unseenFacts(unknown),
    },
    samples,
    firstTakenAt,
    lastTakenAt,
    olderFormat,
    findings: findings.map((finding) => ({
      key: findingKey(finding),
      id: finding.id,
      severity: finding.severity,
      state: finding.state,
      doubt: finding.doubt ?? null,
      isGone: finding.isGone ?? false,
      subject: finding.subject,
      nodes: finding.nodes,
      addresses: finding.addresses,
      message: finding.message,
      evidence: finding.evidence,
      since: finding.since ?? null,
      outlook: finding.outlook,
      claims: finding.claims,
      remedy: finding.remedy,
      actions: finding.actions,
      causedBy: finding.causedBy ?? null,
      acceptance: finding.acceptance ?? null,
    })),
    unknown: unknown.map(({ id, pnn, fact, why, hint }) => ({ id, pnn, fact, why, hint: hint ?? null })),
    checks,
    nodes,
    acceptances,
  }
}
