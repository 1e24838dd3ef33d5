import type { AuditedFinding } from '../../../lib/audit/report.ts'
import { headline } from '../../audit/words.ts'
import type { Line } from '../line.ts'
import { EMPTY, paragraph, titleOf } from './text-block.ts'

const SIGNS = { error: '✗', warning: '!', info: '·' } as const

/** Findings with how they were seen and what to do; a line that there are none. */
export function findingLines(findings: readonly AuditedFinding[], columns: number): Line[] {
  if (findings.length === 0) return [EMPTY, titleOf('Findings: none')]
  return [EMPTY, titleOf('Findings'), ...findings.flatMap((finding) => findingBlock(finding, columns))]
}

function findingBlock(finding: AuditedFinding, columns: number): Line[] {
  const { severity, evidence, outlook, remedy } = finding
  const mood = severity === 'info' ? 'plain' : severity
  return [
    ...paragraph(`${severity.toUpperCase()} ${headline(finding)}`, columns, { first: `${SIGNS[severity]} `, mood }),
    ...evidence.flatMap((text) => paragraph(text, columns, { first: '    seen: ' })),
    ...(outlook === '' ? [] : paragraph(outlook, columns, { first: '    CTDB: ' })),
    ...(remedy === '' ? [] : paragraph(remedy, columns, { first: '    do:   ' })),
  ]
}
