import { NODE_FLAG, type Pnn } from '../../cluster/node.ts'
import { linkText } from '../../watch/words.ts'
import type { HistoryWriter, NodeEvent } from './entry.ts'
import { changeFlag, type FlagReport, flagReports } from './flags.ts'
import type { NodeChange, NodeStory } from './node-story.ts'

/** The recovery daemon sees a link change that the daemon has logged within this time. */
const LINK_LAG_MS = 15_000
/** A script's output comes this shortly before the line that says that its event failed. */
const SAID_MS = 2_000

/** Tells how nodes and their links are. */
export class HealthStory {
  private readonly writer: HistoryWriter
  private readonly nodeOf: (pnn: Pnn) => NodeStory
  /** Flags that each node with a log reports itself: what others say of these comes later. */
  private readonly ownWords = new Map<Pnn, number>()

  /** @param events of all nodes. */
  constructor(writer: HistoryWriter, nodeOf: (pnn: Pnn) => NodeStory, events: readonly NodeEvent[]) {
    this.writer = writer
    this.nodeOf = nodeOf
    for (const { pnn, event } of events) {
      const mask = OWN_FLAGS[event.read.name]
      if (mask !== undefined) this.ownWords.set(pnn, (this.ownWords.get(pnn) ?? 0) | mask)
    }
  }

  /** Takes a line. */
  read(by: NodeEvent, node: NodeStory): void {
    const { read } = by.event
    const flag = (mask: number, isSet: boolean, more: Partial<FlagReport> = {}) =>
      changeFlag(node, [{ mask, isSet, ...more }], by, this.writer)
    switch (read.name) {
      case 'scriptSaid':
        node.said = by
        return
      case 'monitorFailed':
        // In 2017 it is the only line that says so.
        if (!newFailure(node, by)) this.scriptFailed(by, node)
        break
      case 'eventFailed':
      case 'scriptTimedOut':
      case 'monitorTimedOut':
        this.scriptFailed(by, node)
        break
      case 'becameHealthy':
        flag(NODE_FLAG.UNHEALTHY, read.values.state === 'UNHEALTHY', this.whyUnhealthy(by, node))
        break
      case 'disableNode':
      case 'enableNode':
        flag(NODE_FLAG.DISABLED, read.name === 'disableNode')
        break
      case 'stopping':
      case 'continuing':
        flag(NODE_FLAG.STOPPED, read.name === 'stopping')
        break
      case 'banning':
        flag(NODE_FLAG.BANNED, true, { cause: `it was banned for ${read.values.seconds} s` })
        break
      case 'unbanning':
        flag(NODE_FLAG.BANNED, false, { cause: 'somebody ended the ban' })
        break
      case 'banTimedOut':
        flag(NODE_FLAG.BANNED, false)
        break
      case 'flagsChanged':
      case 'remoteFlags': {
        const { pnn = -1, oldFlags = 0, newFlags = 0 } = read.values
        this.othersFlags(by, pnn, oldFlags, newFlags)
        break
      }
      case 'linkChanged':
        this.link(by, node, read.values.iface ?? '', read.values.to === 'up')
        break
      case 'interfaceChanged':
        if (read.values.iface !== undefined) this.link(by, node, read.values.iface, read.values.after === 1)
    }
  }

  /** What a node says of the flags of another one. */
  private othersFlags(by: NodeEvent, pnn: Pnn, before: number, after: number): void {
    if (pnn < 0 || pnn === by.pnn) return
    const node = this.nodeOf(pnn)
    node.othersFlags = after
    node.heardBy.set(by.pnn, { atMs: by.atMs, flags: after })
    // That it is unhealthy because it was disconnected is what only others say.
    const own = (this.ownWords.get(pnn) ?? 0) & ~node.unheardFlags & ~(node.isAssumedUnhealthy ? NODE_FLAG.UNHEALTHY : 0)
    const reports = flagReports(before, after).filter(({ mask }) => (mask & own) === 0)
    if (reports.some(({ mask }) => mask === NODE_FLAG.UNHEALTHY)) node.isAssumedUnhealthy = false
    for (const { mask } of reports) node.unheardFlags &= ~mask
    changeFlag(node, reports, by, this.writer)
  }

