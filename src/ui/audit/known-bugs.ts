import { bugUrl, type KnownBug } from '../../lib/audit/known-bugs/bug.ts'
import { KNOWN_BUGS } from '../../lib/audit/known-bugs/table.ts'
import type { Versioned } from '../documents/common.ts'
import { wrap } from '../wrap.ts'

/** All bugs, each with its releases, what goes wrong, and what helps. */
export const listKnownBugs = (): string =>
  KNOWN_BUGS.map((bug) => {
    const text = `${sentence(bug.fault)} ${bug.untilThen} ${seenText(bug)}`
    return `${nameOf(bug)}: ${releasesOf(bug)}\n${wrap(text)}`
  }).join('\n')

/** `verify --list-known-bugs`. */
export interface KnownBugsDocument extends Versioned {
  readonly bugs: readonly (Pick<KnownBug, 'number' | 'cve' | 'fault' | 'untilThen'> & {
    /** The releases with which it came; absent if all older ones have it. */
    readonly since?: readonly string[]
    /** The releases that do not have it any more. */
    readonly mended: readonly string[]
    /** Whether a release after it, of the same series, has the bug is not known. */
    readonly lastKnown?: string
    readonly url: string
    /** The check that reports it; null if none does. */
    readonly reportedBy: string | null
  })[]
}

/** The same as a document. */
export const knownBugsJson = (): KnownBugsDocument => ({
  formatVersion: 1,
  bugs: KNOWN_BUGS.map((bug) => {
    const { matters, severity: _, ...facts } = bug
    return {
      ...facts,
      url: bugUrl(bug),
      reportedBy: matters === undefined ? null : typeof matters === 'string' ? matters : 'known-bug',
    }
  }),
})

/** The same as a page. */
export const knownBugsMarkdown = (): string => `# Bugs of CTDB that \`ctdbts verify\` knows

Made from \`src/lib/audit/known-bugs\` by \`npm run generated\`; do not edit. They take public addresses, or what depends on them, away from
clients. \`verify\` decides by the version number: a distribution may have fixed a bug without changing the number.

${KNOWN_BUGS.map((bug) => `## [${nameOf(bug)}](${bugUrl(bug)})\n\n${sentence(bug.fault)}\n\n*${capital(releasesOf(bug))}.* ${bug.untilThen} ${seenText(bug)}\n`).join('\n')}`

const nameOf = ({ number, cve }: KnownBug): string => `Bug ${number}${cve === undefined ? '' : ` (${cve})`}`

function releasesOf({ since, mended, lastKnown }: KnownBug): string {
  const begun = since ? `in releases since ${since.join(', ')}; ` : ''
  const unclear = lastKnown === undefined ? '' : `; unknown for ${seriesOf(lastKnown)} releases after ${lastKnown}`
  return `${begun}fixed in ${mended.join(', ')}${unclear}`
}

const seriesOf = (release: string): string => release.split('.', 2).join('.')

function seenText({ matters }: KnownBug): string {
  if (matters === undefined) return 'An audit cannot determine whether it matters.'
  return `Reported by ${typeof matters === 'string' ? matters : 'known-bug'} if it matters.`
}

const capital = (text: string): string => `${text.charAt(0).toUpperCase()}${text.slice(1)}`

const sentence = (text: string): string => `${capital(text)}.`
