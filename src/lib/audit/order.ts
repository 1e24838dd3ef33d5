import { SEVERITIES } from './finding.ts'
import { compareAddresses } from './normal.ts'
import { CHECKS } from './registry.ts'
import { type AuditedFinding, isAccepted } from './report.ts'

const CATALOGUE_ORDER: ReadonlyMap<string, number> = new Map(CHECKS.map(({ id }, index) => [id, index]))

/**
 * Accepted findings last; by severity, the worst first; then causes before effects, then in the order of the checks, by address, by node.
 */
export const inOrder = (findings: readonly AuditedFinding[]): AuditedFinding[] =>
  findings.toSorted(
    (a, b) =>
      Number(isAccepted(a)) - Number(isAccepted(b)) ||
      SEVERITIES.indexOf(a.severity) - SEVERITIES.indexOf(b.severity) ||
      Number(a.causedBy !== undefined) - Number(b.causedBy !== undefined) ||
      (CATALOGUE_ORDER.get(a.id) ?? 0) - (CATALOGUE_ORDER.get(b.id) ?? 0) ||
      compareAddresses(a.subject.address ?? '', b.subject.address ?? '') ||
      (a.subject.pnn ?? -1) - (b.subject.pnn ?? -1),
  )
