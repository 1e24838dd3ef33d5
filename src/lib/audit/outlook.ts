import type { Pnn } from '../cluster/node.ts'
import { listed, nodesText } from '../cluster/node-text.ts'
import { counted, oneOr } from '../plural.ts'
import type { Subject } from './subject.ts'

/** What a claim waits for, or, for `stays` and `kept`, what it lasts until. */
export type Trigger =
  /** The next takeover run, whatever triggers it. */
  | { readonly on: 'run' }
  /** The end of the recovery in progress. */
  | { readonly on: 'recovery' }
  /** The nodes have a leader. */
  | { readonly on: 'leader' }
  /** The private network works again. */
  | { readonly on: 'repair' }
  /** The daemon of the node answers again: it is started, or goes on. */
  | { readonly on: 'answers'; readonly pnn: Pnn }
  /** A ctdbd is started on the node. */
  | { readonly on: 'start'; readonly pnn: Pnn }
  /** The node's public addresses file is read again: by `ctdb reloadips`, or at a start. */
  | { readonly on: 'reload'; readonly pnn: Pnn }
  /** The node is connected again. */
  | { readonly on: 'connected'; readonly pnn: Pnn }
  /** A node can host the addresses. */
  | { readonly on: 'able'; readonly addresses: readonly string[] }
  /**
   * The addresses leave the node: a takeover run moves them, or it becomes inactive. With `orMoves`, a takeover run may as well move them to
   * another interface of the node, as its daemon knows several.
   */
  | { readonly on: 'release'; readonly pnn: Pnn; readonly addresses: readonly string[]; readonly orMoves?: true }
  /** A takeover run gives the address to the node. */
  | { readonly on: 'takes'; readonly pnn: Pnn; readonly address: string }
  /** One of the nodes no longer takes part in the cluster. */
  | { readonly on: 'leaves'; readonly pnns: readonly Pnn[] }
  /** The node is no longer the leader. */
  | { readonly on: 'leader leaves'; readonly pnn: Pnn }
  /** The daemon of the node is in run state RUNNING. */
  | { readonly on: 'running'; readonly pnn: Pnn }
  /** Something that only a person does, or that happens outside of CTDB. */
  | { readonly on: 'other'; readonly text: string }
  /** The first of these. */
  | { readonly on: 'either'; readonly triggers: readonly Trigger[] }

