import type { AppliedAcceptance } from '../../lib/audit/acceptance.ts'
import { type FindingKey, findingKey, type Severity, type Unknown } from '../../lib/audit/finding.ts'
import { type AuditedFinding, type AuditedNode, type AuditReport, counts, isAccepted } from '../../lib/audit/report.ts'
import { flagsText } from '../../lib/cluster/node.ts'
import { allNodesText } from '../../lib/cluster/node-text.ts'
import type { Paint } from '../table.ts'
import { visible } from '../visible.ts'
import { wrap } from '../wrap.ts'
import { acceptanceText, counted, countsLine, headline, timeText } from './words.ts'

export interface AuditTextOptions {
  /** Whether to group findings by kind of fault or by node. */
  readonly groupBy: 'fault' | 'node'
  /** Show everything: transient findings and those that follow from others with their evidence, and long lists in full. */
  readonly verbose: boolean
  readonly paint: Paint
}

const SIGNS: Record<Severity, string> = { error: 'x ERROR', warning: '! WARNING', info: 'i INFO' }
/** How many findings of one kind are shown, unless `verbose`. */
const MOST_OF_A_KIND = 10

/**
 * A report for people: each real finding with its evidence, what CTDB will do about it and what to do, followed by the findings that it
 * causes. Then transient findings, what could not be read, acceptances that have expired, and a summary in one line.
 */
export function auditText(report: AuditReport, options: AuditTextOptions): string {
  const real = report.findings.filter(({ state }) => state === 'real')
  const transient = report.findings.filter(({ state }) => state === 'transient')
  const effects = effectsOf(real)
  const shown = options.verbose ? real : real.filter((finding) => !isFolded(finding, real))
  const parts = [
    options.groupBy === 'node' ? byNode(report, shown, effects, options) : byFault(shown, effects, options),
    transientSection(transient, options),
    unknownSection(report.unknown, options),
    expiredSection(report.acceptances ?? []),
    wrap(summary(report)),
  ]
  return parts.filter((part) => part !== '').join('\n')
}

type Effects = ReadonlyMap<FindingKey, readonly AuditedFinding[]>

/** Whether it is enough to name a finding below that from which it follows. A fault that counts is not hidden below accepted ones. */
function isFolded(finding: AuditedFinding, among: readonly AuditedFinding[]): boolean {
  const cause = among.find((each) => findingKey(each) === finding.causedBy)
  return cause !== undefined && (isAccepted(finding) || counts(cause) || isFolded(cause, among))
}

/** The findings that each root finding causes, directly or indirectly. */
function effectsOf(findings: readonly AuditedFinding[]): Effects {
  const byKey = new Map(findings.map((finding) => [findingKey(finding), finding]))
  const rootOf = (finding: AuditedFinding): AuditedFinding => {
    const cause = finding.causedBy === undefined ? undefined : byKey.get(finding.causedBy)
    return cause ? rootOf(cause) : finding
  }
  return Map.groupBy(
    findings.filter((finding) => rootOf(finding) !== finding),
    (finding) => findingKey(rootOf(finding)),
  )
}

/** One block for each kind: what differs between its findings, then what they have in common. */
function byFault(findings: readonly AuditedFinding[], effects: Effects, options: AuditTextOptions): string {
  const kinds = Map.groupBy(findings, (finding) => {
    const { id, severity, outlook, remedy } = finding
    return JSON.stringify([id, severity, outlook, remedy, isAccepted(finding)])
  })
  return [...kinds.values()].map((kind) => kindBlock(kind, effects, options)).join('\n')
}

function kindBlock(kind: readonly AuditedFinding[], effects: Effects, options: AuditTextOptions): string {
  const [first] = kind
  if (!first) return ''
  const { verbose, paint } = options
  const most = verbose ? kind.length : MOST_OF_A_KIND
  const hidden = kind.length - most
  const isQuiet = isAccepted(first)
  return [
    isQuiet
      ? `${paint('quiet', '- ACCEPTED')} ${first.id} (${first.severity})\n`
      : `${paint(first.severity === 'info' ? 'quiet' : 'bad', SIGNS[first.severity])} ${first.id}\n`,
    ...kind.slice(0, most).map((finding) => findingLines(finding, effects.get(findingKey(finding)) ?? [], options)),
    hidden > 0 ? `  ... and ${hidden} more of this kind\n` : '',
    ...(isQuiet && !verbose ? [] : [wrap(visible(first.outlook), '  CTDB: '), wrap(visible(first.remedy), '  To do: ')]),
  ].join('')
}

function findingLines(finding: AuditedFinding, effects: readonly AuditedFinding[], { verbose }: AuditTextOptions): string {
  const since = finding.since === undefined ? undefined : timeText(finding.since)
  const most = verbose ? effects.length : 5
  return [
    wrap(`${visible(finding.message)}${since === undefined ? '' : `, since ${since}`}`, '  * '),
    ...finding.evidence.map((line) => wrap(visible(line), '      ')),
    finding.causedBy === undefined ? '' : wrap(`follows from ${causeText(finding.causedBy)}`, '      '),
    finding.acceptance === undefined ? '' : wrap(acceptanceText(finding.acceptance), '      '),
    ...effects.slice(0, most).map((effect) => wrap(`${headline(effect)}${noteOf(effect)}`, '      -> ')),
    effects.length > most ? `      -> and ${effects.length - most} more that follow from it\n` : '',
  ].join('')
}

