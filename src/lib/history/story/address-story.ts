import { NODE_FLAG, type Pnn } from '../../cluster/node.ts'
import type { ReadValues } from '../../log/messages.ts'
import type { NewEntry } from '../../watch/timeline-writer.ts'
import { lostText, missedCause, missingText, movedText, releasedText, reloadCause, takenText } from '../../watch/words.ts'
import type { EntryDetails, HistoryWriter, NodeEvent } from './entry.ts'
import { isUnfitStory, type NodeChange, type NodeStory } from './node-story.ts'
import type { Outcomes } from './outcomes.ts'
import type { RunStory } from './run-story.ts'

/** Who owns an address at some time of the story. */
interface AddressStory {
  readonly address: string
  /** Undefined if the log does not say; null for nobody. */
  owner: Pnn | null | undefined
  /** The last that owned it; undefined if none is known. */
  last: Pnn | undefined
  /** Nodes that took it and have not released it: two if the cluster is split. */
  readonly claims: Set<Pnn>
  /** When the last owner ceased to own it. */
  left:
    | {
        readonly atMs: number
        readonly cause: string | undefined
        readonly by: NodeEvent
        readonly notAfterMs: number | undefined
      }
    | undefined
}

interface Tools {
  readonly writer: HistoryWriter
  readonly nodes: ReadonlyMap<Pnn, NodeStory>
  readonly outcomes: Outcomes
  readonly runs: RunStory
  readonly events: readonly NodeEvent[]
  /** Whether we have the logs of all nodes that the lines name. */
  readonly isComplete: boolean
}

/** What CTDB calls the interface of an address that is on none. */
const NO_INTERFACE = '__none__'
/** What a node lost when it dropped all addresses is taken by others within this time. */
const TAKE_LIMIT_MS = 15_000

/** Tells which node owns each address, from the lines of the nodes that take and release them. */
export class Addresses {
  private readonly tools: Tools
  private readonly stories = new Map<string, AddressStory>()

  constructor(tools: Tools) {
    this.tools = tools
  }

  /** A node takes an address. */
  taken(by: NodeEvent, ip: string): void {
    const { pnn } = by
    const story = this.of(ip)
    const node = this.node(pnn)
    const { isFailed, notAfterMs } = this.tools.outcomes.of(by)
    if (isFailed) {
      this.add(by, { what: 'failed', text: `node ${pnn} could not take ${ip}`, tone: 'error', pnns: [pnn], addresses: [ip] })
      return
    }
    if (story.owner === undefined) this.accountFor(story, by)
    const found = node?.missing.get(ip)
    node?.missing.delete(ip)
    node?.stray.delete(ip)
    const { owner, last, left } = story
    this.claim(story, pnn)
    story.left = undefined
    const lines = [...(found ? [found] : []), ...(left && owner !== pnn ? [left.by] : [])]
    const entry = this.takenEntry({ ip, owner, last, left }, by, { found, notAfterMs })
    this.add(by, { tone: 'good', addresses: [ip], to: pnn, ...entry }, { notAfterMs, lines })
  }

  /** @param was who had the address before. */
  private takenEntry(
    was: Pick<AddressStory, 'owner' | 'last' | 'left'> & { readonly ip: string },
    by: NodeEvent,
    { found, notAfterMs }: { readonly found: NodeEvent | undefined; readonly notAfterMs: number | undefined },
  ): Pick<NewEntry, 'what' | 'text' | 'pnns' | 'from' | 'cause' | 'awayMs'> {
    const { ip, owner, last, left } = was
    const { atMs, pnn } = by
    if (owner === pnn || (found && owner === undefined)) {
      const cause = found && missedCause(pnn, this.tools.runs.isInProgress(atMs))
      const away = found ? { awayMs: atMs - found.atMs } : {}
      return { what: 'taken', text: takenText(ip, pnn, true), pnns: [pnn], from: pnn, ...causeOf(cause), ...away }
    }
    if (last === undefined || last === pnn) {
      const cause = this.improvement(pnn, ip, atMs)?.text
      const away = last === pnn ? this.away(left, by, notAfterMs) : {}
      return { what: 'taken', text: takenText(ip, pnn, last === pnn), pnns: [pnn], from: null, ...causeOf(cause), ...away }
    }
    const cause = this.whyMoved(was, last, by)
    const away = owner === null ? this.away(left, by, notAfterMs) : {}
    return { what: 'moved', text: movedText(ip, last, pnn), pnns: [last, pnn], from: last, ...causeOf(cause), ...away }
  }