/** What will be so. */
export type Effect =
  /** CTDB does nothing about it: the finding stays. */
  | { readonly kind: 'stays' }
  /** The kernels of these nodes keep the addresses, whatever becomes of those of other nodes. */
  | { readonly kind: 'kept'; readonly pnns: readonly Pnn[]; readonly addresses: readonly string[] }
  /** Nothing can be said. */
  | { readonly kind: 'unknown'; readonly what: string }
  /** No takeover run is asked for because of it. */
  | { readonly kind: 'no-run' }
  /** The recovery daemon of one of these nodes, or each of them, asks the leader for a takeover run. */
  | { readonly kind: 'run-asked'; readonly by: readonly Pnn[] }
  /**
   * Takeover runs are asked for or repeated again and again, and none of them helps; if they fail, the node is banned in the end, unless `bans`
   * is false: EnableBans is 0.
   */
  | { readonly kind: 'runs-in-vain'; readonly pnn: Pnn; readonly fail: boolean; readonly bans?: boolean }
  /** Each address is in the kernel of one node, its owner; and, besides, of nodes that nobody can tell to release it. */
  | { readonly kind: 'hosted'; readonly addresses: readonly string[]; readonly besides?: readonly Pnn[] }
  /** The kernels of these nodes do not have the addresses, unless the node owns them. */
  | { readonly kind: 'released'; readonly pnns: readonly Pnn[]; readonly addresses: readonly string[] }
  /** These addresses change their owner as listed. */
  | {
      readonly kind: 'moved'
      readonly moves: readonly { readonly address: string; readonly from: Pnn | null; readonly to: Pnn | null }[]
    }
  /** All active nodes name the same owner of the addresses. */
  | { readonly kind: 'owner-known'; readonly addresses: readonly string[] }
  /** All nodes see the same flags of the node; or, if it `mayBeGone`, all take it for disconnected, whatever they believe besides. */
  | { readonly kind: 'flags-agreed'; readonly pnn: Pnn; readonly mayBeGone?: boolean }
  /** The daemon knows the state that the link has in the kernel. */
  | { readonly kind: 'link-known'; readonly pnn: Pnn; readonly interfaceName: string }
  /** The node is healthy. */
  | { readonly kind: 'healthy'; readonly pnn: Pnn }
  /** The node is not banned any more, and takes part in the cluster, unless it is stopped, too. */
  | { readonly kind: 'unbanned'; readonly pnn: Pnn; readonly again: boolean; readonly stopped?: boolean }
  /** The node is connected and in run state RUNNING. */
  | { readonly kind: 'running'; readonly pnn: Pnn }
  /** The nodes have one leader. */
  | { readonly kind: 'leader' }
  /** No node is in recovery mode. */
  | { readonly kind: 'recovered' }
  /** The nodes release all their addresses, but for those that CTDB does not see, unless they leave recovery mode before. */
  | { readonly kind: 'all-released'; readonly pnns: readonly Pnn[]; readonly besides?: readonly string[] }
  /** The nodes' daemons end. */
  | { readonly kind: 'daemon-ends'; readonly pnns: readonly Pnn[] }

/** What the audit cannot see, and a claim depends on. */
export type Condition =
  | 'run succeeds'
  | 'script succeeds'
  | 'script runs'
  | 'network works'
  | 'lock works'
  | 'nothing changes'
  /** The nodes have not released all their addresses since the recovery began: they do that once. */
  | 'not released before'

/** A prediction that can be compared with what happens. */
export type Claim = Effect & {
  readonly after?: Trigger
  /** Within how many seconds, counted from the audit or, if there is one, from what it waits for. */
  readonly withinS?: number
  readonly if?: readonly Condition[]
  /** Why, for the reader: a clause without a full stop. */
  readonly because?: string
}

/** CTDB does nothing. */
export const stays = (because?: string): Claim => ({ kind: 'stays', ...(because !== undefined && { because }) })

/** CTDB does nothing until something happens. */
export const staysUntil = (after: Trigger, because?: string): Claim => ({ ...stays(because), after })

/** CTDB does nothing until the first of these happens; without any, nothing ends it. */
export function staysUntilFirst(triggers: readonly Trigger[], because?: string): Claim {
  const first = firstOf(triggers)
  return first ? staysUntil(first, because) : stays(because)
}

/** The first of these triggers to happen; undefined if there are none. */
export const firstOf = (triggers: readonly Trigger[]): Trigger | undefined =>
  triggers.length > 1 ? { on: 'either', triggers } : triggers[0]

/** Although something is wrong, nobody asks for a takeover run. */
export const NOTHING_TRIGGERS_A_RUN: Claim = { kind: 'no-run' }

/** Names as they are best read next to the subject of a finding. */
interface Words {
  node(pnn: Pnn): string
  nodes(pnns: readonly Pnn[]): string
  its(pnns: readonly Pnn[]): string
  addresses(list: readonly string[]): string
}

/** The sentences of an outlook. The node and the address of the finding are not named again. */
export function outlookText(claims: readonly Claim[], subject: Subject): string {
  const words = wordsFor(subject)
  return claims.map((claim) => `${capital(sentenceOf(claim, words))}.`).join(' ')
}