/** What the user has decided about a finding that is shown in one line. */
const noteOf = ({ acceptance }: AuditedFinding): string => (acceptance === undefined ? '' : ` (${acceptanceText(acceptance)})`)

/** The id of the check, with which a key begins. */
const causeText = (key: FindingKey): string => visible(String((JSON.parse(key) as unknown[])[0]))

function byNode(
  { nodes }: AuditReport,
  findings: readonly AuditedFinding[],
  effects: Effects,
  options: AuditTextOptions,
): string {
  const section = (heading: string, own: readonly AuditedFinding[]) =>
    own.length === 0 ? [] : [`${heading}\n${byFault(own, effects, options)}`]
  return [
    ...section(
      'The cluster as a whole:',
      findings.filter(({ subject }) => subject.pnn === undefined),
    ),
    ...nodes.flatMap((node) =>
      section(
        nodeHeading(node),
        findings.filter(({ subject }) => subject.pnn === node.pnn),
      ),
    ),
  ].join('\n')
}

const nodeHeading = ({ pnn, address, flags, reachedBy }: AuditedNode): string =>
  `Node ${pnn} (${visible(address)}), ${flagsText(flags)}, ${reachedBy === null ? 'host not read' : `reached ${visible(reachedBy)}`}:`

function transientSection(findings: readonly AuditedFinding[], { verbose, paint }: AuditTextOptions): string {
  if (findings.length === 0) return ''
  const lines = findings.flatMap((finding) => [
    wrap(`${headline(finding)} (${visible(finding.doubt ?? '')})${noteOf(finding)}`, '  ~ '),
    ...(verbose ? finding.evidence.map((line) => wrap(visible(line), '      ')) : []),
  ])
  return [paint('quiet', 'Transient, for example while addresses move:'), '\n', ...lines].join('')
}

function unknownSection(unknown: readonly Unknown[], { verbose, paint }: AuditTextOptions): string {
  if (unknown.length === 0) return ''
  const byNodeAndReason = Map.groupBy(unknown, ({ pnn, why }) => JSON.stringify([pnn, why]))
  // Nodes that lack the same facts for the same reason share a line.
  const byNode = [...byNodeAndReason.values()].map((group) => ({
    pnn: group[0]?.pnn ?? 0,
    why: group[0]?.why ?? '',
    hint: group[0]?.hint,
    facts: [...new Set(group.map(({ fact }) => fact))].toSorted(),
    checks: new Set(group.map(({ id }) => id)),
  }))
  const alike = Map.groupBy(byNode, ({ why, hint, facts }) => JSON.stringify([why, hint, facts]))
  const lines = [...alike.values()].map((group) => {
    const { why = '', hint, facts = [] } = group[0] ?? {}
    const checks = new Set(group.flatMap((each) => [...each.checks]))
    const most = verbose ? facts.length : 4
    const rest = facts.length > most ? ` and ${facts.length - most} more` : ''
    const needed = verbose ? [...checks].join(', ') : counted(checks.size, 'check')
    const nodes = allNodesText(group.map(({ pnn }) => pnn))
    const what = `${nodes}: ${visible(why)}: ${visible(facts.slice(0, most).join(', '))}${rest} (needed by ${needed})`
    return `${wrap(what, '  ? ')}${hint === undefined ? '' : wrap(visible(hint), '    To do: ')}`
  })
  return [paint('bad', 'Could not be read:'), '\n', ...lines].join('')
}

function expiredSection(acceptances: readonly AppliedAcceptance[]): string {
  const expired = acceptances.filter(({ isExpired }) => isExpired)
  if (expired.length === 0) return ''
  const lines = expired.map((acceptance) =>
    wrap(`${acceptedWhat(acceptance)}, until ${acceptance.until}: ${visible(acceptance.reason)}`, '  - '),
  )
  return ['Acceptances that have expired (renew them in config.toml, or delete them):\n', ...lines].join('')
}

/** `ip-missing of node 1, 10.0.0.1`. */
function acceptedWhat({ check, node, address, interface: interfaceName, detail }: AppliedAcceptance): string {
  const parts = [node === undefined ? undefined : `node ${node}`, address, interfaceName, detail].filter(
    (part) => part !== undefined,
  )
  return visible(parts.length === 0 ? check : `${check} of ${parts.join(', ')}`)
}

function summary(report: AuditReport): string {
  const { findings, unknown, nodes, checks, samples, olderFormat } = report
  const scope = `${counted(nodes.length, 'node')}, ${counted(checks.length, 'check')}`
  const once = samples === 1 ? '; read only once, so transient faults cannot be recognized' : ''
  const older =
    olderFormat === undefined
      ? ''
      : `; an older ctdbts took the snapshot (format ${visible(olderFormat)}), and may not have read all that these checks look at`
  if (findings.length === 0 && unknown.length === 0) return `No problem found (${scope})${once}${older}`
  return `${countsLine(report)} (${scope})${once}${older}`
}