  /** A node releases an address. @param to for whom; -1 for nobody. */
  released(by: NodeEvent, ip: string, iface: string): void {
    const { pnn, atMs } = by
    const { isFailed, notAfterMs } = this.tools.outcomes.of(by)
    const story = this.of(ip)
    if (isFailed) {
      this.add(by, { what: 'failed', text: `node ${pnn} could not release ${ip}`, tone: 'error', pnns: [pnn], addresses: [ip] })
      return
    }
    const isStray = this.node(pnn)?.stray.delete(ip) === true || iface === NO_INTERFACE
    if (isStray && story.owner === undefined) {
      this.add(
        by,
        { what: 'released', text: releasedText(ip, pnn, null), tone: 'plain', pnns: [pnn], addresses: [ip] },
        { notAfterMs },
      )
      return
    }
    const isOther = story.owner !== undefined && story.owner !== null && story.owner !== pnn
    const cause = isOther ? undefined : this.whyLeft(pnn, ip, iface, atMs)
    this.leave(by, story, cause, notAfterMs)
  }

  /** A node has no interface for an address any more. Unless it said before that it releases it, it has done so now. */
  unassigned(by: NodeEvent, ip: string): void {
    const story = this.of(ip)
    const node = this.node(by.pnn)
    const isOwner = story.claims.has(by.pnn) || (story.owner === undefined && story.last === undefined)
    if (!isOwner || this.tools.outcomes.of(by).isFailed) return
    if (node?.unaccounted)
      node.unaccounted = node.unaccounted.count > 1 ? { ...node.unaccounted, count: node.unaccounted.count - 1 } : undefined
    const cause = this.whyDropped(node, by.atMs)
    if (node?.releasing.delete(ip)) {
      this.leave(by, story, cause, by.atMs)
      return
    }
    this.giveUp(by, story, cause)
  }

  /** A node ceases to own an address without a word that it releases it: its kernel may have lost it before. */
  private giveUp(by: NodeEvent, story: AddressStory, cause: string | undefined): void {
    const { atMs, pnn } = by
    const { address } = story
    story.claims.delete(pnn)
    if (story.owner !== undefined && story.owner !== pnn) return
    const text = `node ${pnn} does not own ${address} any more, and no other node does`
    const entry = { what: 'released', text, tone: 'plain', pnns: [pnn], addresses: [address], from: pnn, to: null } as const
    this.add(by, { ...entry, ...causeOf(cause) })
    story.owner = null
    story.last = pnn
    story.left = { atMs, cause, by, notAfterMs: undefined }
  }

  private whyDropped(node: NodeStory | undefined, atMs: number): string | undefined {
    return node && isUnfitStory(node) && !this.isCutOff(node.pnn) && node.worse && node.worse.atMs <= atMs
      ? node.worse.text
      : undefined
  }

  isDrop(by: NodeEvent): boolean {
    return this.tools.outcomes.of(by).isDrop === true
  }

  /** What was released without the log saying which addresses these were. */
  end(): void {
    const { writer, nodes } = this.tools
    for (const { pnn, unaccounted } of nodes.values()) if (unaccounted) this.reportUnaccounted(pnn, unaccounted)
    writer.current = undefined
  }

