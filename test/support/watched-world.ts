import { isReachable, type Pnn } from '../../src/lib/cluster/node.ts'
import type { HostFacts } from '../../src/lib/snapshot/host-facts.ts'
import { type NodeFacts, SNAPSHOT_VERSION, type Snapshot } from '../../src/lib/snapshot/snapshot.ts'
import type { AddressState } from '../../src/lib/watch/cluster-state.ts'
import { ClusterTracker } from '../../src/lib/watch/cluster-tracker.ts'
import type { Observation } from '../../src/lib/watch/observation.ts'
import type { TimelineEntry } from '../../src/lib/watch/timeline.ts'
import { messages } from '../../src/lib/wire/messages.ts'
import type { SimDaemon } from '../../src/sim/daemon/daemon.ts'
import type { Random } from '../../src/sim/world/random.ts'
import type { SmallWorld } from './sim-world.ts'
import { leadersHeardBy, reportedBy, seenOn } from './world-facts.ts'

const STEP_MS = 5
/** How long what a daemon tells is under way, at most. */
export const MAX_LAG_MS = 100
const OWNED = new Map([
  ['TAKE_IP', messages.takeIp],
  ['RELEASE_IP', messages.releaseIp],
] as const)

type Told = Extract<Observation, { readonly kind: 'told' }>

/** An event as a node's daemon sent it to its clients. */
export interface Happened {
  readonly atMs: number
  readonly pnn: Pnn
  readonly event: 'TAKE_IP' | 'RELEASE_IP'
  readonly address: string
}

/**
 * A world that is being watched as a live cluster is: events come in some time after they were sent, in the order of each node; a look takes
 * its time, and asks each node, and each kernel, at another moment of it.
 */
export class WatchedWorld {
  readonly small: SmallWorld
  readonly tracker = new ClusterTracker()
  readonly timeline: TimelineEntry[] = []
  /** All that was sent, in its true order. */
  readonly happened: Happened[] = []
  /** Called after each step of the world. */
  onStep: () => void = () => {}
  /** Called when something told has been observed. */
  onTold: () => void = () => {}
  private readonly random: Random | undefined
  private readonly heard = new WeakSet<SimDaemon>()
  private readonly underWay: { readonly dueMs: number; readonly told: Told }[] = []

  /** @param random for delays; without, all is known at once. */
  constructor(small: SmallWorld, random?: Random) {
    this.small = small
    this.random = random
    this.listen()
  }

  get nowMs(): number {
    return this.small.world.clock.nowMs
  }

  observe(observation: Observation): readonly TimelineEntry[] {
    const entries = this.tracker.observe(observation)
    this.timeline.push(...entries)
    return entries
  }

  /** Lets time pass; what is told meanwhile is observed. */
  pass(ms: number): void {
    const endMs = this.nowMs + ms
    while (this.nowMs < endMs) {
      this.small.world.clock.advanceBy(Math.min(STEP_MS, endMs - this.nowMs))
      this.listen()
      this.onStep()
      this.deliver()
    }
    this.deliver()
  }

  /** Until nothing is under way. */
  hearAll(): void {
    while (this.underWay.length > 0) this.pass(STEP_MS)
  }

