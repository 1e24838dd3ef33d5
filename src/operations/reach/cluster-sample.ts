import { hasFlag, NODE_FLAG, type Pnn } from '../../lib/cluster/node.ts'
import type { Extent } from '../../lib/host/facts-script.ts'
import { type NodeFacts, SNAPSHOT_VERSION, type Snapshot } from '../../lib/snapshot/snapshot.ts'
import { collectSnapshot, type HostSample } from '../collect/snapshot.ts'
import type { ClusterOptions } from './find-nodes.ts'
import { missingHost, sampleHost, sampleInTime } from './host-sample.ts'
import { collectRecmasters, currentLeader, findLeader, leadersHeardBy } from './leadership.ts'
import type { Reachability } from './reachability.ts'
import type { DaemonConnection } from './reached-host.ts'

const NOT_LISTENED = {
  code: 'NOT_REACHED',
  message: 'there is no connection to its daemon to listen on',
  hint: 'name a node with --host to reach all of them',
}
const TOO_EARLY = { code: 'TOO_EARLY', message: 'it has not been listened to for long enough', hint: undefined }
const NO_DAEMON = { code: 'NO_DAEMON', message: 'no daemon answers on any node', hint: undefined }

export interface SampleOptions {
  /** Called when all nodes have been sampled, though the leader may not be known yet. */
  readonly onNodesSampled?: (() => void) | undefined
  /** Time limit for each answer of a daemon in milliseconds; by default that of the cluster. */
  readonly timeoutMs?: number | undefined
  /** Time limit for examining a machine as a whole, in milliseconds; by default only its parts have limits. */
  readonly hostTimeoutMs?: number | undefined
  /** The previous sample. Lasting facts are taken from it, and the sample does not wait for a leader broadcast. */
  readonly before?: Snapshot | undefined
  /** Stops the examination of machines. */
  readonly signal?: AbortSignal | undefined
  /** `kernel`: a light sample, with the kernels of machines only, and of daemons what changes without an administrator. */
  readonly extent?: Extent | undefined
}

/** Takes one sample of a cluster. */
export class ClusterSample {
  private readonly reachability: Reachability
  private readonly cluster: ClusterOptions
  private readonly options: SampleOptions
  private readonly now = new Date()

  constructor(reachability: Reachability, cluster: ClusterOptions, options: SampleOptions) {
    this.reachability = reachability
    this.cluster = cluster
    this.options = options
  }

  /** @throws CtdbtsError when the daemon does not answer, or has no node map. */
  async throughDaemon(asked: DaemonConnection): Promise<Snapshot> {
    const { onNodesSampled, before, extent } = this.options
    const { hosts } = this.reachability
    const timeoutMs = this.options.timeoutMs ?? this.cluster.timeoutMs
    const leader = before ? currentLeader(asked, before, timeoutMs) : findLeader(asked, this.cluster.timeoutMs)
    const recmasters = leader.then(({ era }) => (era === 'recmaster' ? collectRecmasters(hosts, timeoutMs) : undefined))
    recmasters.catch(() => {})
    const snapshot = await collectSnapshot(asked.client, Promise.resolve(asked.pnn), {
      timeoutMs,
      now: this.now,
      knownLeader: leader,
      onNodesSampled,
      before,
      isLight: extent === 'kernel',
      clientOf: (node) => this.reachability.clientOf(node),
      isSilent: (node) => this.isSilent(node),
      sampleHost: (node) => this.sampleHost(node),
      leadersOf: async (node) => (await recmasters)?.get(node) ?? (await leadersHeardBy(hosts, node, before)),
    })
    return this.completed(snapshot)
  }

  /** When no daemon answers on any node: only the machines can be examined. */
  async withoutDaemon(): Promise<Snapshot> {
    const { hosts } = this.reachability
    const present = hosts.nodeMap.filter((node) => !hasFlag(node, NODE_FLAG.DELETED))
    // Which node that is may not be known, but it is why no other one could be asked.
    const first = hosts.named.find(({ problem }) => problem)?.problem
    const nodes = await Promise.all(
      present.map(async ({ pnn }): Promise<NodeFacts> => {
        const host = await this.sampleHost(pnn)
        const { code, message, hint } = hosts.get(pnn)?.problem ?? first ?? NO_DAEMON
        const missing = { fact: 'everything', code, message, hint }
        return { pnn, missing: [missing, ...(host?.missing ?? [])], host: host?.facts }
      }),
    )
    return {
      formatVersion: SNAPSHOT_VERSION,
      takenAt: this.now.toISOString(),
      askedNode: present[0]?.pnn ?? 0,
      leader: { pnn: null, era: 'leader' },
      nodeMap: hosts.nodeMap,
      nodes,
    }
  }

  private isSilent(pnn: Pnn): boolean {
    const { hosts } = this.reachability
    return this.reachability.silence('daemon', pnn) !== undefined || hosts.get(pnn)?.problem?.code === 'TIMEOUT'
  }

  private sampleHost(pnn: Pnn): Promise<HostSample> | undefined {
    const { hostTimeoutMs, extent, signal } = this.options
    const silence = this.reachability.silence('host', pnn)
    if (silence) return Promise.resolve({ missing: [missingHost(silence)] })
    const { hosts } = this.reachability
    const host = hosts.get(pnn)
    if (!host) return undefined
    const { socketPaths, base, timeoutMs, checksHost } = this.cluster
    const sample = sampleHost(host, this.reachability.identityOf(pnn, checksHost), {
      socketPaths,
      base,
      extent,
      signal,
      timeoutMs: hostTimeoutMs ?? timeoutMs,
    })
    return hostTimeoutMs === undefined ? sample : sampleInTime(sample, hostTimeoutMs)
  }

  /**
   * Adds what is known only after all nodes were asked: a daemon that answered through another node runs, even if its socket was not
   * found; and without a connection to a daemon its leader broadcasts could not be heard.
   */
  private completed(snapshot: Snapshot): Snapshot {
    const nodes = snapshot.nodes.map((facts): NodeFacts => {
      const { pnn, host, leaders, missing, runState } = facts
      const { daemon, problem } = this.reachability.hosts.get(pnn) ?? {}
      const { code, message, hint } = daemon?.listener ? TOO_EARLY : (problem ?? NOT_LISTENED)
      return {
        ...facts,
        ...(host && { host: { ...host, daemonAnswers: host.daemonAnswers || runState !== undefined } }),
        missing: leaders ? missing : [...missing, { fact: 'leaders', code, message, hint }],
      }
    })
    return { ...snapshot, nodes }
  }
}
