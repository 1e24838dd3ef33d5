import type { Pnn } from '../../cluster/node.ts'
import type { ReadValues } from '../../log/messages.ts'
import type { NewEntry } from '../../watch/timeline-writer.ts'
import { lostText, missedCause, missingMovedCause, missingText, movedText, releasedText, takenText } from '../../watch/words.ts'
import { type AddressStory, forgetFailed, forgetOwner, isUnknown } from './address.ts'
import { AddressBook, type AddressTools, UNCOMPLETED } from './address-book.ts'
import { awayTimes, causeOf } from './address-causes.ts'
import { AddressDrops } from './address-drops.ts'
import type { NodeEvent } from './entry.ts'

/** What CTDB calls the interface of an address that is on none. */
const NO_INTERFACE = '__none__'

/** What is known of an address that a node takes. */
interface TakenDetails {
  /** The line that says that the kernel of this node lacked it, or that of the former owner. */
  readonly found: NodeEvent | undefined
  readonly foundAtOwner: NodeEvent | undefined
  readonly notAfterMs: number | undefined
}

/** Tells which node owns each address, from the lines of the nodes that take and release them. */
export class Addresses {
  private readonly book: AddressBook
  readonly drops: AddressDrops

  constructor(tools: AddressTools) {
    this.book = new AddressBook(tools)
    this.drops = new AddressDrops(this.book)
  }

  /** A node takes an address. */
  taken(by: NodeEvent, ip: string): void {
    const { pnn, atMs } = by
    const story = this.book.of(ip)
    const node = this.book.node(pnn)
    const { isFailed, notAfterMs } = this.book.tools.outcomes.of(by)
    if (isFailed) {
      const text = `node ${pnn} could not take ${ip}`
      // Of the scripts that fail, one may have added it, and the daemons believe then that the node owns it.
      const leavesOwnerUnknown = story.owner === null
      if (leavesOwnerUnknown) {
        story.owner = undefined
        story.failedBy = pnn
      }
      this.book.add(by, { what: 'failed', text, tone: 'error', pnns: [pnn], addresses: [ip] }, { leavesOwnerUnknown })
      return
    }
    forgetFailed(story, pnn)
    if (isUnknown(story)) this.drops.accountFor(story, by)
    const found = node?.missing.get(ip)
    node?.missing.delete(ip)
    node?.stray.delete(ip)
    const { owner, last, left } = story
    this.book.claim(story, pnn)
    story.takingUntilMs = notAfterMs ?? Number.POSITIVE_INFINITY
    const atOwner = last === undefined ? undefined : this.book.node(last)?.missing
    const foundAtOwner = owner === last ? atOwner?.get(ip) : undefined
    atOwner?.delete(ip)
    const reasons = [found, foundAtOwner, owner === pnn ? undefined : left?.by].filter((each) => each !== undefined)
    const entry = this.takenEntry({ ip, owner, last, left }, by, { found, foundAtOwner, notAfterMs })
    // What it takes while it releases all, it may release too.
    const isReleasing = node !== undefined && atMs <= node.droppingUntilMs
    const text = `${entry.text}${isReleasing ? UNCOMPLETED : this.book.doubt(notAfterMs)}`
    this.book.add(
      by,
      { tone: 'good', addresses: [ip], to: pnn, ...entry, text },
      { notAfterMs, lines: reasons, leavesOwnerUnknown: isReleasing },
    )
    if (isReleasing) forgetOwner(story, pnn)
  }

  /** @param was who had the address before. */
  private takenEntry(
    was: Pick<AddressStory, 'owner' | 'last' | 'left'> & { readonly ip: string },
    by: NodeEvent,
    { found, foundAtOwner, notAfterMs }: TakenDetails,
  ): Pick<NewEntry, 'what' | 'text' | 'pnns' | 'from' | 'cause' | 'awayMs'> {
    const { ip, owner, last, left } = was
    const { atMs, pnn } = by
    if (owner === pnn || (found && owner === undefined)) {
      const cause = found && missedCause(pnn, this.book.tools.runs.isInProgress(atMs))
      const away = found ? { awayMs: atMs - found.atMs } : {}
      return { what: 'taken', text: takenText(ip, pnn, true), pnns: [pnn], from: pnn, ...causeOf(cause), ...away }
    }
    if (last === undefined || last === pnn) {
      const cause = this.book.causes.improvement(pnn, ip, atMs)?.text
      const away = last === pnn ? awayTimes(left, by, notAfterMs) : {}
      return { what: 'taken', text: takenText(ip, pnn, last === pnn), pnns: [pnn], from: null, ...causeOf(cause), ...away }
    }
    const wasMissing = foundAtOwner && this.book.tools.runs.isInProgress(atMs) ? missingMovedCause(last) : undefined
    const cause = this.book.causes.whyMoved(was, last, by) ?? wasMissing
    const away = owner === null ? awayTimes(left, by, notAfterMs) : {}
    return { what: 'moved', text: movedText(ip, last, pnn), pnns: [last, pnn], from: last, ...causeOf(cause), ...away }
  }

