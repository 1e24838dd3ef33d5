import type { History } from '../../src/lib/history/history.ts'
import { type OwnerThen, ownersAt } from '../../src/lib/history/owners.ts'
import type { HistoryEntry } from '../../src/lib/history/story/entry.ts'
import { deedOf, inOrderOfEnds, isDeed, pairsOf, unnamedReleases } from './history-deeds.ts'

/** How exact the truth is: it was heard and written down by a program beside the cluster. */
const EXACT_MS = 50

/** What a program beside the cluster heard or noticed. */
export interface Truth {
  /** Milliseconds since 1970. */
  readonly at: number
  /** It came at most so long before it was noticed, as the program was busy. */
  readonly lateMs?: number
  readonly node: number
  /** `take` and `release`: messages of that node's daemon; `connected` and `lost`: the connection to that daemon. */
  readonly event: string
  readonly address?: string
}

/** What was done to the cluster. */
export interface Action {
  /** Which incident it belongs to. */
  readonly n: number
  readonly kind: string
  readonly node: number
  /** The other node that takes part, if any. */
  readonly other?: number
  /** `begin` when it began; others say how it went on. */
  readonly phase: string
  readonly at: number
}

/** Who owned which address at a moment at which nothing happened; null for nobody. */
export interface Rest {
  readonly at: number
  readonly owners: ReadonlyMap<string, number | null>
}

/** A night on a real cluster, with the truth. */
export interface Night {
  readonly truth: readonly Truth[]
  readonly actions: readonly Action[]
  /** Moments at rest, if the owners were noted then. */
  readonly rests?: readonly Rest[]
}

/** What the judge says of a history. */
export interface Verdict {
  /** What the history says that was not so, or does not say. */
  readonly wrong: readonly string[]
  /** How many times nodes took addresses. */
  readonly moves: number
  /** For how many of these a cause is named; each is right, or is in `wrong`. */
  readonly named: number
  /** Those for which none is named. */
  readonly unnamed: readonly string[]
}

/** The patterns of what may be named for moves: when it happens, and when it is undone. */
type Causes = (action: Action) => { readonly first: string; readonly undone?: string }

const became =
  (flags: string): Causes =>
  ({ node }) => ({ first: `node ${node} became ${flags}`, undone: `(?:failback: )?node ${node} became OK` })
const wiped: Causes = ({ node }) => ({
  first: `it was missing in the kernel of node ${node}; a takeover run (?:put it back|gave it to another node)`,
})
const linkChanged: Causes = ({ node }) => ({
  first: `link eth1 of node ${node} went down`,
  undone: `link eth1 of node ${node} came up`,
})
const gone = became('DISCONNECTED\\|UNHEALTHY\\|INACTIVE')
const nothing: Causes = () => ({ first: '(?!)' })
const byTool: Causes = () => ({ first: 'a tool moved it, as ctdb moveip does' })

/** Why addresses moved in each incident. */
const CAUSES: Readonly<Record<string, Causes>> = {
  disable: became('DISABLED'),
  stop: became('STOPPED\\|INACTIVE'),
  ban: became('BANNED\\|INACTIVE'),
  'short-ban': became('BANNED\\|INACTIVE'),
  'failing-script': became('UNHEALTHY'),
  'hanging-script': became('UNHEALTHY'),
  ifacelink: linkChanged,
  cable: linkChanged,
  // To a leader that is cut off, the others are gone.
  'private-cable': () => ({
    first: 'node \\d became DISCONNECTED\\|UNHEALTHY\\|INACTIVE',
    undone: '(?:failback: )?node \\d became OK',
  }),
  kill: gone,
  'kill-ctdbd': gone,
  // The others may not have noticed that it was gone.
  'quick-restart': ({ node }) => ({
    first: `node ${node} became DISCONNECTED\\|UNHEALTHY\\|INACTIVE`,
    undone: [
      `node ${node} became DISCONNECTED\\|UNHEALTHY\\|INACTIVE`,
      `the daemon of node ${node} was started again`,
      `(?:failback: )?node ${node} became OK`,
    ].join('|'),
  }),
  wipe: wiped,
  'restart-network': wiped,
  moveip: byTool,
  'failing-takeip': byTool,
  'hanging-takeip': byTool,
  'failing-releaseip': byTool,
  'hanging-releaseip': byTool,
  reloadips: () => ({
    first: 'after a reload, node \\d does not know it any more',
    undone: 'after a reload, node \\d knows it',
  }),
}

/** Compares a history with what happened. */
export function judgeNight(history: History, night: Night): Verdict {
  const deeds = history.entries.filter(isDeed)
  const slackMs =
    EXACT_MS + Math.max(0, ...history.nodes.flatMap(({ clocks }) => clocks.map(({ uncertaintyMs = 0 }) => uncertaintyMs)))
  const wrong = [
    ...judgeDeeds(history, deeds, night.truth, slackMs),
    ...judgeLosses(history, night.truth, slackMs),
    ...deeds.flatMap((entry) => judgeOrigin(entry, night)),
    ...(night.rests ?? []).flatMap((rest) => judgeOwners(rest, ownersAt(history.owners, rest.at))),
  ]
  for (const { cause, atMs, text } of deeds) {
    if (cause === undefined) continue
    const action = incidentAt(night.actions, atMs)
    if (!action || !isCauseIn(action, night.actions, atMs, cause)) wrong.push(`${text} during ${titleOf(action)}: ${cause}`)
  }
  const moves = deeds.filter(({ what }) => what !== 'released')
  const unnamed = moves.filter(({ cause }) => cause === undefined)
  return {
    wrong,
    moves: moves.length,
    named: moves.length - unnamed.length,
    unnamed: unnamed.map(({ text, atMs }) => `${text} during ${incidentAt(night.actions, atMs)?.kind}`),
  }
}

