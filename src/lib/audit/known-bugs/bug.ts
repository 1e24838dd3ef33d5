import type { Pnn } from '../../cluster/node.ts'
import type { Severity } from '../finding.ts'
import type { Trigger } from '../outlook.ts'
import type { View } from '../view.ts'

/** A fault of CTDB itself that can take public addresses, or what depends on them, away from clients. */
export interface KnownBug {
  /** Its number at bugzilla.samba.org, which has the whole story. */
  readonly number: number
  readonly cve?: string
  /** What goes wrong, and when: a sentence without a full stop. */
  readonly fault: string
  /** The first release of each series that has it; absent if releases before 4.6 have it already. */
  readonly since?: readonly Release[]
  /** The first release of each series in which it is mended. Later series are mended from their first release on. */
  readonly mended: readonly Release[]
  /** The last release of a series of which it is known whether it has it: what is newer in that series may be mended. */
  readonly lastKnown?: Release
  /** Of the finding; by default a warning. */
  readonly severity?: Severity
  /** What helps until CTDB is updated: whole sentences. */
  readonly untilThen: string
  /**
   * When it matters to a cluster. A string: the check that tells. A function: the facts that show it, or an empty list; only called if a node
   * has the bug. Absent: audits cannot see that.
   */
  readonly matters?: string | ((view: View, having: readonly Pnn[]) => Matter)
}

/** A release of CTDB, `4.21.8`. */
type Release = `4.${number}.${number}`

/** That a bug matters to a cluster, and why. */
export interface Matter {
  /** The facts, each with its source. It does not matter if there are none. */
  readonly evidence: readonly string[]
  /** The nodes that it matters to, if not to all that have it. */
  readonly pnns?: readonly Pnn[]
  /** What ends that without an update. */
  readonly until?: Trigger
}

/** As a link. */
export const bugUrl = ({ number }: KnownBug): string => `https://bugzilla.samba.org/show_bug.cgi?id=${number}`

/**
 * Whether a version has a bug, by its number alone: a distribution may have mended it in an older one. Undefined if the version is not of
 * the form `4.17.12…`, or is newer than what is known of its series.
 */
export function hasBug(
  version: string,
  { since, mended, lastKnown }: Pick<KnownBug, 'since' | 'mended' | 'lastKnown'>,
): boolean | undefined {
  const own = partsOf(version)
  if (!own) return undefined
  if (since && !isReached(own, since)) return false
  if (isReached(own, mended)) return false
  const last = lastKnown && partsOf(lastKnown)
  return last && own.minor === last.minor && own.patch > last.patch ? undefined : true
}

/** Whether a version is one of these releases or a later one of its series, or is of a series after the last. */
function isReached(own: Parts, releases: readonly Release[]): boolean {
  const parts = releases.flatMap((release) => partsOf(release) ?? [])
  return (
    parts.some(({ minor, patch }) => own.minor === minor && own.patch >= patch) || parts.every(({ minor }) => own.minor > minor)
  )
}

interface Parts {
  readonly minor: number
  readonly patch: number
}

function partsOf(version: string): Parts | undefined {
  const match = /^4\.(\d+)\.(\d+)/.exec(version)
  return match ? { minor: Number(match[1]), patch: Number(match[2]) } : undefined
}
