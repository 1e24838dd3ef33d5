import type { Pnn } from '../../cluster/node.ts'
import type { NewEntry } from '../../watch/timeline-writer.ts'
import { releasedText } from '../../watch/words.ts'
import { type AddressStory, beginAddressStory } from './address.ts'
import { AddressCauses, causeOf } from './address-causes.ts'
import type { EntryDetails, HistoryWriter, NodeEvent } from './entry.ts'
import type { NodeStory } from './node-story.ts'
import type { Outcomes } from './outcomes.ts'
import type { RunStory } from './run-story.ts'

/** What the story of addresses needs. */
export interface AddressTools {
  readonly writer: HistoryWriter
  readonly nodes: ReadonlyMap<Pnn, NodeStory>
  readonly outcomes: Outcomes
  readonly runs: RunStory
  readonly events: readonly NodeEvent[]
  /** Whether we have the logs of all nodes that the lines name. */
  readonly isComplete: boolean
}

/** Said of what has begun, if the log ends before it does. */
export const UNCOMPLETED = '; the log does not show that this was completed'

/** Notes who owns each address, and writes what changes. */
export class AddressBook {
  readonly tools: AddressTools
  readonly causes: AddressCauses
  readonly stories = new Map<string, AddressStory>()

  constructor(tools: AddressTools) {
    this.tools = tools
    this.causes = new AddressCauses(tools)
  }

  /** The story of an address. */
  of(address: string): AddressStory {
    const story = this.stories.get(address) ?? beginAddressStory(address)
    this.stories.set(address, story)
    return story
  }

  /** The story of a node, if it is known. */
  node(pnn: Pnn): NodeStory | undefined {
    return this.tools.nodes.get(pnn)
  }

  /** Writes an entry about an address. */
  add({ atMs }: NodeEvent, entry: Omit<NewEntry, 'kind'> & { readonly kind?: 'kernel' }, more?: EntryDetails): void {
    this.tools.writer.add(atMs, { kind: 'address', ...entry }, more)
  }

  /** CTDB logs the beginning, and no later line of any node shows that it has come to its end. */
  doubt(notAfterMs: number | undefined): string {
    return notAfterMs === undefined && this.tools.isComplete ? UNCOMPLETED : ''
  }

  /** A node that is connected has released what another one takes; the nodes from which one is cut off may have it still. */
  claim(story: AddressStory, pnn: Pnn): void {
    for (const other of story.claims) if (!this.areApart(pnn, other)) story.claims.delete(other)
    story.claims.add(pnn)
    story.owner = pnn
    story.last = pnn
    story.left = undefined
  }

  private areApart(one: Pnn, other: Pnn): boolean {
    const lost = [one, other].map((pnn) => this.node(pnn)?.lostBy)
    return this.causes.isCutOff(one) || this.causes.isCutOff(other) || lost[0]?.has(other) === true || lost[1]?.has(one) === true
  }

  /** A node releases an address. */
  leave(by: NodeEvent, story: AddressStory, cause: string | undefined, notAfterMs: number | undefined): void {
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
    story.failedBy = undefined
    story.owner = null
    story.last = pnn
    story.left = { atMs, cause, by, notAfterMs }
  }

  /** A node ceases to own an address without a word that it releases it: its kernel may have lost it before. */
  giveUp(by: NodeEvent, story: AddressStory, cause: string | undefined, notAfterMs?: number): void {
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
}
