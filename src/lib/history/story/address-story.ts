import { NODE_FLAG, type Pnn } from '../../cluster/node.ts'
import type { ReadValues } from '../../log/messages.ts'
import type { NewEntry } from '../../watch/timeline-writer.ts'
import { lostText, missedCause, missingText, movedText, releasedText, reloadCause, takenText } from '../../watch/words.ts'
import { type AddressStory, beginAddressStory, forgetOwner, isUnknown } from './address.ts'
import { dropOf } from './drop.ts'
import type { EntryDetails, HistoryWriter, NodeEvent } from './entry.ts'
import { isUnfitStory, type NodeChange, type NodeStory } from './node-story.ts'
import type { Outcomes } from './outcomes.ts'
import type { RunStory } from './run-story.ts'

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
/** Said of what has begun, if the log ends before it does. */
const UNCOMPLETED = '; the log does not show that this was completed'
/** What a node lost when it dropped all addresses is taken by others within this time. */
const TAKE_LIMIT_MS = 15_000
/** All nodes are asked at once to take the addresses of a run. */
const BURST_MS = 1_000

/** Tells which node owns each address, from the lines of the nodes that take and release them. */
export class Addresses {
  private readonly tools: Tools
  private readonly stories = new Map<string, AddressStory>()

  constructor(tools: Tools) {
    this.tools = tools
  }

  /** A node takes an address. */
  taken(by: NodeEvent, ip: string): void {
    const { pnn, atMs } = by
    const story = this.of(ip)
    const node = this.node(pnn)
    const { isFailed, notAfterMs } = this.tools.outcomes.of(by)
    if (isFailed) {
      this.add(by, { what: 'failed', text: `node ${pnn} could not take ${ip}`, tone: 'error', pnns: [pnn], addresses: [ip] })
      return
    }
    if (isUnknown(story)) this.accountFor(story, by)
    const found = node?.missing.get(ip)
    node?.missing.delete(ip)
    node?.stray.delete(ip)
    const { owner, last, left } = story
    this.claim(story, pnn)
    story.left = undefined
    story.takingUntilMs = notAfterMs ?? Number.POSITIVE_INFINITY
    const lines = [...(found ? [found] : []), ...(left && owner !== pnn ? [left.by] : [])]
    const entry = this.takenEntry({ ip, owner, last, left }, by, { found, notAfterMs })
    // What it takes while it releases all, it may release too.
    const isReleasing = node !== undefined && atMs <= node.droppingUntilMs
    const text = `${entry.text}${isReleasing ? UNCOMPLETED : this.doubt(notAfterMs)}`
    this.add(by, { tone: 'good', addresses: [ip], to: pnn, ...entry, text }, { notAfterMs, lines })
    if (isReleasing) forgetOwner(story, pnn)
  }