function wordsFor({ pnn: own, address }: Subject): Words {
  const isOwn = (pnns: readonly Pnn[]) => pnns.length === 1 && pnns[0] === own
  return {
    node: (pnn) => (pnn === own ? 'the node' : `node ${pnn}`),
    nodes: (pnns) => (isOwn(pnns) ? 'the node' : nodesText(pnns)),
    its: (pnns) =>
      isOwn(pnns)
        ? "the node's recovery daemon"
        : `the recovery ${oneOr(pnns.length, 'daemon', 'daemons')} of ${nodesText(pnns)}`,
    addresses: (list) => (list.length === 1 && list[0] === address ? 'the address' : listed(list, 3)),
  }
}

const ownersText = ({ addresses, besides = [] }: Extract<Effect, { readonly kind: 'hosted' }>): string => {
  const owner = oneOr(addresses.length, 'its owner', 'their owners')
  return besides.length === 0 ? `${owner} alone` : `${owner}, but also of ${nodesText(besides)}`
}

const exceptions = (besides: readonly string[] = []): string => (besides.length === 0 ? '' : ` but ${listed(besides, 3)}`)

const capital = (text: string): string => text.slice(0, 1).toUpperCase() + text.slice(1)

function sentenceOf(claim: Claim, words: Words): string {
  const { after, withinS, because } = claim
  const why = because === undefined ? '' : `: ${because}`
  const within = withinS === undefined ? '' : ` within ${withinS} s`
  if (claim.kind === 'stays') return `nothing${after ? ` until ${happens(after, words)}` : ''}${why}`
  if (claim.kind === 'kept') {
    const keeps = `${words.nodes(claim.pnns)} ${oneOr(claim.pnns.length, 'keeps', 'keep')} ${words.addresses(claim.addresses)}`
    return `${keeps}${after ? ` until ${happens(after, words)}` : ''}${why}`
  }
  return `${lead(claim, words)}${bodyOf(claim, words, within)}${conditionsText(claim.if)}${why}`
}

/** What must work comes first, in one clause. */
function conditionsText(conditions: Claim['if'] = []): string {
  const working = WORKING.filter(({ condition }) => conditions.includes(condition)).map(({ what }) => what)
  const works = working.length === 0 ? [] : [`${listed(working)} ${oneOr(working.length, 'works', 'work')}`]
  const others = Object.entries(OTHER_CONDITIONS).flatMap(([name, text]) =>
    conditions.some((each) => each === name) ? [text] : [],
  )
  const clauses = [...works, ...others]
  return clauses.length === 0 ? '' : `, if ${listed(clauses)}`
}

/** What comes before, as the beginning of a sentence. */
function lead({ after }: Claim, words: Words): string {
  if (!after) return ''
  return after.on === 'run' ? 'with the next takeover run, ' : `when ${happens(after, words)}, `
}

const WORKING = [
  { condition: 'network works', what: 'the private network' },
  { condition: 'lock works', what: 'the cluster lock' },
] as const satisfies readonly { readonly condition: Condition; readonly what: string }[]

const OTHER_CONDITIONS: Readonly<Record<Exclude<Condition, (typeof WORKING)[number]['condition']>, string>> = {
  'run succeeds': 'the takeover run succeeds',
  'script succeeds': 'the event succeeds',
  'script runs': 'no script fails before 10.interface',
  'nothing changes': 'nothing else changes before',
  'not released before': 'that has not happened before in this recovery',
}

