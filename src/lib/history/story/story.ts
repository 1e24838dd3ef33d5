import { NODE_FLAG, type Pnn } from '../../cluster/node.ts'
import type { ReadValues } from '../../log/messages.ts'
import { DisabledRuns, RUN_SECONDS } from '../../watch/disabled-runs.ts'
import { durationText } from '../../watch/duration.ts'
import { knowersEntry } from '../../watch/knowers-entry.ts'
import { restartText } from '../../watch/node-causes.ts'
import { linkText } from '../../watch/words.ts'
import { Addresses } from './address-story.ts'
import { type HistoryEntry, HistoryWriter, type NodeEvent } from './entry.ts'
import { changeFlag, type FlagReport, flagReports, forgetUnheard } from './flags.ts'
import { LeaderStory } from './leader-story.ts'
import { beginNodeStory, type NodeStory, STARTING_FLAGS } from './node-story.ts'
import { Outcomes } from './outcomes.ts'
import { RunStory } from './run-story.ts'

/** The recovery daemon sees a link change that the daemon has logged within this time. */
const LINK_LAG_MS = 15_000
/** A script's output comes this shortly before the line that says that its event failed. */
const SAID_MS = 2_000
/** The daemon writes several lines when it starts. */
const START_MS = 10_000
/** All nodes read their files of public addresses within this time, when they are asked to. */
const RELOAD_MS = 2_000

/** Tells the story of a cluster, from the lines of its nodes. */
export class Story {
  private readonly writer = new HistoryWriter()
  private readonly nodes = new Map<Pnn, NodeStory>()
  private readonly addresses: Addresses
  private readonly runs: RunStory
  private readonly leaders: LeaderStory
  private readonly pauses: DisabledRuns
  private readonly events: readonly NodeEvent[]
  /** Flags that each node with a log reports itself: what others say of these comes later. */
  private readonly ownWords = new Map<Pnn, number>()
  private reload: { readonly ip: string; readonly knows: boolean; readonly pnns: Pnn[]; readonly lines: NodeEvent[] } | undefined

  /** @param events of all nodes, by time. */
  constructor(events: readonly NodeEvent[]) {
    this.events = events
    const { writer, nodes } = this
    for (const { pnn, event } of events) {
      if (!nodes.has(pnn)) nodes.set(pnn, beginNodeStory(pnn, true))
      const mask = OWN_FLAGS[event.read.name]
      if (mask !== undefined) this.ownWords.set(pnn, (this.ownWords.get(pnn) ?? 0) | mask)
    }
    const named = new Set<Pnn>()
    for (const { event } of events) if ('pnn' in event.read.values) named.add(event.read.values.pnn ?? -1)
    const isComplete = [...named].every((pnn) => pnn < 0 || nodes.has(pnn))
    for (const pnn of named) if (pnn >= 0 && !nodes.has(pnn)) nodes.set(pnn, beginNodeStory(pnn, false))
    this.runs = new RunStory({ writer, nodes, events })
    this.addresses = new Addresses({ writer, nodes, events, isComplete, runs: this.runs, outcomes: new Outcomes(events) })
    this.leaders = new LeaderStory(writer, nodes)
    this.pauses = new DisabledRuns(writer)
  }

  /** All that happened, by time. */
  tell(): readonly HistoryEntry[] {
    for (const event of this.events) {
      this.endReload(event.atMs)
      this.writer.current = event
      this.runs.timePassed(event.atMs)
      const node = this.node(event.pnn)
      this.health(event, node)
      this.address(event)
      this.run(event, node)
      this.daemon(event, node)
      node.lastMs = event.atMs
    }
    this.endReload(Number.POSITIVE_INFINITY)
    this.addresses.end()
    return this.writer.take()
  }

  private node(pnn: Pnn): NodeStory {
    const node = this.nodes.get(pnn) ?? beginNodeStory(pnn, false)
    this.nodes.set(pnn, node)
    return node
  }