  private scriptFailed(by: NodeEvent, node: NodeStory): void {
    const { read } = by.event
    const event = eventOf(read)
    const isTimeout = read.name === 'scriptTimedOut' || read.name === 'monitorTimedOut'
    const said = node.said && by.atMs - node.said.atMs <= SAID_MS ? node.said : undefined
    const words = said?.event.read.name === 'scriptSaid' ? said.event.read.values : undefined
    const failure =
      words && !isTimeout
        ? `script ${words.script} failed: ${words.text}`
        : `the ${event} scripts ${isTimeout ? 'timed out' : 'failed'}`
    node.scriptFailure = { atMs: by.atMs, text: failure, by }
    // As long as a node is unhealthy, its monitor scripts fail again and again.
    if (event === 'monitor') return
    const text = `the ${event} scripts ${isTimeout ? 'timed out' : 'failed'} on node ${by.pnn}`
    const cause = words && !isTimeout ? { cause: failure } : {}
    this.writer.add(
      by.atMs,
      { kind: 'health', what: 'scripts-failed', text, tone: 'error', pnns: [by.pnn], addresses: [], ...cause },
      { lines: said ? [said] : [] },
    )
  }

  private whyUnhealthy(by: NodeEvent, node: NodeStory): Partial<FlagReport> {
    if (by.event.read.name !== 'becameHealthy' || by.event.read.values.state !== 'UNHEALTHY') return {}
    const failure = newFailure(node, by)
    return failure ? { cause: failure.text, lines: [failure.by] } : {}
  }

  private link(by: NodeEvent, node: NodeStory, iface: string, isUp: boolean): void {
    const { atMs, pnn } = by
    const known = node.linksDown.get(iface)
    const upMs = node.linksUpMs.get(iface) ?? Number.NEGATIVE_INFINITY
    if (known ? !isUp : isUp && atMs - upMs < LINK_LAG_MS) return
    const change = { atMs, text: linkText(iface, pnn, isUp), by, endsMs: known?.atMs }
    if (isUp) node.linksDown.delete(iface)
    else node.linksDown.set(iface, change)
    if (isUp) {
      node.better = change
      node.linksUpMs.set(iface, atMs)
    }
    const awayMs = isUp && known ? { awayMs: atMs - known.atMs } : {}
    const entry = { kind: 'link', what: isUp ? 'up' : 'down', text: change.text, tone: isUp ? 'good' : 'error' } as const
    this.writer.add(atMs, { ...entry, pnns: [pnn], addresses: [], ...awayMs })
  }
}

/** The failure of scripts that a node has just logged. */
const newFailure = ({ scriptFailure }: NodeStory, { atMs }: NodeEvent): NodeChange | undefined =>
  scriptFailure && atMs - scriptFailure.atMs <= SAID_MS ? scriptFailure : undefined

/** Of which event a line says that its scripts failed. */
function eventOf(read: NodeEvent['event']['read']): string | undefined {
  switch (read.name) {
    case 'eventFailed':
      return read.values.event
    case 'scriptTimedOut':
      return read.values.what
    default:
      return 'monitor'
  }
}

/** The flags of which a node's own lines tell. */
const OWN_FLAGS: Readonly<Record<string, number>> = {
  becameHealthy: NODE_FLAG.UNHEALTHY,
  disableNode: NODE_FLAG.DISABLED,
  enableNode: NODE_FLAG.DISABLED,
  stopping: NODE_FLAG.STOPPED,
  continuing: NODE_FLAG.STOPPED,
  banning: NODE_FLAG.BANNED,
  banTimedOut: NODE_FLAG.BANNED,
  unbanning: NODE_FLAG.BANNED,
}
