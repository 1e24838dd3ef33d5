import { type Check, SIGHTS } from '../../lib/audit/check.ts'
import { CHECKS, checkNamed } from '../../lib/audit/registry.ts'
import type { Versioned } from '../documents/common.ts'
import { wrap } from '../wrap.ts'

/** All checks, one line each. */
export function listChecks(): string {
  const width = Math.max(...CHECKS.map(({ id }) => id.length))
  return CHECKS.map(({ id, severity, title }) => `${id.padEnd(width)}  ${severity.padEnd(7)}  ${title}\n`).join('')
}

/**
 * What a check looks for, and what to do about its findings.
 * @throws CtdbtsError NO_CHECK when none has this id.
 */
export function explainCheck(id: string): string {
  const check = checkNamed(id)
  const paragraphs = sectionsOf(check).map(({ heading, text }) => `\n${wrap(`${heading}: ${text}`)}`)
  return [wrap(`${check.id} (${check.severity}): ${check.title}`), '\n', wrap(check.meaning), ...paragraphs].join('')
}

/** `verify --list-checks` and `verify --explain`. */
export interface ChecksDocument extends Versioned {
  readonly checks: readonly (Omit<Check, 'find' | 'order' | 'causes'> & {
    /** The checks whose findings can explain those of this one. */
    readonly mayFollowFrom: readonly string[]
  })[]
}

/**
 * The same as a document: all checks, or one.
 * @throws CtdbtsError NO_CHECK when none has this id.
 */
export function checksJson(id: string | undefined): ChecksDocument {
  const checks = (id === undefined ? CHECKS : [checkNamed(id)]).map(({ find: _, order: __, causes = [], ...check }) => ({
    ...check,
    mayFollowFrom: causeIds(causes),
  }))
  return { formatVersion: 1, checks }
}

const causeIds = (causes: Exclude<Check['causes'], undefined>): string[] => [...new Set(causes.map(({ id }) => id))]

function sectionsOf({ causes = [], outlook, remedy, falseAlarm, moves, seenBy }: Check): { heading: string; text: string }[] {
  return [
    { heading: 'What CTDB does about it', text: outlook },
    { heading: 'What to do', text: remedy },
    ...(falseAlarm === undefined ? [] : [{ heading: 'False alarm', text: falseAlarm }]),
    {
      heading: 'Evidence',
      text: `${seenBy.map((sight) => SIGHTS[sight]).join(', ')}${moves ? '; read more than once, because it can look like this while addresses move' : ''}.`,
    },
    ...(causes.length === 0 ? [] : [{ heading: 'Possible causes', text: `${causeIds(causes).join(', ')}.` }]),
  ]
}

/** The documentation of all checks: a table, and a section for each. */
export function checksMarkdown(): string {
  const rows = CHECKS.map(
    ({ id, severity, title, seenBy }) => `| [\`${id}\`](#${id}) | ${severity} | ${cell(title)} | ${seenBy.join(', ')} |`,
  )
  const legend = Object.entries(SIGHTS).map(([sight, meaning]) => `${sight} = ${meaning}`)
  const sections = CHECKS.map((check) => {
    const parts = sectionsOf(check).map(({ heading, text }) => `**${heading}:** ${text}\n`)
    return [`### ${check.id}\n`, `*${check.severity}.* ${check.title}.\n`, `${check.meaning}\n`, ...parts].join('\n')
  })
  return `# What \`ctdbts verify\` checks

Made from the checks in \`src/lib/audit\` by \`npm run generated\`; do not edit. Evidence: ${legend.join('; ')}.

| id | severity | fault | evidence |
| --- | --- | --- | --- |
${rows.join('\n')}

${sections.join('\n')}`
}

const cell = (text: string): string => text.replaceAll('|', '\\|')
