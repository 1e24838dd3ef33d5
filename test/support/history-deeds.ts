import type { HistoryEntry } from '../../src/lib/history/story/entry.ts'

/** What a node did with an address, as the history says. */
interface Said {
  /** `TAKE_IP 2`. */
  readonly deed: string
  /** It may not have been so: a node whose kernel had lost the address tells nobody; or the log does not show that it was completed. */
  readonly isUnsure: boolean
  readonly fromMs: number
  readonly toMs: number
}

/** What a node did with an address. */
interface Done {
  readonly deed: string
  readonly atMs: number
  /** It may have been so much earlier. */
  readonly lateMs?: number
}

/** What is said, and what it is about. */
export type Pair = readonly [Said, Done]

interface Unsaid {
  /** How far a deed may be outside of the time that is said. */
  readonly slackMs: number
  /** Logs that begin in the middle do not tell which addresses a node had before that drops all. */
  readonly isCut: boolean
  /** How often each deed is said without the address. */
  readonly unnamed: Map<string, number>
}

/** Whether an entry says that the log does not show that it was completed. */
export const isDoubtful = ({ text }: Pick<HistoryEntry, 'text'>): boolean => text.includes('; the log does not show that')

/** Whether an entry tells that a node took or released an address. */
export const isDeed = ({ kind, what, addresses }: HistoryEntry): boolean =>
  kind === 'address' && addresses.length > 0 && ['moved', 'taken', 'released'].includes(what)

/** What an entry says that a node did. */
export function deedOf({ what, text, atMs, to, pnns, notAfterMs = Number.POSITIVE_INFINITY }: HistoryEntry): Said {
  const deed = what === 'released' ? `RELEASE_IP ${pnns[0]}` : `TAKE_IP ${to}`
  const isUnsure = isDoubtful({ text }) || text.includes(' does not own ')
  return { deed, isUnsure, fromMs: atMs, toMs: notAfterMs }
}

/** How many addresses each node is said to have released without the log naming them. */
export function unnamedReleases(entries: readonly HistoryEntry[]): Map<string, number> {
  const counts = new Map<string, number>()
  for (const { text } of entries) {
    const [, pnn, count] = /^node (\d+) released (an|\d+) address(?:es)? that the log does not name/.exec(text) ?? []
    if (pnn === undefined) continue
    const deed = `RELEASE_IP ${pnn}`
    counts.set(deed, (counts.get(deed) ?? 0) + (count === 'an' ? 1 : Number(count)))
  }
  return counts
}

/** Two nodes may release an address at the same time, and the one that begins first may end last. */
export function inOrderOfEnds(said: readonly Said[], done: readonly Done[], slackMs: number): readonly Said[] {
  const endOf = (one: Said) => done.find((each) => isOf(one, each, slackMs))?.atMs ?? one.fromMs
  return said.toSorted((a, b) => (a.fromMs <= b.toMs && b.fromMs <= a.toMs ? endOf(a) - endOf(b) : a.fromMs - b.fromMs))
}

/** Whether something was done as it is said, and then. */
const isOf = ({ deed, fromMs, toMs }: Said, done: Done, slackMs: number): boolean =>
  deed === done.deed && done.atMs >= fromMs - slackMs && done.atMs <= toMs + slackMs

/**
 * Pairs what is said of an address with what was done, in order.
 * @returns undefined if something is said that was not done, or something was done that should have been said.
 */
export function pairsOf(said: readonly Said[], done: readonly Done[], unsaid: Unsaid): readonly Pair[] | undefined {
  const pairs = findPairs(said, done, unsaid) ?? findPairs(said, done, { ...unsaid, slackMs: Number.POSITIVE_INFINITY })
  const paired = new Set(pairs?.map(([, each]) => each))
  const { unnamed } = unsaid
  for (const each of done) if (!paired.has(each)) unnamed.set(each.deed, (unnamed.get(each.deed) ?? 0) - 1)
  return pairs
}

function findPairs(
  said: readonly Said[],
  done: readonly Done[],
  { slackMs, isCut, unnamed }: Unsaid,
): readonly Pair[] | undefined {
  const canSkip = (one: Done | undefined, index: number) => {
    if (one?.deed.startsWith('RELEASE_IP') !== true) return false
    const tookIt = one.deed.replace('RELEASE', 'TAKE')
    const isKnown = done.slice(0, index).some(({ deed }) => deed === tookIt)
    return (isCut && !isKnown) || (unnamed.get(one.deed) ?? 0) > 0
  }
  const failed = new Set<string>()
  const pairAnd = (one: Said | undefined, other: Done | undefined, i: number, j: number): readonly Pair[] | undefined => {
    if (!one || !other) return one || other ? undefined : []
    const rest = isOf(one, other, slackMs) ? find(i + 1, j + 1) : undefined
    return rest && [[one, other], ...rest]
  }
  const find = (i: number, j: number): readonly Pair[] | undefined => {
    const [one, other] = [said[i], done[j]]
    const key = `${i} ${j}`
    if (failed.has(key)) return undefined
    const skipped = () => (one?.isUnsure ? find(i + 1, j) : undefined) ?? (canSkip(other, j) ? find(i, j + 1) : undefined)
    const found = pairAnd(one, other, i, j) ?? skipped()
    if (!found) failed.add(key)
    return found
  }
  return find(0, 0)
}
