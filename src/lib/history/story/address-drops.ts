import type { Pnn } from '../../cluster/node.ts'
import { type AddressStory, forgetOwner, isUnknown } from './address.ts'
import type { AddressBook } from './address-book.ts'
import { dropOf } from './drop.ts'
import type { NodeEvent } from './entry.ts'
import { isUnfitStory, type NodeStory } from './node-story.ts'

/** What a node lost when it dropped all addresses is taken by others within this time. */
const TAKE_LIMIT_MS = 15_000
/** All nodes are asked at once to take the addresses of a run. */
const BURST_MS = 1_000

type Unaccounted = NonNullable<NodeStory['unaccounted']>

/** Tells what nodes release that drop all their addresses, without naming them. */
export class AddressDrops {
  private readonly book: AddressBook

  constructor(book: AddressBook) {
    this.book = book
  }

  /** What was released without the log saying which addresses these were. */
  end(): void {
    const { writer, nodes } = this.book.tools
    for (const { pnn, unaccounted } of nodes.values()) if (unaccounted) this.reportUnaccounted(pnn, unaccounted)
    writer.current = undefined
  }

  private reportUnaccounted(pnn: Pnn, { count, by, notAfterMs }: Unaccounted): void {
    this.book.tools.writer.current = by
    const what = count === 1 ? 'an address that the log does not name' : `${count} addresses that the log does not name`
    const text = `node ${pnn} released ${what}`
    this.book.add(by, { what: 'released', text, tone: 'plain', pnns: [pnn], addresses: [] }, { notAfterMs })
  }

  /** A node releases all its addresses. */
  dropped(by: NodeEvent): void {
    const { pnn, atMs } = by
    const outcome = this.book.tools.outcomes.of(by)
    const { notAfterMs } = outcome
    const node = this.book.node(pnn)
    for (const address of outcome.strays ?? []) this.book.of(address)
    const drop = dropOf([...this.book.stories.values()], { pnn, atMs, node, outcome })
    const isTooLong = by.event.read.name === 'dropAllTimeout'
    const cause = isTooLong ? `node ${pnn} was in recovery mode for too long` : this.book.causes.whyDropped(node, atMs)
    for (const story of drop.unclear) forgetOwner(story, pnn)
    for (const story of drop.released) this.book.leave(by, story, cause, notAfterMs)
    for (const story of drop.givenUp) this.book.giveUp(by, story, cause, notAfterMs)
    if (!node) return
    node.missing.clear()
    node.droppingUntilMs = notAfterMs ?? atMs
    if (outcome.count !== 0) node.droppedMs = node.droppingUntilMs
    if (drop.unnamed <= 0) return
    const named = new Set([...drop.released, ...drop.givenUp].map(({ address }) => address))
    const unnamed = { count: drop.unnamed, named, by, notAfterMs: notAfterMs ?? atMs, cause }
    if (!drop.isExact) this.reportUnaccounted(pnn, unnamed)
    if (node.unaccounted) this.reportUnaccounted(pnn, node.unaccounted)
    this.book.tools.writer.current = by
    node.unaccounted = drop.isExact ? unnamed : undefined
  }

  /**
   * At the level INFO, a node that drops all its addresses also logs the release of each.
   * @returns whether the release of this one was reported with the others.
   */
  isReported({ pnn, atMs }: NodeEvent, { left, claims }: AddressStory): boolean {
    const node = this.book.node(pnn)
    return node !== undefined && atMs <= node.droppingUntilMs && left?.by.pnn === pnn && !claims.has(pnn)
  }

  /** The log does name one of the addresses that a node has released. */
  named(node: NodeStory | undefined): void {
    const unaccounted = node?.unaccounted
    if (unaccounted) node.unaccounted = unaccounted.count > 1 ? { ...unaccounted, count: unaccounted.count - 1 } : undefined
  }

  /**
   * An address of which nothing was known comes to a node. If another node has just released exactly as many addresses more than it was known
   * to have as now come to others, it was one of them.
   */
  accountFor(story: AddressStory, by: NodeEvent): void {
    const { isComplete, nodes } = this.book.tools
    const losers = [...nodes.values()].filter(({ unaccounted }) => unaccounted && by.atMs - unaccounted.by.atMs < TAKE_LIMIT_MS)
    const [loser] = losers
    const lost = loser?.unaccounted
    // Only in the first run after that it is certain why an address comes to a node.
    const isFirstRun = lost !== undefined && this.book.tools.runs.freshSinceMs < lost.by.atMs
    if (!isComplete || !lost || !isFirstRun || losers.length > 1) return
    const coming = this.comingUnknown(lost, by.atMs + BURST_MS)
    // Anything else that is wrong could have brought addresses to nobody too.
    const isFine = (node: NodeStory) => !isUnfitStory(node) && !node.isEnded && node.lostBy.size === 0
    const isOnlyTrouble = [...nodes.values()].every((node) => node === loser || isFine(node))
    if (!isOnlyTrouble || loser.pnn === by.pnn || coming.size !== lost.count || !coming.has(story.address)) return
    const { writer } = this.book.tools
    writer.current = lost.by
    for (const address of coming) this.book.leave(lost.by, this.book.of(address), lost.cause, lost.notAfterMs)
    writer.current = by
    loser.unaccounted = undefined
  }

  /**
   * Addresses of which nothing was known until a node took them, soon after a drop. None if others are taken too, besides those that are known
   * to have been dropped: then other nodes have lost some.
   */
  private comingUnknown({ by, named }: Unaccounted, untilMs: number): ReadonlySet<string> {
    const found = new Set<string>()
    // An address that another node has released after that, or has lacked, was not among those of this one.
    const others = new Set<string>()
    for (const { atMs, event } of this.book.tools.events) {
      const { read } = event
      if (atMs < by.atMs || atMs > untilMs) continue
      if (read.name !== 'takeover' && read.name !== 'release' && read.name !== 'missing') continue
      const ip = read.values.ip ?? ''
      if (read.name !== 'takeover') others.add(ip)
      else if (!others.has(ip) && isUnknown(this.book.of(ip))) found.add(ip)
      else if (!named.has(ip)) return new Set()
    }
    return found
  }
}