const titleOf = (action: Action | undefined): string => (action ? `${action.kind} of node ${action.node}` : 'no incident')

/** The incident in which something happened. */
const incidentAt = (actions: readonly Action[], atMs: number): Action | undefined =>
  actions.findLast(({ phase, at }) => phase === 'begin' && at <= atMs + EXACT_MS)

/** A run that began before an incident was undone goes on for so long. */
const RUN_MS = 2_000

/** Whether a cause may be named in an incident: what comes when it is undone only then, and that of the beginning no more after that. */
function isCauseIn(action: Action, actions: readonly Action[], atMs: number, cause: string): boolean {
  const { first, undone } = (CAUSES[action.kind] ?? nothing)(action)
  const undo = actions.find(({ n, phase }) => n === action.n && phase === 'undo')?.at
  const isEarly = undo !== undefined && atMs < undo - EXACT_MS
  const isLate = undo !== undefined && undone !== undefined && atMs > undo + RUN_MS
  const patterns = [...(isLate ? [] : [first]), ...(isEarly || undone === undefined ? [] : [undone])]
  return new RegExp(`^(?:${patterns.join('|')})$`).test(cause)
}

function judgeDeeds(history: History, deeds: readonly HistoryEntry[], truth: readonly Truth[], slackMs: number): string[] {
  const wrong: string[] = []
  const unnamed = unnamedReleases(history.entries)
  const done = truth.flatMap(({ event, node, address, at, lateMs = 0 }) =>
    address !== undefined && (event === 'take' || event === 'release')
      ? [{ address, deed: `${event === 'take' ? 'TAKE_IP' : 'RELEASE_IP'} ${node}`, atMs: at, lateMs }]
      : [],
  )
  for (const address of new Set([...done.map((each) => each.address), ...deeds.flatMap(({ addresses }) => addresses)])) {
    const trueOfIt = done.filter((each) => each.address === address)
    const said = inOrderOfEnds(deeds.filter(({ addresses }) => addresses[0] === address).map(deedOf), trueOfIt, slackMs)
    const pairs = pairsOf(said, trueOfIt, { slackMs, isCut: false, unnamed })
    const [one, other] = [said, trueOfIt].map((list) => list.map(({ deed }) => deed).join(', '))
    if (!pairs) wrong.push(`${address}: said ${one}; but it was ${other}`)
    for (const [{ deed, fromMs, toMs }, { atMs, lateMs = 0 }] of pairs ?? []) {
      // A log at the level NOTICE shows only when it was over at the latest.
      if (atMs < fromMs - slackMs || atMs - lateMs > toMs + slackMs)
        wrong.push(`${address}: ${deed} at ${timeText(atMs)}, not ${timeText(fromMs)} to ${timeText(toMs)}`)
    }
  }
  return wrong
}

const timeText = (ms: number): string => (Number.isFinite(ms) ? new Date(ms).toISOString() : 'later')

/** What is said to be lost with a daemon: that was gone, and had not taken it since. */
function judgeLosses({ entries }: History, truth: readonly Truth[], slackMs: number): string[] {
  return entries.flatMap(({ kind, what, atMs, text, pnns: [pnn], addresses: [address] }) => {
    if (kind !== 'address' || what !== 'lost') return []
    const before = truth.filter(({ node, at }) => node === pnn && at <= atMs + slackMs)
    const gone = before.findLastIndex(({ event }) => event === 'lost')
    const hasTaken = before.slice(gone + 1).some((each) => each.event === 'take' && each.address === address)
    return gone === -1 || hasTaken ? [`not so at ${timeText(atMs)}: ${text}`] : []
  })
}

/** From where an address is said to have moved: who owned it at the last rest, or took it since. */
function judgeOrigin(
  { what, from, addresses: [address = ''], atMs, text }: HistoryEntry,
  { truth, rests = [] }: Night,
): string[] {
  const rest = rests.findLast(({ at }) => at <= atMs)
  if (what !== 'moved' || !rest) return []
  const taken = truth.filter(
    ({ event, at, ...each }) => event === 'take' && each.address === address && at >= rest.at && at <= atMs,
  )
  return [rest.owners.get(address), ...taken.map(({ node }) => node)].includes(from)
    ? []
    : [`not so at ${timeText(atMs)}: ${text}`]
}

/** What is said of owners at a moment at rest. Nothing is said of those that no line has named so far. */
const judgeOwners = ({ at, owners }: Rest, said: readonly OwnerThen[]): string[] =>
  said.flatMap(({ address, owner }) => {
    const real = owners.get(address)
    return owner === undefined || owner === real ? [] : [`${address} on ${owner} at ${timeText(at)}, but it was on ${real}`]
  })
