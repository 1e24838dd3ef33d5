import { type FindingKey, findingKey, type Severity, type Unknown } from '../../lib/audit/finding.ts'
import type { AuditedFinding, AuditedNode, AuditReport } from '../../lib/audit/report.ts'
import { flagsText } from '../../lib/cluster/node.ts'
import type { Paint } from '../table.ts'
import { visible } from '../visible.ts'
import { counted, countsLine, headline, nodeList, timeText } from './words.ts'
import { wrap } from './wrap.ts'

export interface AuditTextOptions {
  /** Whether findings of the same kind stand together, or those of the same node. */
  readonly groupBy: 'fault' | 'node'
  /** Show all of everything: what is transient and what follows from something else with its evidence, long lists whole. */
  readonly verbose: boolean
  readonly paint: Paint
}

const SIGNS: Record<Severity, string> = { error: 'x ERROR', warning: '! WARNING', info: 'i INFO' }
/** So many findings of one kind are shown unless all are wanted. */
const MOST_OF_A_KIND = 10

/**
 * A report for people: each real finding with how it was seen, what CTDB will do about it and what to do; what follows from another one
 * stands with that. Then what is transient, what could not be seen, and one line that sums it up.
 */
export function auditText(report: AuditReport, options: AuditTextOptions): string {
  const real = report.findings.filter(({ state }) => state === 'real')
  const transient = report.findings.filter(({ state }) => state === 'transient')
  const effects = effectsOf(real)
  const shown = options.verbose ? real : real.filter((finding) => !isEffect(finding, real))
  const parts = [
    options.groupBy === 'node' ? byNode(report, shown, effects, options) : byFault(shown, effects, options),
    transientSection(transient, options),
    unknownSection(report.unknown, options),
    wrap(summary(report)),
  ]
  return parts.filter((part) => part !== '').join('\n')
}

type Effects = ReadonlyMap<FindingKey, readonly AuditedFinding[]>

const isEffect = ({ causedBy }: AuditedFinding, among: readonly AuditedFinding[]): boolean =>
  causedBy !== undefined && among.some((finding) => findingKey(finding) === causedBy)

/** What follows from each finding, at whatever remove. */
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

/** One block for each kind: what differs from finding to finding, then what they have in common. */
function byFault(findings: readonly AuditedFinding[], effects: Effects, options: AuditTextOptions): string {
  const kinds = Map.groupBy(findings, ({ id, severity, outlook, remedy }) => JSON.stringify([id, severity, outlook, remedy]))
  return [...kinds.values()].map((kind) => kindBlock(kind, effects, options)).join('\n')
}

function kindBlock(kind: readonly AuditedFinding[], effects: Effects, options: AuditTextOptions): string {
  const [first] = kind
  if (!first) return ''
  const { verbose, paint } = options
  const most = verbose ? kind.length : MOST_OF_A_KIND
  const hidden = kind.length - most
  return [
    `${paint(first.severity === 'info' ? 'quiet' : 'bad', SIGNS[first.severity])} ${first.id}\n`,
    ...kind.slice(0, most).map((finding) => findingLines(finding, effects.get(findingKey(finding)) ?? [], options)),
    hidden > 0 ? `  ... and ${hidden} more of the kind\n` : '',
    wrap(visible(first.outlook), '  CTDB: '),
    wrap(visible(first.remedy), '  To do: '),
  ].join('')
}

function findingLines(finding: AuditedFinding, effects: readonly AuditedFinding[], { verbose }: AuditTextOptions): string {
  const since = finding.since === undefined ? undefined : timeText(finding.since)
  const most = verbose ? effects.length : 5
  return [
    wrap(`${visible(finding.message)}${since === undefined ? '' : `, since ${since}`}`, '  * '),
    ...finding.evidence.map((line) => wrap(visible(line), '      ')),
    verbose && finding.causedBy !== undefined ? wrap(`follows from ${causeText(finding.causedBy)}`, '      ') : '',
    ...effects.slice(0, most).map((effect) => wrap(headline(effect), '      -> ')),
    effects.length > most ? `      -> and ${effects.length - most} more that follow from it\n` : '',
  ].join('')
}

/** The id of the check that a key begins with. */
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
  `Node ${pnn} (${visible(address)}), ${flagsText(flags)}, ${reachedBy === null ? 'not looked at itself' : `reached ${visible(reachedBy)}`}:`

function transientSection(findings: readonly AuditedFinding[], { verbose, paint }: AuditTextOptions): string {
  if (findings.length === 0) return ''
  const lines = findings.flatMap((finding) => [
    wrap(`${headline(finding)} (${visible(finding.doubt ?? '')})`, '  ~ '),
    ...(verbose ? finding.evidence.map((line) => wrap(visible(line), '      ')) : []),
  ])
  return [paint('quiet', 'Transient, as while addresses are being moved:'), '\n', ...lines].join('')
}

function unknownSection(unknown: readonly Unknown[], { verbose, paint }: AuditTextOptions): string {
  if (unknown.length === 0) return ''
  const byNodeAndReason = Map.groupBy(unknown, ({ pnn, why }) => JSON.stringify([pnn, why]))
  // Nodes to which the same facts are missing for the same reason are told of at once.
  const told = [...byNodeAndReason.values()].map((group) => ({
    pnn: group[0]?.pnn ?? 0,
    why: group[0]?.why ?? '',
    hint: group[0]?.hint,
    facts: [...new Set(group.map(({ fact }) => fact))].toSorted(),
    checks: new Set(group.map(({ id }) => id)),
  }))
  const alike = Map.groupBy(told, ({ why, hint, facts }) => JSON.stringify([why, hint, facts]))
  const lines = [...alike.values()].map((group) => {
    const { why = '', hint, facts = [] } = group[0] ?? {}
    const checks = new Set(group.flatMap((each) => [...each.checks]))
    const most = verbose ? facts.length : 4
    const rest = facts.length > most ? ` and ${facts.length - most} more` : ''
    const wanted = verbose ? [...checks].join(', ') : counted(checks.size, 'check')
    const nodes = nodeList(group.map(({ pnn }) => pnn))
    const what = `${nodes}: ${visible(why)}: ${visible(facts.slice(0, most).join(', '))}${rest} (wanted by ${wanted})`
    return `${wrap(what, '  ? ')}${hint === undefined ? '' : wrap(visible(hint), '    To do: ')}`
  })
  return [paint('bad', 'Could not be seen:'), '\n', ...lines].join('')
}

function summary(report: AuditReport): string {
  const { findings, unknown, nodes, checks, samples } = report
  const looked = `${counted(nodes.length, 'node')}, ${counted(checks.length, 'check')}`
  const once = samples === 1 ? '; seen once only, so what is transient could not be told' : ''
  if (findings.length === 0 && unknown.length === 0) return `Nothing is wrong (${looked})${once}`
  return `${countsLine(report)} (${looked})${once}`
}