  private address(by: NodeEvent): void {
    const { addresses } = this
    if (addresses.isDrop(by)) addresses.dropped(by)
    const { read } = by.event
    switch (read.name) {
      case 'takeover':
        addresses.taken(by, read.values.ip ?? '')
        break
      case 'release':
        addresses.released(by, read.values.ip ?? '', read.values.iface ?? '')
        break
      case 'missing':
        addresses.missing(by, read.values.ip ?? '')
        break
      case 'unexpected':
        addresses.stray(by, read.values.ip ?? '')
        break
      case 'scriptStarts': {
        const ip = RELEASE_SCRIPT.exec(by.event.text)?.[1]
        if (ip !== undefined) this.node(by.pnn).releasing.add(ip)
        break
      }
      case 'nowUnassigned':
        if (read.values.iface !== '__none__') addresses.unassigned(by, read.values.ip ?? '')
        break
      case 'redundantTakeover':
        addresses.held(by, read.values.ip ?? '')
        break
      case 'update':
        addresses.moveInterface(by, read.values)
        break
      case 'addIp':
      case 'deleteIp':
        this.learn(by, read.values.ip ?? '', read.name === 'addIp')
        break
    }
  }

  private run(by: NodeEvent, node: NodeStory): void {
    const { runs } = this
    const { read } = by.event
    switch (read.name) {
      case 'forcedReallocation':
        runs.forced(by)
        break
      case 'runStarts':
        runs.started(by)
        break
      case 'runSucceeded':
      case 'runFailed':
        runs.ended(by, read.name === 'runFailed')
        break
      case 'ipControlFailed':
        runs.failed(controlFailure(read.values))
        break
      case 'cannotBegin':
        if (read.values.what === 'takeover runs') runs.failed('takeover runs are disabled')
        break
      case 'controlFailed':
        runs.failed(`${read.values.control} failed on node ${read.values.pnn}`)
        break
      case 'trigger':
      case 'becameHealthy':
        runs.asked(by)
        break
      case 'disabling':
        if (read.values.what === 'takeover runs') this.disabled(by, node, read.values.seconds ?? 0)
        return
      case 'reenabling':
      case 'reenablingAfterTimeout':
        if (read.values.what === 'takeover runs') this.enabled(by, node)
    }
  }

  private disabled(by: NodeEvent, node: NodeStory, seconds: number): void {
    const { pnn, atMs } = by
    node.isAskedForRun = seconds === RUN_SECONDS
    node.pausedBy = node.isAskedForRun ? undefined : by
    if (node.isAskedForRun) this.runs.startedElsewhere(by)
    else this.pauses.requested({ pnn, by: undefined, seconds, atMs })
  }

  private enabled(by: NodeEvent, node: NodeStory): void {
    const { pnn, atMs } = by
    if (node.isAskedForRun) this.runs.endedElsewhere(by)
    else if (node.pausedBy) this.pauses.requested({ pnn, by: undefined, seconds: 0, atMs })
    node.isAskedForRun = false
    node.pausedBy = undefined
  }