  private reportUnaccounted(pnn: Pnn, { count, by, notAfterMs }: NonNullable<NodeStory['unaccounted']>): void {
    this.tools.writer.current = by
    const what = count === 1 ? 'an address that the log does not name' : `${count} addresses that the log does not name`
    const text = `node ${pnn} released ${what}`
    this.add(by, { what: 'released', text, tone: 'plain', pnns: [pnn], addresses: [] }, { notAfterMs })
  }

  /** A node releases all its addresses. */
  dropped(by: NodeEvent): void {
    const { pnn, atMs } = by
    const { count, notAfterMs } = this.tools.outcomes.of(by)
    const node = this.node(pnn)
    const isHeld = ({ claims, address }: AddressStory) => claims.has(pnn) || isRecentStray(node, address, atMs)
    const held = [...this.stories.values()].filter(isHeld)
    const cause = this.whyDropped(node, atMs)
    // A kernel that had lost some of them has fewer to release, and the log does not say which.
    const isExact = count === undefined || count >= held.length
    for (const story of held) {
      if (isExact) this.leave(by, story, cause, notAfterMs)
      else this.giveUp(by, story, cause)
    }
    const unaccounted = (count ?? 0) - held.length
    if (!node || unaccounted <= 0) return
    if (node.unaccounted) this.reportUnaccounted(pnn, node.unaccounted)
    this.tools.writer.current = by
    node.unaccounted = { count: unaccounted, by, notAfterMs: notAfterMs ?? atMs }
  }

  /** A node's kernel lacks an address that it owns. */
  missing(by: NodeEvent, ip: string): void {
    const node = this.node(by.pnn)
    if (!node || node.missing.has(ip)) return
    node.missing.set(ip, by)
    const story = this.of(ip)
    if (story.owner === undefined) this.claim(story, by.pnn)
    const text = missingText(ip, by.pnn)
    this.add(by, { kind: 'kernel', what: 'missing', text, tone: 'error', pnns: [by.pnn], addresses: [ip] })
  }

  /** A node's kernel has an address that it does not own. */
  stray(by: NodeEvent, ip: string): void {
    const node = this.node(by.pnn)
    if (!node) return
    if (!node.stray.has(ip)) {
      const text = `${ip} is in the kernel of node ${by.pnn}, which does not own it`
      this.add(by, { kind: 'kernel', what: 'stray', text, tone: 'error', pnns: [by.pnn], addresses: [ip] })
    }
    node.stray.set(ip, by.atMs)
  }

  /** A node that has it all the time says so. */
  held(by: NodeEvent, ip: string): void {
    const story = this.of(ip)
    if (story.owner === undefined) this.claim(story, by.pnn)
  }

  /** A node that is connected has released what another one takes; one that is cut off may have it still. */
  private claim(story: AddressStory, pnn: Pnn): void {
    for (const other of story.claims) if (!this.isCutOff(other)) story.claims.delete(other)
    story.claims.add(pnn)
    story.owner = pnn
    story.last = pnn
  }

  private isCutOff(pnn: Pnn): boolean {
    return ((this.node(pnn)?.flags ?? 0) & NODE_FLAG.DISCONNECTED) !== 0
  }

  /** A node's daemon is gone, and owns nothing any more. */
  gone(by: NodeEvent, pnn: Pnn): void {
    for (const story of this.stories.values()) {
      story.claims.delete(pnn)
      if (story.owner !== pnn) continue
      story.owner = null
      story.left = { atMs: by.atMs, cause: undefined, by, notAfterMs: undefined }
      const entry = { what: 'lost', text: lostText(story.address, pnn), tone: 'error', pnns: [pnn] } as const
      this.add(by, { ...entry, addresses: [story.address], from: pnn, to: null })
    }
  }

