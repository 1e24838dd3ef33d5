import { type ClusterNode, hasFlag, NODE_FLAG, type Pnn } from '../../lib/cluster/node.ts'
import type { Leader } from '../../lib/cluster/report.ts'
import { CtdbtsError } from '../../lib/errors.ts'
import { type NodeFacts, SNAPSHOT_VERSION, type Snapshot } from '../../lib/snapshot/snapshot.ts'
import { type AskedNode, askedNode } from '../asked-node.ts'
import type { CtdbClient } from '../client.ts'
import { collectLeader } from '../collect/leader.ts'
import { mapEntryOf } from '../collect/node-facts.ts'
import { collectSnapshot, type HostSight } from '../collect/snapshot.ts'
import { controls } from '../wire/controls.ts'
import { type ClusterOptions, type FoundNodes, findNodes } from './find-nodes.ts'
import type { Activity } from './listener.ts'
import { lookAtHost } from './look-at-host.ts'
import { closeDaemon, type Daemon, noneOf, type ReachedHost } from './reached-host.ts'

export type { ClusterOptions } from './find-nodes.ts'
export type { Activity } from './listener.ts'

/** Why a daemon was not reached, where that tells that there is none, or none that works. What the way there lacks tells nothing of it. */
const SAYS_DEAD: ReadonlySet<string> = new Set(['NO_SOCKET', 'NOBODY_LISTENS', 'TIMEOUT', 'DISCONNECTED'])

const NOT_LISTENED = {
  code: 'NOT_REACHED',
  message: 'there is no connection to its daemon to listen on',
  hint: 'name a node with --host to reach all of them',
}
const NO_DAEMON = { code: 'NO_DAEMON', message: 'no daemon answers on any node', hint: undefined }

/** A cluster, every node of which was gone to as far as there is a way: to its machine, and to its daemon. */
export class Cluster implements Disposable {
  private readonly options: ClusterOptions
  private readonly nodeMap: readonly ClusterNode[]
  private readonly hosts: ReadonlyMap<Pnn, ReachedHost>
  private readonly entries: readonly ReachedHost[]
  /** Nodes whose daemons have ceased to answer. */
  private readonly silent = new Set<Pnn>()

  private constructor(options: ClusterOptions, { nodeMap, hosts, entries }: FoundNodes) {
    this.options = options
    this.nodeMap = nodeMap
    this.hosts = hosts
    this.entries = entries
  }

  /**
   * Goes to the entries, learns from one of them which nodes there are, and goes to those too. A node that cannot be reached does not stop
   * the others.
   * @throws CtdbtsError when no entry can be reached, or none can say which nodes there are.
   */
  static async open(options: ClusterOptions): Promise<Cluster> {
    return new Cluster(options, await findNodes(options))
  }

  /**
   * The node that counts as the local one: the first entry whose daemon answers.
   * @throws CtdbtsError what is wrong with the entries, when none does.
   */
  get local(): AskedNode {
    const daemon = this.entries.find((entry) => entry.daemon?.client.isOpen)?.daemon
    if (!daemon) throw noneOf(this.entries, 'no daemon answers on any')
    return this.asked(daemon)
  }

  /**
   * Any node whose daemon answers.
   * @throws CtdbtsError what is wrong with all of them, when none does.
   */
  get anyone(): AskedNode {
    const [daemon] = this.askedNodes()
    if (!daemon) throw noneOf([...this.hosts.values()], 'no daemon answers on any')
    return this.asked(daemon)
  }

  /**
   * Looks at all nodes, once: through a daemon that answers, or without where none does.
   * @param onSeen told when that is done, though it may not be known yet who leads.
   */
  async sample(onSeen?: () => void): Promise<Snapshot> {
    const now = new Date()
    for (const asked of this.askedNodes()) {
      try {
        return await this.sampleThrough(asked, now, onSeen)
      } catch (error) {
        if (!(error instanceof CtdbtsError)) throw error
        // It has answered until now; others may still do.
        this.silent.add(asked.pnn)
      }
    }
    return await this.withoutDaemon(now)
  }

  /** What the daemons have told since a time (milliseconds since 1970), as far as they can be listened to. */
  activitySince(atMs: number): Activity[] {
    return [...this.hosts.values()].flatMap(({ daemon }) => daemon?.listener?.activitySince(atMs) ?? [])
  }

  /** Ends the connections to the daemons; those to the machines belong to whoever made them. */
  [Symbol.dispose](): void {
    for (const host of this.hosts.values()) closeDaemon(host)
  }

  private asked({ client, pnn }: Daemon): AskedNode {
    return askedNode({ client, pnn: Promise.resolve(pnn), timeoutMs: this.options.timeoutMs }, undefined)
  }

  private async sampleThrough(asked: Daemon, now: Date, onSeen: (() => void) | undefined): Promise<Snapshot> {
    const leader = this.leaderBy(asked)
    const recmasters = leader.then(({ era }) => (era === 'recmaster' ? this.recmasters() : undefined))
    recmasters.catch(() => {})
    const snapshot = await collectSnapshot(asked.client, Promise.resolve(asked.pnn), {
      timeoutMs: this.options.timeoutMs,
      now,
      knownLeader: leader,
      onSeen,
      clientOf: (node) => this.openClient(node),
      isSilent: (node) => this.silent.has(node) || this.hosts.get(node)?.problem?.code === 'TIMEOUT',
      hostOf: (node) => this.look(node),
      leadersOf: async (node) => (await recmasters)?.get(node) ?? this.hosts.get(node)?.daemon?.listener?.leadersOfLate(),
    })
    return this.completed(snapshot)
  }

