import type { Pnn } from '../cluster/node.ts'
import { listed } from '../cluster/node-text.ts'
import { CtdbtsError } from '../errors.ts'
import { counted } from '../plural.ts'
import type { Snapshot } from '../snapshot/snapshot.ts'
import { areHappenings, type Course, type CourseOptions, courseOf, planOf } from './course.ts'
import { possibleLeaders, withLeader } from './leader.ts'
import { planRun } from './plan.ts'
import { settingsOf } from './settings.ts'
import type { Edit } from './what-if.ts'

/** With more pairs of node and address than this, planning several times would take too long. */
const MAX_PAIRS = 20_000
/** Up to this number of edits, every order is tried. */
const MAX_PERMUTED = 3

type Owners = ReadonlyMap<string, Pnn | null>

/**
 * What a course depends on that is not known beforehand, as far as it makes a difference: whether a takeover run that is due anyway comes
 * first, which node becomes leader, and in which order several edits happen.
 * @param now with the node map and leader already chosen by `seenByCluster`.
 */
export function dependencies(now: Snapshot, edits: readonly Edit[], course: Course, options: CourseOptions): string[] {
  const expected = ownersOf(course)
  const isLarge = now.nodes.length * expected.size > MAX_PAIRS
  const differs = (condition: string, other: () => Owners) => differenceText(condition, expected, other)
  return [
    ...otherStart(now, edits, options, isLarge, differs),
    ...otherLeaders(now, edits, course, options).flatMap(([condition, other]) =>
      isLarge ? [`${condition}, the result may be another`] : differs(condition, other),
    ),
    ...(isLarge ? [] : otherOrders(now, edits, options, differs)),
    ...restlessness(course),
  ]
}

/**
 * A run does not always end in a state that the next one leaves alone: the non-deterministic algorithm may move an address to and fro. Then
 * the number of runs matters.
 */
function restlessness({ runs, end }: Course): string[] {
  if (runs.some(({ plan }) => plan.failures.length > 0)) return []
  const moving = planRun(end, end).addresses.filter(({ from, to }) => from !== to)
  if (moving.length === 0) return []
  const places = moving.map(({ address, to }) => placeText(address, to))
  return [`another takeover run after these would move addresses again (${listed(places, 3)})`]
}

const placeText = (address: string, owner: Pnn | null): string =>
  `${address} ${owner === null ? 'without owner' : `on node ${owner}`}`

type Differs = (condition: string, other: () => Owners) => string[]

const ownersOf = (course: Course): Map<string, Pnn | null> =>
  new Map(planOf(course).addresses.map(({ address, to }) => [address, to]))

/** What changes if something else is so; nothing if that is not possible. */
function differenceText(condition: string, expected: Owners, makeOther: () => Owners): string[] {
  const other = ownersIfPossible(makeOther)
  if (!other) return []
  const different = [...new Set([...expected.keys(), ...other.keys()])].filter(
    (address) => (expected.get(address) ?? null) !== (other.get(address) ?? null),
  )
  if (different.length === 0) return []
  const places = different.map((address) => placeText(address, other.get(address) ?? null))
  return [`${condition}, the result differs (${listed(places, 3)})`]
}

function ownersIfPossible(makeOther: () => Owners): Owners | undefined {
  try {
    return makeOther()
  } catch (error) {
    if (!(error instanceof CtdbtsError)) throw error
    return undefined
  }
}

/** If a run would move something even without the edits, it may come before them, or not. */
function otherStart(now: Snapshot, edits: readonly Edit[], options: CourseOptions, isLarge: boolean, differs: Differs): string[] {
  const { addresses, failures } = planRun(now, now, options.forceRebalance)
  const moving = addresses.filter(({ from, to }) => from !== to).length
  if (moving === 0 || failures.length > 0) return []
  const words = counted(moving, 'address', 'addresses')
  const condition = options.runsFirst
    ? `the cluster is not at rest: a takeover run that moves ${words} is due, and is assumed to come first. If it does not`
    : `the cluster is not at rest: even as it is, a takeover run would move ${words}. If it does so first`
  const runsFirst = options.runsFirst !== true
  return isLarge
    ? [`${condition}, the result may be another`]
    : differs(condition, () => ownersOf(courseOf(now, edits, { ...options, runsFirst })))
}

/** The leader's tunables decide. Where the leader changes, any node that can lead may be the next. */
function otherLeaders(
  now: Snapshot,
  edits: readonly Edit[],
  { runs }: Course,
  options: CourseOptions,
): (readonly [string, () => Owners])[] {
  const imagined = runs.find(({ cause }) => cause !== 'due')?.imagined
  const next = imagined?.leader.pnn
  if (!imagined || next === undefined || next === null || next === now.leader.pnn) return []
  const settings = (pnn: Pnn) => JSON.stringify(settingsOf(withLeader(imagined, pnn)))
  return possibleLeaders(imagined)
    .filter((pnn) => pnn !== next && settings(pnn) !== settings(next))
    .map((heir) => {
      const condition = `node ${heir}, which has other tunables, may become leader instead. If it does`
      return [condition, () => ownersOf(courseOf(now, edits, { ...options, heir }))] as const
    })
}

/** Edits that are carried out one after the other have their takeover runs in between. */
function otherOrders(now: Snapshot, edits: readonly Edit[], options: CourseOptions, differs: Differs): string[] {
  if (edits.length < 2 || !areHappenings(edits)) return []
  const orders = edits.length <= MAX_PERMUTED ? permutations(edits) : [edits, edits.toReversed()]
  const condition =
    'all of this is assumed to happen before the first takeover run, and may happen one after the other. If it does'
  for (const order of orders) {
    const text = differs(condition, () => {
      let state = now
      const known = new Map<string, Pnn | null>()
      for (const [index, edit] of order.entries()) {
        const course = courseOf(state, [edit], index === 0 ? options : {})
        for (const [address, owner] of ownersOf(course)) known.set(address, owner)
        state = course.end
      }
      return known
    })
    if (text.length > 0) return text
  }
  return []
}

const permutations = <T>(items: readonly T[]): T[][] =>
  items.length < 2
    ? [[...items]]
    : items.flatMap((item, index) => permutations(items.toSpliced(index, 1)).map((rest) => [item, ...rest]))
