import type { Pnn } from '../../cluster/node.ts'
import type { ReadValues } from '../../log/messages.ts'
import { DisabledRuns, RUN_SECONDS } from '../../watch/disabled-runs.ts'
import { Addresses } from './address-story.ts'
import { DaemonStory } from './daemon-story.ts'
import { type HistoryEntry, HistoryWriter, type NodeEvent } from './entry.ts'
import { HealthStory } from './health-story.ts'
import { LeaderStory } from './leader-story.ts'
import { beginNodeStory, type NodeStory } from './node-story.ts'
import { Outcomes } from './outcomes.ts'
import { ReloadStory } from './reload-story.ts'
import { RunStory } from './run-story.ts'

/** Tells the story of a cluster, from the lines of its nodes. */
export class Story {
  private readonly writer = new HistoryWriter()
  private readonly nodes = new Map<Pnn, NodeStory>()
  private readonly addresses: Addresses
  private readonly runs: RunStory
  private readonly leaders: LeaderStory
  private readonly pauses: DisabledRuns
  private readonly events: readonly NodeEvent[]
  private readonly states: HealthStory
  private readonly daemons: DaemonStory
  private readonly reloads: ReloadStory

  /** @param events of all nodes, by time. */
  constructor(events: readonly NodeEvent[]) {
    this.events = events
    const { writer, nodes } = this
    for (const { pnn } of events) if (!nodes.has(pnn)) nodes.set(pnn, beginNodeStory(pnn, true))
    const named = new Set<Pnn>()
    for (const { event } of events) if ('pnn' in event.read.values) named.add(event.read.values.pnn ?? -1)
    const isComplete = [...named].every((pnn) => pnn < 0 || nodes.has(pnn))
    for (const pnn of named) if (pnn >= 0 && !nodes.has(pnn)) nodes.set(pnn, beginNodeStory(pnn, false))
    this.runs = new RunStory({ writer, nodes, events })
    this.addresses = new Addresses({ writer, nodes, events, isComplete, runs: this.runs, outcomes: new Outcomes(events) })
    this.leaders = new LeaderStory(writer, nodes)
    this.pauses = new DisabledRuns(writer)
    this.states = new HealthStory(writer, (pnn) => this.node(pnn), events)
    this.daemons = new DaemonStory({ writer, nodes, addresses: this.addresses, leaders: this.leaders, events })
    this.reloads = new ReloadStory(writer)
  }

  /** All that happened, by time. */
  tell(): readonly HistoryEntry[] {
    for (const event of this.events) {
      this.reloads.end(event.atMs)
      this.writer.current = event
      this.runs.timePassed(event.atMs)
      const node = this.node(event.pnn)
      this.states.read(event, node)
      this.address(event)
      this.run(event, node)
      this.daemon(event, node)
      node.lastMs = event.atMs
    }
    this.reloads.end(Number.POSITIVE_INFINITY)
    this.addresses.drops.end()
    return this.writer.take()
  }

  private node(pnn: Pnn): NodeStory {
    const node = this.nodes.get(pnn) ?? beginNodeStory(pnn, false)
    this.nodes.set(pnn, node)
    return node
  }

  private address(by: NodeEvent): void {
    const { addresses } = this
    if (addresses.isDrop(by)) addresses.drops.dropped(by)
    const { read } = by.event
    switch (read.name) {
      case 'takeover':
        addresses.taken(by, read.values.ip ?? '')
        break
      case 'release':
        addresses.released(by, read.values)
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
        this.reloads.learn(by, this.node(by.pnn), read.values.ip ?? '', read.name === 'addIp')
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

  private daemon(by: NodeEvent, node: NodeStory): void {
    const { leaders } = this
    const { read } = by.event
    switch (read.name) {
      case 'startingDaemon':
      case 'starting':
        this.daemons.started(by, node)
        break
      case 'parentDied':
      case 'shutdownEnds':
        this.daemons.ended(by, node, read.name === 'shutdownEnds')
        break
      case 'tearingDown':
        this.daemons.lost(by, this.node(read.values.pnn ?? -1))
        break
      case 'connected':
        this.daemons.connected(by)
        break
      case 'noEvents':
        this.daemons.hung(by, read.values.seconds ?? 0)
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
}

/** What a node failed to do in a takeover run; in 2017, the log does not name the node. */
const controlFailure = ({ control, ip, pnn }: ReadValues<'ipControlFailed'>): string =>
  pnn === undefined ? `${control} failed` : `${control} of ${ip} failed on node ${pnn}`

/** `Running event releaseip with arguments eth1 10.0.0.1 24`, `Starting eventscript releaseip eth1 10.0.0.1 24`. */
const RELEASE_SCRIPT = /releaseip (?:with arguments )?\S+ (\S+) \d+$/