  /** Who leads: whoever was heard last to say so. Where nobody was, the daemon may be one that has to be asked. */
  private async leaderBy({ client, listener }: Daemon): Promise<Leader> {
    const heard = (await listener?.leadersOfLate())?.at(-1)
    return heard === undefined ? await collectLeader(client, this.options.timeoutMs) : { pnn: heard, era: 'leader' }
  }

  /**
   * With what is known only now: a daemon that has told something, by whatever way, is not dead, even if its socket was not found; and
   * where there is no connection, nobody could listen for who leads.
   */
  private completed(snapshot: Snapshot): Snapshot {
    const nodes = snapshot.nodes.map((facts): NodeFacts => {
      const { pnn, host, leaders, missing, runState } = facts
      const { code, message, hint } = this.hosts.get(pnn)?.problem ?? NOT_LISTENED
      return {
        ...facts,
        ...(host && { host: { ...host, daemonAnswers: host.daemonAnswers || runState !== undefined } }),
        missing: leaders ? missing : [...missing, { fact: 'leaders', code, message, hint }],
      }
    })
    return { ...snapshot, nodes }
  }

  /** A daemon that is part of the cluster knows it best; among those, the entry that the user named first. */
  private askedNodes(): Daemon[] {
    const daemons = [...this.hosts.values()].flatMap(({ daemon }) => daemon ?? [])
    const answering = daemons.filter(({ client, pnn }) => client.isOpen && !this.silent.has(pnn))
    return answering.toSorted((a, b) => Number(this.isCutOff(a.pnn)) - Number(this.isCutOff(b.pnn)))
  }

  private openClient(pnn: Pnn): CtdbClient | undefined {
    const client = this.hosts.get(pnn)?.daemon?.client
    return client?.isOpen ? client : undefined
  }

  /** Whether a daemon runs: not, when that is why nobody has reached it, or when it has ceased to answer. */
  private isAnswering(pnn: Pnn): boolean {
    const { daemon, problem } = this.hosts.get(pnn) ?? {}
    if (daemon) return daemon.client.isOpen && !this.silent.has(pnn)
    return problem !== undefined && !SAYS_DEAD.has(problem.code)
  }

  private isCutOff(pnn: Pnn): boolean {
    const node = this.nodeMap.find((candidate) => candidate.pnn === pnn)
    return node !== undefined && hasFlag(node, NODE_FLAG.DISCONNECTED | NODE_FLAG.BANNED)
  }

  /** Whom each daemon takes for the recovery master; before 4.16 that is asked, and not broadcast. */
  private async recmasters(): Promise<Map<Pnn, Pnn[]>> {
    const answers = [...this.hosts].map(async ([pnn, { daemon }]): Promise<[Pnn, Pnn[]][]> => {
      const recmaster = await daemon?.client.control(controls.getRecmaster).catch(() => undefined)
      return recmaster === undefined ? [] : [[pnn, [recmaster]]]
    })
    return new Map((await Promise.all(answers)).flat())
  }

  private look(pnn: Pnn): Promise<HostSight> | undefined {
    const host = this.hosts.get(pnn)
    const privateAddress = this.nodeMap.find((node) => node.pnn === pnn)?.address.address
    return host && lookAt(host, () => this.isAnswering(pnn), privateAddress, this.options)
  }

  /** No daemon answers anywhere: only what is on the nodes themselves can be told. */
  private async withoutDaemon(now: Date): Promise<Snapshot> {
    const present = this.nodeMap.filter((node) => !hasFlag(node, NODE_FLAG.DELETED))
    const nodes = await Promise.all(
      present.map(async ({ pnn }): Promise<NodeFacts> => {
        const seen = await this.look(pnn)
        const { code, message, hint } = this.hosts.get(pnn)?.problem ?? NO_DAEMON
        const silence = { fact: 'everything', code, message, hint }
        return { pnn, missing: [silence, ...(seen?.missing ?? [])], host: seen?.facts }
      }),
    )
    return {
      formatVersion: SNAPSHOT_VERSION,
      takenAt: now.toISOString(),
      askedNode: present[0]?.pnn ?? 0,
      leader: { pnn: null, era: 'leader' },
      nodeMap: this.nodeMap.map(mapEntryOf),
      nodes,
    }
  }
}

/** What is on a machine; or why nobody could look. */
async function lookAt(
  host: ReachedHost,
  isAnswering: () => boolean,
  privateAddress: string | undefined,
  options: ClusterOptions,
): Promise<HostSight> {
  const { access, problem } = host
  if (!access) {
    const { code, message, hint } = problem ?? { code: 'NOT_REACHED', message: 'nobody looked at it', hint: undefined }
    return { missing: [{ fact: 'host', code, message, hint }] }
  }
  const { facts, missing } = await lookAtHost(access, options)
  // Who has seen nothing there cannot say either whether a daemon runs.
  if (Object.keys(facts).length === 0) return { missing }
  // Its daemon has said which node it is. Where that may be another machine's, or none answers, the private address proves it.
  const isProven = host.daemon !== undefined && !options.checksPlace
  const isThere = isProven || facts.addresses?.some(({ address }) => address === privateAddress)
  if (!isThere) {
    const message = `${host.name} may be another machine: its kernel is not seen to have the private address ${privateAddress}`
    return { missing: [{ fact: 'host', code: 'WRONG_HOST', message }] }
  }
  return { facts: { ...facts, reachedBy: access.name, daemonAnswers: isAnswering() }, missing }
}