  /** An address moves to another interface of its node. */
  moveInterface(by: NodeEvent, { ip = '', from = NO_INTERFACE, to = '' }: ReadValues<'update'>): void {
    if (from === NO_INTERFACE) return
    const { pnn } = by
    const text = `${ip} moved from interface ${from} to ${to} on node ${pnn}`
    const link = this.node(pnn)?.linksDown.get(from)
    this.add(by, {
      what: 'interface',
      text,
      tone: 'plain',
      pnns: [pnn],
      addresses: [ip],
      from: pnn,
      to: pnn,
      ...causeOf(link?.text),
    })
  }

  private leave(by: NodeEvent, story: AddressStory, cause: string | undefined, notAfterMs: number | undefined): void {
    const { pnn, atMs } = by
    const { owner, address } = story
    const isOther = owner !== undefined && owner !== null && owner !== pnn
    const text = releasedText(address, pnn, isOther ? owner : null)
    const from = owner === undefined ? pnn : owner
    const to = isOther ? owner : null
    this.add(
      by,
      { what: 'released', text, tone: 'plain', pnns: [pnn], addresses: [address], from, to, ...causeOf(cause) },
      { notAfterMs },
    )
    story.claims.delete(pnn)
    this.node(pnn)?.stray.delete(address)
    if (isOther) return
    story.owner = null
    story.last = pnn
    story.left = { atMs, cause, by, notAfterMs }
  }

  /**
   * An address of which nothing was known comes to a node. If another node has just released exactly as many addresses more than it was known
   * to have as now come to others, it was one of them.
   */
  private accountFor(story: AddressStory, by: NodeEvent): void {
    const { isComplete, nodes } = this.tools
    const losers = [...nodes.values()].filter(({ unaccounted }) => unaccounted && by.atMs - unaccounted.by.atMs < TAKE_LIMIT_MS)
    const [loser] = losers
    const lost = loser?.unaccounted
    // Only in the first run after that it is certain why an address comes to a node.
    const isFirstRun = lost !== undefined && this.tools.runs.freshSinceMs < lost.by.atMs
    if (!isComplete || !lost || !isFirstRun || losers.length > 1) return
    const coming = this.comingUnknown(lost.by)
    // Anything else that is wrong could have brought addresses to nobody too.
    const isOnlyTrouble = [...nodes.values()].every((node) => node === loser || !isUnfitStory(node))
    if (!isOnlyTrouble || loser.pnn === by.pnn || coming.size !== lost.count || !coming.has(story.address)) return
    const { writer } = this.tools
    writer.current = lost.by
    for (const address of coming) this.leave(lost.by, this.of(address), loser.worse?.text, lost.notAfterMs)
    writer.current = by
    loser.unaccounted = undefined
  }

  /** Addresses of which nothing was known until a node took them, soon after a moment. */
  private comingUnknown({ atMs }: NodeEvent): ReadonlySet<string> {
    const found = new Set<string>()
    // An address that another node has released after that was not among those of this one.
    const others = new Set<string>()
    for (const { atMs: laterMs, event } of this.tools.events) {
      const { read } = event
      if (laterMs < atMs || laterMs > atMs + TAKE_LIMIT_MS || (read.name !== 'takeover' && read.name !== 'release')) continue
      const ip = read.values.ip ?? ''
      if (read.name === 'release') others.add(ip)
      else if (!others.has(ip) && this.of(ip).owner === undefined) found.add(ip)
    }
    return found
  }

  private whyLeft(pnn: Pnn, ip: string, iface: string, atMs: number): string | undefined {
    const node = this.node(pnn)
    if (!node) return undefined
    const forgot = node.forgot.get(ip)
    if (forgot && forgot.atMs <= atMs) return reloadCause(pnn, false)
    // Of a node that is cut off, the others' view says nothing of what it does itself.
    const obstacle = this.isCutOff(pnn) ? undefined : this.obstacle(node, iface, atMs)
    if (obstacle !== undefined) return obstacle
    const isByHand = node.pausedBy !== undefined && !this.tools.runs.isInProgress(atMs)
    return isByHand ? 'a tool moved it, as ctdb moveip does' : undefined
  }