  /**
   * Looks at the cluster through a node that runs. Returns what was seen, undefined when no node answers.
   * @param direct whether nodes are reached that the asked one is not connected to.
   */
  look({ spreadMs = 0, kernels = true, direct = false } = {}): Snapshot | undefined {
    const { nodes } = this.small.world
    const asked = nodes.find(({ answers, daemon }) => answers && daemon)
    if (!asked?.daemon) return undefined
    const beganMs = this.nowMs
    const nodeMap = asked.daemon.peers.nodes().map(({ pnn, flags, address }) => ({ pnn, flags, address: address.address }))
    const leader = asked.recovery?.leadership.leader ?? null
    const facts = new Map<Pnn, NodeFacts>()
    const hosts = new Map<Pnn, HostFacts>()
    const steps = nodeMap.flatMap((node) => [
      { afterMs: this.draw(spreadMs), take: () => facts.set(node.pnn, this.factsOf(node.pnn, direct || isReachable(node))) },
      ...(kernels ? [{ afterMs: this.draw(spreadMs), take: () => this.takeHost(node.pnn, hosts) }] : []),
    ])
    for (const { afterMs, take } of steps.sort((a, b) => a.afterMs - b.afterMs)) {
      if (beganMs + afterMs > this.nowMs) this.pass(beganMs + afterMs - this.nowMs)
      take()
    }
    const snapshot: Snapshot = {
      formatVersion: SNAPSHOT_VERSION,
      takenAt: new Date(beganMs).toISOString(),
      askedNode: asked.pnn,
      leader: { pnn: leader, era: 'leader' },
      nodeMap,
      nodes: nodeMap.map(({ pnn }) => {
        const host = hosts.get(pnn)
        return { ...(facts.get(pnn) ?? { pnn, missing: [] }), ...(host && { host }) }
      }),
    }
    const heard = nodes.flatMap(({ pnn, daemon }) => (daemon && this.heard.has(daemon) ? [pnn] : []))
    this.observe({ kind: 'seen', atMs: this.nowMs, beganMs, snapshot, heard })
    return snapshot
  }

  address(address: string): AddressState {
    const found = this.tracker.state.addresses.find((each) => each.address === address)
    if (!found) throw new Error(`nothing is known of ${address}`)
    return found
  }

  private draw(ms: number): number {
    return ms === 0 ? 0 : (this.random?.between(0, ms) ?? 0)
  }

  private factsOf(pnn: Pnn, isConnected: boolean): NodeFacts {
    const node = this.small.node(pnn)
    const { daemon } = node
    if (!daemon || !node.answers || !isConnected) {
      return { pnn, missing: [{ fact: 'everything', code: 'DISCONNECTED', message: 'no answer' }] }
    }
    const leaders = leadersHeardBy(this.small, pnn)
    return { ...reportedBy(node, daemon, this.nowMs), ...(leaders && { leaders }) }
  }

  private takeHost(pnn: Pnn, hosts: Map<Pnn, HostFacts>): void {
    if (this.small.node(pnn).powered) hosts.set(pnn, seenOn(this.small, pnn))
  }

  /** To daemons that have just been started as well. */
  private listen(): void {
    for (const { pnn, daemon } of this.small.world.nodes) {
      if (!daemon || this.heard.has(daemon)) continue
      this.heard.add(daemon)
      for (const [event, kind] of OWNED) {
        daemon.listen(kind, (data) => {
          const happened = { atMs: this.nowMs, pnn, event, address: data }
          this.happened.push(happened)
          this.note({ kind: 'told', ...happened })
        })
      }
      daemon.listen(messages.disableTakeoverRuns, ({ pnn: by, replySrvid, timeoutSeconds: seconds }) => {
        const request = { event: 'DISABLE_TAKEOVER_RUNS', by, seconds, wantsAnswer: replySrvid !== 0n } as const
        this.note({ kind: 'told', atMs: this.nowMs, pnn, ...request })
      })
      daemon.listen(messages.takeoverRun, ({ pnn: by, replySrvid }) => {
        this.note({ kind: 'told', atMs: this.nowMs, pnn, event: 'TAKEOVER_RUN', by, wantsAnswer: replySrvid !== 0n })
      })
      daemon.listen(messages.reconfigure, () => this.note({ kind: 'told', atMs: this.nowMs, pnn, event: 'RECONFIGURE' }))
    }
  }

  private note(told: Told): void {
    if (!this.random) {
      this.observe(told)
      return
    }
    const last = this.underWay.findLast((each) => each.told.pnn === told.pnn)
    this.underWay.push({ dueMs: Math.max(last?.dueMs ?? 0, this.nowMs + this.draw(MAX_LAG_MS)), told })
  }

  private deliver(): void {
    for (let index = this.underWay.findIndex((each) => each.dueMs <= this.nowMs); index !== -1; ) {
      const [{ told } = { told: undefined }] = this.underWay.splice(index, 1)
      if (told) {
        this.observe({ ...told, atMs: this.nowMs })
        this.onTold()
      }
      index = this.underWay.findIndex((each) => each.dueMs <= this.nowMs)
    }
  }
}