function happens(trigger: Trigger, words: Words): string {
  switch (trigger.on) {
    case 'run':
      return 'the next takeover run'
    case 'recovery':
      return 'the recovery ends'
    case 'leader':
      return 'there is a leader'
    case 'repair':
      return 'the private network works again'
    case 'answers':
      return `a daemon answers on ${words.node(trigger.pnn)} again`
    case 'start':
      return `ctdbd is started on ${words.node(trigger.pnn)}`
    case 'running':
      return `${words.node(trigger.pnn)} is in run state RUNNING`
    case 'reload':
      return `${words.node(trigger.pnn)} reads its file again: by \`ctdb reloadips\`, or when ctdbd is started`
    case 'connected':
      return `${words.node(trigger.pnn)} is connected again`
    case 'able':
      return `a node can host ${words.addresses(trigger.addresses)}`
    case 'release':
      return `${words.node(trigger.pnn)} releases ${words.addresses(trigger.addresses)}${trigger.orMoves ? `, or moves ${oneOr(trigger.addresses.length, 'it', 'one of them')} to another interface` : ''}`
    case 'takes':
      return `${words.node(trigger.pnn)} takes over ${words.addresses([trigger.address])}`
    case 'leaves':
      return `${oneOr(trigger.pnns.length, words.nodes(trigger.pnns), `one of ${words.nodes(trigger.pnns)}`)} is banned, stopped or disconnected`
    case 'leader leaves':
      return `${words.node(trigger.pnn)} is no longer the leader`
    case 'other':
      return trigger.text
    case 'either':
      return trigger.triggers.map((each) => happens(each, words)).join(', or ')
  }
}

const banEnds = ({ pnn, stopped }: Extract<Effect, { readonly kind: 'unbanned' }>, words: Words, within: string): string =>
  stopped ? `the ban ends${within}, and ${words.node(pnn)} stays stopped` : `the ban ends and ${words.node(pnn)} rejoins${within}`

function bodyOf(claim: Exclude<Claim, { readonly kind: 'stays' | 'kept' }>, words: Words, within: string): string {
  switch (claim.kind) {
    case 'unknown':
      return `${claim.what} is not known`
    case 'no-run':
      return `nothing triggers a takeover run because of this${within}`
    case 'run-asked':
      return `${words.its(claim.by)} ${oneOr(claim.by.length, 'asks', 'ask')} the leader for a takeover run${within}`
    case 'runs-in-vain':
      if (claim.fail && claim.bans === false)
        return `${words.its([claim.pnn])} asks for takeover runs, which fail again and again${within}`
      return claim.fail
        ? `${words.its([claim.pnn])} asks for takeover runs, which fail, and after a few of them ${words.node(claim.pnn)} is banned${within}`
        : 'takeover runs are made again and again, and none of them helps'
    case 'hosted':
      return `${words.addresses(claim.addresses)} ${oneOr(claim.addresses.length, 'is', 'are')} in the kernel of ${ownersText(claim)}${within}`
    case 'released':
      return `${words.nodes(claim.pnns)} ${oneOr(claim.pnns.length, 'releases', 'release')} ${words.addresses(claim.addresses)}${within}`
    case 'moved':
      return `${counted(claim.moves.length, 'address moves', 'addresses move')}${within}`
    case 'owner-known':
      return `every connected node is told the owner of ${words.addresses(claim.addresses)}${within}`
    case 'flags-agreed':
      return `the leader tells all nodes the flags that ${words.node(claim.pnn)} has for itself${claim.mayBeGone ? ', or all nodes take it for disconnected,' : ''}${within}`
    case 'link-known':
      return `the next monitor event corrects it${within}`
    case 'healthy':
      return `${words.node(claim.pnn)} is healthy again${within}`
    case 'unbanned':
      return `${banEnds(claim, words, within)}${claim.again ? '; it is banned again if the cause is still there' : ''}`
    case 'running':
      return `${words.node(claim.pnn)} rejoins after a recovery${within}`
    case 'leader':
      return `the nodes elect a leader${within}`
    case 'recovered':
      return `the recovery ends${within}`
    case 'all-released':
      return `${words.nodes(claim.pnns)} ${oneOr(claim.pnns.length, 'releases', 'release')} all addresses${exceptions(claim.besides)}${within}, unless recovery mode ends before`
    case 'daemon-ends':
      return `${oneOr(claim.pnns.length, 'the ctdbd', 'each ctdbd')} of ${words.nodes(claim.pnns)} ends${within}`
  }
}