  /** What makes a node give its addresses away, if no run has taken it into account before. */
  private obstacle(node: NodeStory, iface: string | undefined, atMs: number): string | undefined {
    const isNew = (change: NodeChange | undefined) =>
      change !== undefined && change.atMs >= this.tools.runs.freshSinceMs && change.atMs <= atMs
    if (isUnfitStory(node) && isNew(node.worse)) return node.worse?.text
    const link = iface === undefined ? undefined : node.linksDown.get(iface)
    return link && isNew(link) ? link.text : undefined
  }

  private whyMoved(
    { ip, left }: Pick<AddressStory, 'left'> & { readonly ip: string },
    from: Pnn,
    by: NodeEvent,
  ): string | undefined {
    if (left?.cause !== undefined) return left.cause
    const node = this.node(from)
    // A node that is gone has released nothing.
    const obstacle = node && !left ? this.obstacle(node, undefined, by.atMs) : undefined
    const gone = node && left && node.worse && node.isEnded && isUnfitStory(node) ? node.worse.text : undefined
    if (obstacle ?? gone) return obstacle ?? gone
    const better = this.improvement(by.pnn, ip, by.atMs)
    return better && (better.isBack ? `failback: ${better.text}` : better.text)
  }

  /** What lets a node host an address that it could not host before. */
  private improvement(pnn: Pnn, ip: string, atMs: number): { readonly text: string; readonly isBack: boolean } | undefined {
    const node = this.node(pnn)
    if (!node) return undefined
    const isNew = (change: NodeChange | undefined) =>
      change !== undefined && change.atMs >= this.tools.runs.freshSinceMs && change.atMs <= atMs
    if (node.better && isNew(node.better)) return { text: node.better.text, isBack: / became /.test(node.better.text) }
    return isNew(node.learnt.get(ip)) ? { text: reloadCause(pnn, true), isBack: false } : undefined
  }

  /** How long an address was on no node, with what its scripts may have taken. */
  private away(
    left: AddressStory['left'],
    by: NodeEvent,
    notAfterMs: number | undefined,
  ): Pick<NewEntry, 'awayMs' | 'awayAtLeastMs' | 'awayAtMostMs'> {
    if (!left) return {}
    const awayMs = Math.max(0, by.atMs - left.atMs)
    if (notAfterMs === undefined || left.notAfterMs === undefined) return { awayMs }
    const slackMs = left.by.pnn === by.pnn ? 0 : (left.by.uncertaintyMs ?? 0) + (by.uncertaintyMs ?? 0)
    const awayAtLeastMs = Math.max(0, by.atMs - left.notAfterMs - slackMs)
    return { awayMs, awayAtLeastMs, awayAtMostMs: Math.max(awayMs, notAfterMs - left.atMs + slackMs) }
  }

  private of(address: string): AddressStory {
    const story = this.stories.get(address) ?? {
      address,
      owner: undefined,
      last: undefined,
      claims: new Set<Pnn>(),
      left: undefined,
    }
    this.stories.set(address, story)
    return story
  }

  private node(pnn: Pnn): NodeStory | undefined {
    return this.tools.nodes.get(pnn)
  }

  private add({ atMs }: NodeEvent, entry: Omit<NewEntry, 'kind'> & { readonly kind?: 'kernel' }, more?: EntryDetails): void {
    this.tools.writer.add(atMs, { kind: 'address', ...entry }, more)
  }
}

/** A kernel that has an address by mistake is reported about every second. */
const STRAY_MS = 20_000

const isRecentStray = (node: NodeStory | undefined, address: string, atMs: number): boolean =>
  atMs - (node?.stray.get(address) ?? Number.NEGATIVE_INFINITY) < STRAY_MS

const causeOf = (cause: string | undefined): { cause?: string } => (cause === undefined ? {} : { cause })