  /** CTDB logs the beginning, and no later line of any node shows that it has come to its end. */
  private doubt(notAfterMs: number | undefined): string {
    return notAfterMs === undefined && this.tools.isComplete ? UNCOMPLETED : ''
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
    const isOwner = story.claims.has(by.pnn) || isUnknown(story)
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
  private giveUp(by: NodeEvent, story: AddressStory, cause: string | undefined, notAfterMs?: number): void {
    const { atMs, pnn } = by
    const { address } = story
    story.claims.delete(pnn)
    if (story.owner !== undefined && story.owner !== pnn) return
    const text = `node ${pnn} does not own ${address} any more, and no other node does`
    const entry = { what: 'released', text, tone: 'plain', pnns: [pnn], addresses: [address], from: pnn, to: null } as const
    // What its kernel lacked before has nothing to do with that.
    const wasMissing = this.node(pnn)?.missing.delete(address) === true
    this.add(by, { ...entry, ...causeOf(wasMissing ? undefined : cause) }, { notAfterMs })
    story.owner = null
    story.last = pnn
    story.left = { atMs, cause, by, notAfterMs }
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
    const outcome = this.tools.outcomes.of(by)
    const { notAfterMs } = outcome
    const node = this.node(pnn)
    for (const address of outcome.strays ?? []) this.of(address)
    const drop = dropOf([...this.stories.values()], { pnn, atMs, node, outcome })
    const isTooLong = by.event.read.name === 'dropAllTimeout'
    const cause = isTooLong ? `node ${pnn} was in recovery mode for too long` : this.whyDropped(node, atMs)
    for (const story of drop.unclear) forgetOwner(story, pnn)
    for (const story of drop.released) this.leave(by, story, cause, notAfterMs)
    for (const story of drop.givenUp) this.giveUp(by, story, cause, notAfterMs)
    if (!node) return
    node.missing.clear()
    node.droppingUntilMs = notAfterMs ?? atMs
    if (drop.unnamed <= 0) return
    const unnamed = { count: drop.unnamed, by, notAfterMs: notAfterMs ?? atMs, cause }
    if (!drop.isExact) this.reportUnaccounted(pnn, unnamed)
    if (node.unaccounted) this.reportUnaccounted(pnn, node.unaccounted)
    this.tools.writer.current = by
    node.unaccounted = drop.isExact ? unnamed : undefined
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

  /** A node that has it all the time says so. Where two had it, the other one may have released it before. */
  held(by: NodeEvent, ip: string): void {
    const story = this.of(ip)
    const { owner, left } = story
    const { pnn } = by
    const isLeaving = left?.by.pnn === pnn && (left.notAfterMs ?? Number.POSITIVE_INFINITY) >= by.atMs
    if (isLeaving || (owner !== undefined && owner !== null)) return
    this.claim(story, pnn)
    if (owner === undefined) return
    story.left = undefined
    const text = `node ${pnn} owns ${ip}, which it had not released`
    this.add(by, { what: 'kept', text, tone: 'plain', pnns: [pnn], addresses: [ip], from: null, to: pnn })
  }

  /** A node that is connected has released what another one takes; the nodes from which one is cut off may have it still. */
  private claim(story: AddressStory, pnn: Pnn): void {
    for (const other of story.claims) if (!this.areApart(pnn, other)) story.claims.delete(other)
    story.claims.add(pnn)
    story.owner = pnn
    story.last = pnn
  }

  private isCutOff(pnn: Pnn): boolean {
    return ((this.node(pnn)?.flags ?? 0) & NODE_FLAG.DISCONNECTED) !== 0
  }

  private areApart(one: Pnn, other: Pnn): boolean {
    const lost = [one, other].map((pnn) => this.node(pnn)?.lostBy)
    return this.isCutOff(one) || this.isCutOff(other) || lost[0]?.has(other) === true || lost[1]?.has(one) === true
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
    const to = isOther ? owner : null
    this.add(
      by,
      {
        what: 'released',
        text: `${text}${this.doubt(notAfterMs)}`,
        tone: 'plain',
        pnns: [pnn],
        addresses: [address],
        from: owner ?? pnn,
        to,
        ...causeOf(cause),
      },
      { notAfterMs },
    )
    story.claims.delete(pnn)
    this.node(pnn)?.stray.delete(address)
    this.node(pnn)?.missing.delete(address)
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
    const coming = this.comingUnknown(lost.by, by.atMs + BURST_MS)
    // Anything else that is wrong could have brought addresses to nobody too.
    const isFine = (node: NodeStory) => !isUnfitStory(node) && !node.isEnded && node.lostBy.size === 0
    const isOnlyTrouble = [...nodes.values()].every((node) => node === loser || isFine(node))
    if (!isOnlyTrouble || loser.pnn === by.pnn || coming.size !== lost.count || !coming.has(story.address)) return
    const { writer } = this.tools
    writer.current = lost.by
    for (const address of coming) this.leave(lost.by, this.of(address), lost.cause, lost.notAfterMs)
    writer.current = by
    loser.unaccounted = undefined
  }

  /** Addresses of which nothing was known until a node took them, soon after a moment. */
  private comingUnknown({ atMs }: NodeEvent, untilMs: number): ReadonlySet<string> {
    const found = new Set<string>()
    // An address that another node has released after that, or has lacked, was not among those of this one.
    const others = new Set<string>()
    for (const { atMs: laterMs, event } of this.tools.events) {
      const { read } = event
      if (laterMs < atMs || laterMs > untilMs) continue
      if (read.name !== 'takeover' && read.name !== 'release' && read.name !== 'missing') continue
      const ip = read.values.ip ?? ''
      if (read.name !== 'takeover') others.add(ip)
      else if (!others.has(ip) && isUnknown(this.of(ip))) found.add(ip)
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
    // A node that is gone has released nothing. One that is cut off does not learn what becomes of the others.
    const obstacle = node && !left && !this.isCutOff(by.pnn) ? this.obstacle(node, undefined, by.atMs) : undefined
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
    const story = this.stories.get(address) ?? beginAddressStory(address)
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

const causeOf = (cause: string | undefined): { cause?: string } => (cause === undefined ? {} : { cause })
