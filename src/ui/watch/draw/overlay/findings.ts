import type { AuditedFinding } from '../../../../lib/audit/report.ts'
import { headline } from '../../../audit/words.ts'
import type { Line } from '../line.ts'
import { EMPTY, headingLine, paragraph } from './text-block.ts'

const SIGNS = { error: '✗', warning: '!', info: '·' } as const

/** Findings with their evidence and remedies; without any, a line that says so. */
export function findingLines(findings: readonly AuditedFinding[], columns: number): Line[] {
  if (findings.length === 0) return [EMPTY, headingLine('Findings: none')]
  return [EMPTY, headingLine('Findings'), ...findings.flatMap((finding) => findingBlock(finding, columns))]
}

function findingBlock(finding: AuditedFinding, columns: number): Line[] {
  const { severity, evidence, outlook, remedy } = finding
  const style = severity === 'info' ? 'plain' : severity
  return [
    ...paragraph(`${severity.toUpperCase()} ${headline(finding)}`, columns, { first: `${SIGNS[severity]} `, style }),
    ...evidence.flatMap((text) => paragraph(text, columns, { first: '    seen: ' })),
    ...(outlook === '' ? [] : paragraph(outlook, columns, { first: '    CTDB: ' })),
    ...(remedy === '' ? [] : paragraph(remedy, columns, { first: '    do:   ' })),
  ]
}