  private health(by: NodeEvent, node: NodeStory): void {
    const { read } = by.event
    const flag = (mask: number, isSet: boolean, more: Partial<FlagReport> = {}) =>
      changeFlag(node, [{ mask, isSet, ...more }], by, this.writer)
    switch (read.name) {
      case 'scriptSaid':
        node.said = by
        return
      case 'eventFailed':
      case 'scriptTimedOut':
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
    const node = this.node(pnn)
    node.othersFlags = after
    node.heardBy.set(by.pnn, by.atMs)
    // That it is unhealthy because it was disconnected is what only others say.
    const own = (this.ownWords.get(pnn) ?? 0) & ~node.unheardFlags & ~(node.isAssumedUnhealthy ? NODE_FLAG.UNHEALTHY : 0)
    const reports = flagReports(before, after).filter(({ mask }) => (mask & own) === 0)
    if (reports.some(({ mask }) => mask === NODE_FLAG.UNHEALTHY)) node.isAssumedUnhealthy = false
    for (const { mask } of reports) node.unheardFlags &= ~mask
    changeFlag(node, reports, by, this.writer)
  }

  private scriptFailed(by: NodeEvent, node: NodeStory): void {
    const { read } = by.event
    const event = read.name === 'eventFailed' ? read.values.event : read.name === 'scriptTimedOut' ? read.values.what : ''
    const isTimeout = read.name === 'scriptTimedOut'
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

  private whyUnhealthy(by: NodeEvent, { scriptFailure }: NodeStory): Partial<FlagReport> {
    if (by.event.read.name !== 'becameHealthy' || by.event.read.values.state !== 'UNHEALTHY') return {}
    if (!scriptFailure || by.atMs - scriptFailure.atMs > SAID_MS) return {}
    return { cause: scriptFailure.text, lines: [scriptFailure.by] }
  }

  private link(by: NodeEvent, node: NodeStory, iface: string, isUp: boolean): void {
    const { atMs, pnn } = by
    const known = node.linksDown.get(iface)
    if (known ? !isUp : isUp && node.better?.text === linkText(iface, pnn, true) && atMs - node.better.atMs < LINK_LAG_MS) return
    const change = { atMs, text: linkText(iface, pnn, isUp), by }
    if (isUp) node.linksDown.delete(iface)
    else node.linksDown.set(iface, change)
    if (isUp) node.better = change
    const awayMs = isUp && known ? { awayMs: atMs - known.atMs } : {}
    const entry = { kind: 'link', what: isUp ? 'up' : 'down', text: change.text, tone: isUp ? 'good' : 'error' } as const
    this.writer.add(atMs, { ...entry, pnns: [pnn], addresses: [], ...awayMs })
  }

  private daemon(by: NodeEvent, node: NodeStory): void {
    const { leaders } = this
    const { read } = by.event
    switch (read.name) {
      case 'startingDaemon':
      case 'starting':
        this.startDaemon(by, node)
        break
      case 'parentDied':
      case 'shutdownEnds':
        this.endDaemon(by, node, read.name === 'shutdownEnds')
        break
      case 'tearingDown':
        this.lost(by, this.node(read.values.pnn ?? -1))
        break
      case 'connected':
        this.connected(by)
        break
      case 'noEvents':
        this.hung(by, read.values.seconds ?? 0)
        break
      case 'tookLeadership':
        leaders.took(by)
        break
      case 'leaderHeard':
        leaders.heard(by, read.values.pnn ?? -1)
        break
      case 'lockReleased':
      case 'lockLost':
        leaders.gaveUp(by)
        break
      case 'leaderTimeout':
        leaders.timedOut(by)
        break
      case 'startElection':
        leaders.electionStarted(by)
        break
      case 'recoveryStarted':
        leaders.recoveryStarted(by)
        break
      case 'recoveryFinished':
        leaders.recoveryFinished(by)
        break
      case 'initiated':
      case 'recoveryComplete':
        this.runs.isInRecovery = read.name === 'initiated'
    }
  }

  private startDaemon(by: NodeEvent, node: NodeStory): void {
    const { atMs, pnn } = by
    const isSame = node.startedMs !== undefined && atMs - node.startedMs < START_MS
    if (isSame) return
    const wasSeen = node.lastMs !== undefined
    node.startedMs = atMs
    this.addresses.gone(by, pnn)
    const text = wasSeen ? restartText(pnn) : `the daemon of node ${pnn} started`
    const what = wasSeen ? 'restarted' : 'started'
    this.writer.add(atMs, { kind: 'health', what, text, tone: wasSeen ? 'warning' : 'plain', pnns: [pnn], addresses: [] })
    if (wasSeen) node.worse = { atMs, text, by }
    Object.assign(node, {
      flags: STARTING_FLAGS,
      unheardFlags: 0,
      isAssumedUnhealthy: false,
      isKnown: true,
      flagsSinceMs: atMs,
      isEnded: false,
      pausedBy: undefined,
    })
    node.isAskedForRun = false
    node.missing.clear()
    node.stray.clear()
    node.linksDown.clear()
    node.reports.clear()
  }

  private endDaemon(by: NodeEvent, node: NodeStory, isShutdown: boolean): void {
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
    this.writer.add(atMs, entry)
    node.startedMs = undefined
    this.addresses.gone(by, pnn)
  }

  /** A node lost the connection to another one. Whether that one is down, or the network in between, others show. */
  private lost(by: NodeEvent, node: NodeStory): void {
    if (node.pnn < 0) return
    node.lostBy.set(by.pnn, by.atMs)
    const others = [...this.nodes.values()].filter(({ pnn, hasLog, isEnded }) => hasLog && !isEnded && pnn !== node.pnn)
    const losers = others.filter(({ pnn }) => node.lostBy.has(pnn))
    const isGone = losers.length * 2 > others.length || this.leaders.current === by.pnn
    const text = `node ${by.pnn} lost the connection to node ${node.pnn}`
    if (isGone) {
      // To the others, a node that they cannot reach is unhealthy too, until it says that it is not.
      node.isAssumedUnhealthy ||= (node.flags & NODE_FLAG.UNHEALTHY) === 0
      const masks = [NODE_FLAG.DISCONNECTED, NODE_FLAG.UNHEALTHY]
      // What it said last may not have reached them.
      if ((node.flags & NODE_FLAG.DISCONNECTED) === 0) forgetUnheard(node)
      changeFlag(
        node,
        masks.map((mask) => ({ mask, isSet: true })),
        by,
        this.writer,
      )
    } else
      this.writer.add(by.atMs, { kind: 'health', what: 'lost', text, tone: 'warning', pnns: [by.pnn, node.pnn], addresses: [] })
  }

  private connected(by: NodeEvent): void {
    const { read } = by.event
    if (read.name !== 'connected') return
    const pnn = this.pnnOf(read.values.other ?? '')
    const node = pnn === undefined ? undefined : this.nodes.get(pnn)
    if (!node) return
    node.lostBy.delete(by.pnn)
    if ((node.flags & NODE_FLAG.DISCONNECTED) !== 0)
      changeFlag(node, [{ mask: NODE_FLAG.DISCONNECTED, isSet: false }], by, this.writer)
  }

  private readonly privateAddresses = new Map<string, Pnn>()

  /** Whose private address it is: each node names its own one. */
  private pnnOf(address: string): Pnn | undefined {
    if (this.privateAddresses.size === 0) {
      for (const { pnn, event } of this.events) {
        const { read } = event
        const own = read.name === 'connected' || read.name === 'dead' ? read.values.address : undefined
        if (own !== undefined) this.privateAddresses.set(own, pnn)
      }
    }
    return this.privateAddresses.get(address)
  }

  private hung({ atMs, pnn }: NodeEvent, seconds: number): void {
    const text = `the daemon of node ${pnn} did not run for ${durationText(seconds * 1_000)}`
    this.writer.add(atMs, { kind: 'health', what: 'hung', text, tone: 'error', pnns: [pnn], addresses: [] })
  }

  private learn(by: NodeEvent, ip: string, knows: boolean): void {
    const { atMs, pnn } = by
    const node = this.node(pnn)
    const change = { atMs, text: ip, by }
    if (knows) node.forgot.delete(ip)
    else node.learnt.delete(ip)
    const changes = knows ? node.learnt : node.forgot
    changes.set(ip, change)
    const { reload } = this
    if (reload?.ip === ip && reload.knows === knows) {
      reload.pnns.push(pnn)
      reload.lines.push(by)
      return
    }
    this.endReload(Number.POSITIVE_INFINITY)
    this.reload = { ip, knows, pnns: [pnn], lines: [by] }
  }

  /** One entry for an address that several nodes learn of, or forget. */
  private endReload(atMs: number): void {
    const { reload, writer } = this
    const [first] = reload?.lines ?? []
    if (!reload || !first || atMs - first.atMs < RELOAD_MS) return
    this.reload = undefined
    const pnns = [...new Set(reload.pnns)].sort((a, b) => a - b)
    writer.current = undefined
    writer.add(first.atMs, knowersEntry(pnns, [reload.ip], reload.knows), { lines: reload.lines })
  }
}

/** What a node failed to do in a takeover run; in 2017, the log does not name the node. */
const controlFailure = ({ control, ip, pnn }: ReadValues<'ipControlFailed'>): string =>
  pnn === undefined ? `${control} failed` : `${control} of ${ip} failed on node ${pnn}`

/** `Running event releaseip with arguments eth1 10.0.0.1 24`, `Starting eventscript releaseip eth1 10.0.0.1 24`. */
const RELEASE_SCRIPT = /releaseip (?:with arguments )?\S+ (\S+) \d+$/

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
