import type { AuditChanges } from '../../lib/audit/changes.ts'
import type { Unknown } from '../../lib/audit/finding.ts'
import { type AuditedFinding, isAccepted } from '../../lib/audit/report.ts'
import type { ErrorCode } from '../../lib/error-codes.ts'
import type { Versioned } from '../documents/common.ts'
import type { Paint } from '../table.ts'
import { visible } from '../visible.ts'
import { acceptanceText, cannotAudit } from './words.ts'

/** The changes since the last audit, one line each with its time; empty without changes. */
export function changesText(changes: AuditChanges, atMs: number, paint: Paint): string {
  const { appeared, cleared, passed, lost, found, failed, recovered } = changes
  const lines = [
    ...(failed ? [paint('bad', `! ${cannotAudit(failed)}`)] : []),
    ...(recovered ? [paint('good', '! can audit again')] : []),
    ...appeared.map((finding) => paint(isAccepted(finding) ? 'quiet' : 'bad', `+ ${findingLine(finding)}`)),
    ...cleared.map((finding) => paint('good', `- ${findingLine(finding)}`)),
    ...passed.map((finding) => paint('quiet', `~ ${findingLine(finding)} (transient: ${visible(finding.doubt ?? '')})`)),
    ...perNode(lost).map(({ facts, why }) => paint('bad', `? cannot read: ${facts} (${why})`)),
    ...perNode(found).map(({ facts }) => paint('good', `? can read again: ${facts}`)),
  ]
  return lines.map((line) => eventLine(atMs, line)).join('')
}

/** A line after its time: ISO 8601, UTC. */
export const eventLine = (atMs: number, text: string): string => `${new Date(atMs).toISOString().slice(0, 19)}Z ${text}\n`

/** `verify --interval`: what has changed since the last audit, a line each. */
export interface ChangesDocument extends Versioned, Omit<AuditChanges, 'failed' | 'recovered'> {
  /** ISO 8601, UTC. */
  readonly at: string
  /** The previous audit failed. */
  readonly recovered?: true | undefined
  /** Why the audit failed. */
  readonly error?: { readonly code: ErrorCode; readonly message: string; readonly hint?: string | undefined } | undefined
}

/** The same as one JSON document on a line; empty without changes. A failure has its code, message and hint. */
export function changesJson({ failed, recovered, ...lists }: AuditChanges, atMs: number): string {
  if (!failed && !recovered && Object.values(lists).every((list) => list.length === 0)) return ''
  const document: ChangesDocument = {
    formatVersion: 1,
    at: new Date(atMs).toISOString(),
    ...lists,
    recovered,
    error: failed && { code: failed.code, message: failed.message, hint: failed.hint },
  }
  return `${JSON.stringify(document)}\n`
}

const findingLine = ({ severity, id, message, acceptance }: AuditedFinding): string =>
  `${severity} ${id}: ${visible(message)}${acceptance === undefined ? '' : ` (${acceptanceText(acceptance)})`}`

/** `node 2: host.addresses, host.links`, and the reason: that of the node's first fact, as it mostly is the same for all. */
function perNode(unknown: readonly Unknown[]): { readonly facts: string; readonly why: string }[] {
  const pnns = [...new Set(unknown.map(({ pnn }) => pnn))]
  return pnns.map((pnn) => {
    const own = unknown.filter((each) => each.pnn === pnn)
    return { facts: `node ${pnn}: ${own.map(({ fact }) => visible(fact)).join(', ')}`, why: visible(own[0]?.why ?? '') }
  })
}
