import { NODE_FLAG, type Pnn } from '../../cluster/node.ts'
import { durationText } from '../../watch/duration.ts'
import { restartText } from '../../watch/node-causes.ts'
import type { Addresses } from './address-story.ts'
import type { HistoryWriter, NodeEvent } from './entry.ts'
import { changeFlag, forgetOwnReports, forgetUnheard } from './flags.ts'
import type { LeaderStory } from './leader-story.ts'
import { type NodeStory, STARTING_FLAGS } from './node-story.ts'

/** The daemon writes several lines when it starts. */
const START_MS = 10_000

interface Tools {
  readonly writer: HistoryWriter
  readonly nodes: ReadonlyMap<Pnn, NodeStory>
  readonly addresses: Addresses
  readonly leaders: LeaderStory
  readonly events: readonly NodeEvent[]
}

/** Tells when daemons start and end, and lose each other. */
export class DaemonStory {
  private readonly tools: Tools

  constructor(tools: Tools) {
    this.tools = tools
  }

  /** A daemon starts. */
  started(by: NodeEvent, node: NodeStory): void {
    const { atMs, pnn } = by
    const isSame = node.startedMs !== undefined && atMs - node.startedMs < START_MS
    if (isSame) return
    const wasSeen = node.lastMs !== undefined
    node.startedMs = atMs
    this.tools.addresses.gone(by, pnn)
    const text = wasSeen ? restartText(pnn) : `the daemon of node ${pnn} started`
    const what = wasSeen ? 'restarted' : 'started'
    this.tools.writer.add(atMs, { kind: 'health', what, text, tone: wasSeen ? 'warning' : 'plain', pnns: [pnn], addresses: [] })
    if (wasSeen) node.worse = { atMs, text, by }
    Object.assign(node, {
      flags: STARTING_FLAGS,
      unheardFlags: 0,
      isAssumedUnhealthy: false,
      isKnown: true,
      flagsSinceMs: atMs,
      unfitSinceMs: undefined,
      isEnded: false,
      pausedBy: undefined,
    })
    node.isAskedForRun = false
    node.missing.clear()
    node.stray.clear()
    node.linksDown.clear()
    node.reports.clear()
  }

  /** A daemon ends. */
  ended(by: NodeEvent, node: NodeStory, isShutdown: boolean): void {
    const { atMs, pnn } = by
    if (node.isEnded) return
    node.isEnded = true
    const text = isShutdown ? `the daemon of node ${pnn} was shut down` : `the daemon of node ${pnn} ended`
    const entry = {
      kind: 'health',
      what: 'ended',
      text,
      tone: isShutdown ? 'warning' : 'error',
      pnns: [pnn],
      addresses: [],
    } as const
    this.tools.writer.add(atMs, entry)
    node.startedMs = undefined
    this.tools.addresses.gone(by, pnn)
  }

  /** A node lost the connection to another one. Whether that one is down, or the network in between, others show. */
  lost(by: NodeEvent, node: NodeStory): void {
    if (node.pnn < 0) return
    node.lostBy.set(by.pnn, by.atMs)
    const others = [...this.tools.nodes.values()].filter(({ pnn, hasLog, isEnded }) => hasLog && !isEnded && pnn !== node.pnn)
    const losers = others.filter(({ pnn }) => node.lostBy.has(pnn))
    const isGone = losers.length * 2 > others.length || this.tools.leaders.current === by.pnn
    const text = `node ${by.pnn} lost the connection to node ${node.pnn}`
    if (isGone) {
      // To the others, a node that they cannot reach is unhealthy too, until it says that it is not.
      node.isAssumedUnhealthy ||= (node.flags & NODE_FLAG.UNHEALTHY) === 0
      const masks = [NODE_FLAG.DISCONNECTED, NODE_FLAG.UNHEALTHY]
      if ((node.flags & NODE_FLAG.DISCONNECTED) === 0) {
        // What it said last may not have reached them.
        forgetUnheard(node)
        // That it is unhealthy now is news, even if it said so itself shortly before and was well again.
        forgetOwnReports(node, NODE_FLAG.UNHEALTHY)
      }
      changeFlag(
        node,
        masks.map((mask) => ({ mask, isSet: true })),
        by,
        this.tools.writer,
      )
    } else
      this.tools.writer.add(by.atMs, {
        kind: 'health',
        what: 'lost',
        text,
        tone: 'warning',
        pnns: [by.pnn, node.pnn],
        addresses: [],
      })
  }

  /** A node is connected to another one. */
  connected(by: NodeEvent): void {
    const { read } = by.event
    if (read.name !== 'connected') return
    const pnn = this.pnnOf(read.values.other ?? '')
    const node = pnn === undefined ? undefined : this.tools.nodes.get(pnn)
    if (!node) return
    node.lostBy.delete(by.pnn)
    if ((node.flags & NODE_FLAG.DISCONNECTED) !== 0)
      changeFlag(node, [{ mask: NODE_FLAG.DISCONNECTED, isSet: false }], by, this.tools.writer)
  }

  private readonly privateAddresses = new Map<string, Pnn>()

  /** Whose private address it is: each node names its own one. */
  private pnnOf(address: string): Pnn | undefined {
    if (this.privateAddresses.size === 0) {
      for (const { pnn, event } of this.tools.events) {
        const { read } = event
        const own = read.name === 'connected' || read.name === 'dead' ? read.values.address : undefined
        if (own !== undefined) this.privateAddresses.set(own, pnn)
      }
    }
    return this.privateAddresses.get(address)
  }

  /** A daemon did not run for a while. */
  hung({ atMs, pnn }: NodeEvent, seconds: number): void {
    const text = `the daemon of node ${pnn} did not run for ${durationText(seconds * 1_000)}`
    this.tools.writer.add(atMs, { kind: 'health', what: 'hung', text, tone: 'error', pnns: [pnn], addresses: [] })
  }
}