  /** A node releases an address. @param target for whom; -1 for nobody. */
  released(by: NodeEvent, { ip = '', iface = '', pnn: target = -1 }: ReadValues<'release'>): void {
    const { pnn } = by
    const { outcomes } = this.book.tools
    const { isFailed, notAfterMs } = outcomes.of(by)
    const story = this.book.of(ip)
    const node = this.book.node(pnn)
    if (isFailed) {
      this.book.add(by, {
        what: 'failed',
        text: `node ${pnn} could not release ${ip}`,
        tone: 'error',
        pnns: [pnn],
        addresses: [ip],
      })
      return
    }
    if (this.drops.isReported(by, story)) return
    if (node && by.atMs <= node.droppingUntilMs) this.drops.named(node)
    const isStray = node?.stray.delete(ip) === true || iface === NO_INTERFACE
    if (isStray && story.owner === undefined) {
      this.book.add(
        by,
        { what: 'released', text: releasedText(ip, pnn, null), tone: 'plain', pnns: [pnn], addresses: [ip] },
        { notAfterMs },
      )
      return
    }
    // A node that was cut off, and does not take it now, had it all the time.
    if (story.owner === pnn && target !== pnn && story.claims.has(target) && !outcomes.isTaken(by)) {
      story.owner = target
      story.last = target
    }
    const isOther = story.owner !== undefined && story.owner !== null && story.owner !== pnn
    const cause = isOther ? undefined : this.book.causes.whyLeft(by, ip, iface)
    this.book.leave(by, story, cause, notAfterMs)
  }

  /** A node has no interface for an address any more. Unless it said before that it releases it, it has done so now. */
  unassigned(by: NodeEvent, ip: string): void {
    const story = this.book.of(ip)
    const node = this.book.node(by.pnn)
    const isOwner = story.claims.has(by.pnn) || isUnknown(story)
    if (!isOwner || this.book.tools.outcomes.of(by).isFailed) return
    this.drops.named(node)
    const cause = this.book.causes.whyDropped(node, by.atMs)
    if (node?.releasing.delete(ip)) {
      this.book.leave(by, story, cause, by.atMs)
      return
    }
    this.book.giveUp(by, story, cause)
  }

  /** Whether a line says that a node drops all its addresses. */
  isDrop(by: NodeEvent): boolean {
    return this.book.tools.outcomes.of(by).isDrop === true
  }

  /** A node's kernel lacks an address that it owns. */
  missing(by: NodeEvent, ip: string): void {
    const node = this.book.node(by.pnn)
    if (!node || node.missing.has(ip)) return
    node.missing.set(ip, by)
    const story = this.book.of(ip)
    if (story.owner === undefined) this.book.claim(story, by.pnn)
    const text = missingText(ip, by.pnn)
    this.book.add(by, { kind: 'kernel', what: 'missing', text, tone: 'error', pnns: [by.pnn], addresses: [ip] })
  }

  /** A node's kernel has an address that it does not own. */
  stray(by: NodeEvent, ip: string): void {
    const node = this.book.node(by.pnn)
    if (!node) return
    if (!node.stray.has(ip)) {
      const text = `${ip} is in the kernel of node ${by.pnn}, which does not own it`
      this.book.add(by, { kind: 'kernel', what: 'stray', text, tone: 'error', pnns: [by.pnn], addresses: [ip] })
    }
    node.stray.set(ip, by.atMs)
  }

  /** A node that has it all the time says so. Where two had it, the other one may have released it before. */
  held(by: NodeEvent, ip: string): void {
    const story = this.book.of(ip)
    const { owner, left } = story
    const { pnn } = by
    const isLeaving = left?.by.pnn === pnn && (left.notAfterMs ?? Number.POSITIVE_INFINITY) >= by.atMs
    if (isLeaving || (owner !== undefined && owner !== null)) return
    this.book.claim(story, pnn)
    if (owner === undefined) return
    const text = `node ${pnn} owns ${ip}, which it had not released`
    this.book.add(by, { what: 'kept', text, tone: 'plain', pnns: [pnn], addresses: [ip], from: null, to: pnn })
  }

  /** A node's daemon is gone, and owns nothing any more. */
  gone(by: NodeEvent, pnn: Pnn): void {
    for (const story of this.book.stories.values()) {
      story.claims.delete(pnn)
      if (story.owner !== pnn) continue
      story.owner = null
      story.left = { atMs: by.atMs, cause: undefined, by, notAfterMs: undefined, isLost: true }
      const entry = { what: 'lost', text: lostText(story.address, pnn), tone: 'error', pnns: [pnn] } as const
      this.book.add(by, { ...entry, addresses: [story.address], from: pnn, to: null })
    }
  }

  /** An address moves to another interface of its node. */
  moveInterface(by: NodeEvent, { ip = '', from = NO_INTERFACE, to = '' }: ReadValues<'update'>): void {
    if (from === NO_INTERFACE) return
    const { pnn } = by
    const text = `${ip} moved from interface ${from} to ${to} on node ${pnn}`
    const link = this.book.node(pnn)?.linksDown.get(from)
    this.book.add(by, {
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
}
