import { hasFlag, NODE_FLAG, type Pnn, UNKNOWN_PNN } from '../../lib/cluster/node.ts'
import type { Leader } from '../../lib/cluster/report.ts'
import { CtdbtsError } from '../../lib/errors.ts'
import { factsOf, type MissingFact, type NodeFacts, SNAPSHOT_VERSION, type Snapshot } from '../../lib/snapshot/snapshot.ts'
import { type AskedNode, askedNode } from '../asked-node.ts'
import type { CtdbClient } from '../client.ts'
import { collectLeader } from '../collect/leader.ts'
import { collectSnapshot, type HostSight } from '../collect/snapshot.ts'
import type { HostReport } from '../host/parse.ts'
import type { Extent } from '../host/script.ts'
import { controls } from '../wire/controls.ts'
import type { ClusterOptions } from './find-nodes.ts'
import { Hosts, isThere } from './hosts.ts'
import type { Activity } from './listener.ts'
import { lookAtHost } from './look-at-host.ts'
import { type Daemon, noneOf, type ReachedHost } from './reached-host.ts'

export type { ClusterOptions } from './find-nodes.ts'
export type { Activity } from './listener.ts'

/** Why a daemon was not reached, where that tells that there is none, or none that works. What the way there lacks tells nothing of it. */
const SAYS_DEAD: ReadonlySet<string> = new Set(['NO_SOCKET', 'NOBODY_LISTENS', 'TIMEOUT', 'DISCONNECTED'])

const NOT_LISTENED = {
  code: 'NOT_REACHED',
  message: 'there is no connection to its daemon to listen on',
  hint: 'name a node with --host to reach all of them',
}
const TOO_EARLY = { code: 'TOO_EARLY', message: 'it has not been listened to for long enough', hint: undefined }
const NO_DAEMON = { code: 'NO_DAEMON', message: 'no daemon answers on any node', hint: undefined }

export interface LookOptions {
  /** Told when all has been seen, though it may not be known yet who leads. */
  readonly onSeen?: (() => void) | undefined
  /** Time limit for each answer of a daemon; that of the cluster unless given. */
  readonly timeoutMs?: number | undefined
  /** Time limit for all that a machine tells past its daemon; none but those of its parts unless given. */
  readonly hostTimeoutMs?: number | undefined
  /** The look before this one: what lasts is taken from there, and nobody waits to hear who leads. */
  readonly before?: Snapshot | undefined
  /** Ends the looking at machines. */
  readonly signal?: AbortSignal | undefined
  /** `kernel`: a light look, of machines the kernel only, of daemons what changes by itself. */
  readonly extent?: Extent | undefined
}

/** A cluster, every node of which was gone to as far as there is a way: to its machine, and to its daemon. */
export class Cluster implements Disposable {
  private readonly options: ClusterOptions
  /** The ways to the nodes. */
  readonly hosts: Hosts
  /** Nodes whose daemons have ceased to answer, and those whose machines have: they are not asked until that is taken back. */
  readonly silent = { daemon: new Map<Pnn, CtdbtsError>(), host: new Map<Pnn, CtdbtsError>() }

  private constructor(options: ClusterOptions, hosts: Hosts) {
    this.options = options
    this.hosts = hosts
  }

  /**
   * Goes to the entries, learns from one of them which nodes there are, and goes to those too. A node that cannot be reached does not stop
   * the others.
   * @throws CtdbtsError when no entry can be reached, or none can say which nodes there are.
   */
  static async open(options: ClusterOptions): Promise<Cluster> {
    return new Cluster(options, await Hosts.find(options))
  }

  /**
   * The node that counts as the local one: the first entry whose daemon answers.
   * @throws CtdbtsError what is wrong with the entries, when none does.
   */
  get local(): AskedNode {
    const daemon = this.hosts.named.find((entry) => entry.daemon?.client.isOpen)?.daemon
    if (!daemon) throw noneOf(this.hosts.named, 'no daemon answers on any')
    return this.asked(daemon)
  }

  /**
   * Any node whose daemon answers.
   * @throws CtdbtsError what is wrong with all of them, when none does.
   */
  get anyone(): AskedNode {
    const [daemon] = this.askedNodes()
    if (!daemon) throw noneOf(this.reached, 'no daemon answers on any')
    return this.asked(daemon)
  }

  /**
   * Looks at all nodes, once: through a daemon that answers, or without where none does.
   */
  async sample(options: LookOptions = {}): Promise<Snapshot> {
    const now = new Date()
    for (let [asked] = this.askedNodes(); asked; [asked] = this.askedNodes()) {
      try {
        return await this.sampleThrough(asked, now, options)
      } catch (error) {
        if (!(error instanceof CtdbtsError)) throw error
        // It has answered until now; others may still do.
        this.silent.daemon.set(asked.pnn, error)
        // Where one hangs others may too: they are not to be found out one after the other.
        if (error.code === 'TIMEOUT' || error.code === 'NO_NODE_MAP') await this.findSilent(options.timeoutMs)
      }
    }
    return await this.withoutDaemon(now, options)
  }

  /** What the daemons have told since a time (milliseconds since 1970), as far as they can be listened to. */
  activitySince(atMs: number): Activity[] {
    return this.reached.flatMap(({ daemon }) => daemon?.listener?.activitySince(atMs) ?? [])
  }

  /** Whether any daemon answers. */
  get hasDaemon(): boolean {
    return this.askedNodes().length > 0
  }

  /** Whether a node's own daemon is connected to, and answers. */
  answers(pnn: Pnn): boolean {
    return this.openClient(pnn) !== undefined && !this.silent.daemon.has(pnn)
  }

  /** Whether any machine can be looked at. */
  get hasMachine(): boolean {
    return this.hosts.all.some(([pnn, host]) => isThere(host) && !this.silent.host.has(pnn))
  }

  /**
   * Looks whether a node's daemon answers, by whatever way.
   * @throws CtdbtsError when it does not.
   */
  async ping(pnn: Pnn, timeoutMs: number): Promise<void> {
    const client = this.openClient(pnn) ?? this.anyone.client
    await client.control(controls.getRunState, { to: pnn, timeoutMs })
  }

  /** Looks whether a node's machine still tells of itself. @returns why it does not. */
  async probe(pnn: Pnn, timeoutMs: number, signal: AbortSignal): Promise<MissingFact | undefined> {
    const { access } = this.hosts.get(pnn) ?? {}
    if (!access) return undefined
    const look = { ...this.options, timeoutMs, extent: 'kernel' as const, signal }
    const { facts, missing } = await withinLimit(lookAtHost(access, look), timeoutMs)
    return Object.keys(facts ?? {}).length === 0 ? missing[0] : undefined
  }

  /** Ends the connections to the daemons; those to the machines belong to whoever made them. */
  [Symbol.dispose](): void {
    this.hosts[Symbol.dispose]()
  }

  /** Nodes whose daemons are connected to, and listened to. */
  get listenedTo(): Pnn[] {
    return this.hosts.all.flatMap(([pnn, { daemon }]) => (daemon?.listener && daemon.client.isOpen ? [pnn] : []))
  }

  private get reached(): ReachedHost[] {
    return this.hosts.all.map(([, host]) => host)
  }

  private async findSilent(timeoutMs = this.options.timeoutMs): Promise<void> {
    const pings = this.askedNodes().map(async ({ client, pnn }) => {
      const error = await client.control(controls.getPnn, { timeoutMs }).then(
        () => undefined,
        (reason: unknown) => reason,
      )
      if (error instanceof CtdbtsError) this.silent.daemon.set(pnn, error)
    })
    await Promise.all(pings)
  }

  private asked({ client, pnn }: Daemon): AskedNode {
    return askedNode({ client, pnn: Promise.resolve(pnn), timeoutMs: this.options.timeoutMs }, undefined)
  }

  private async sampleThrough(asked: Daemon, now: Date, options: LookOptions): Promise<Snapshot> {
    const { onSeen, before, extent } = options
    const timeoutMs = options.timeoutMs ?? this.options.timeoutMs
    const leader = before ? this.leaderSince(before, asked, timeoutMs) : this.leaderBy(asked)
    const recmasters = leader.then(({ era }) => (era === 'recmaster' ? this.recmasters(timeoutMs) : undefined))
    recmasters.catch(() => {})
    const snapshot = await collectSnapshot(asked.client, Promise.resolve(asked.pnn), {
      timeoutMs,
      now,
      knownLeader: leader,
      onSeen,
      before,
      isLight: extent === 'kernel',
      clientOf: (node) => this.openClient(node),
      isSilent: (node) => this.silent.daemon.has(node) || this.hosts.get(node)?.problem?.code === 'TIMEOUT',
      hostOf: (node) => this.look(node, options),
      leadersOf: async (node) => (await recmasters)?.get(node) ?? (await this.leadersOf(node, before)),
    })
    return this.completed(snapshot)
  }

  /** Who leads: whoever was heard last to say so. Where nobody was, the daemon may be one that has to be asked. */
  private async leaderBy({ client, listener }: Daemon): Promise<Leader> {
    const heard = (await listener?.leadersOfLate())?.at(-1)
    return heard === undefined ? await collectLeader(client, this.options.timeoutMs) : { pnn: heard, era: 'leader' }
  }

  /** Who leads, without waiting for it: who looks again and again will hear soon enough. */
  private async leaderSince({ leader }: Snapshot, { client, listener }: Daemon, timeoutMs: number): Promise<Leader> {
    if (leader.era === 'recmaster') {
      const pnn = await client.control(controls.getRecmaster, { timeoutMs }).catch(() => UNKNOWN_PNN)
      return { pnn, era: 'recmaster' }
    }
    const heard = listener?.leadersSoFar()
    const pnn = heard ? heard.at(-1) : leader.pnn
    return { pnn: pnn ?? UNKNOWN_PNN, era: 'leader' }
  }

  private async leadersOf(pnn: Pnn, before: Snapshot | undefined): Promise<readonly Pnn[] | undefined> {
    const listener = this.hosts.get(pnn)?.daemon?.listener
    if (!before) return await listener?.leadersOfLate()
    return listener?.leadersSoFar() ?? factsOf(before, pnn)?.leaders
  }

  /**
   * With what is known only now: a daemon that has told something, by whatever way, is not dead, even if its socket was not found; and
   * where there is no connection, nobody could listen for who leads.
   */
  private completed(snapshot: Snapshot): Snapshot {
    const nodes = snapshot.nodes.map((facts): NodeFacts => {
      const { pnn, host, leaders, missing, runState } = facts
      const { daemon, problem } = this.hosts.get(pnn) ?? {}
      const { code, message, hint } = daemon?.listener ? TOO_EARLY : (problem ?? NOT_LISTENED)
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
    const daemons = this.reached.flatMap(({ daemon }) => daemon ?? [])
    const answering = daemons.filter(({ client, pnn }) => client.isOpen && !this.silent.daemon.has(pnn))
    return answering.toSorted((a, b) => Number(this.isCutOff(a.pnn)) - Number(this.isCutOff(b.pnn)))
  }

  private openClient(pnn: Pnn): CtdbClient | undefined {
    const client = this.hosts.get(pnn)?.daemon?.client
    return client?.isOpen ? client : undefined
  }

  /** Whether a daemon runs: not, when that is why nobody has reached it, or when it has ceased to answer. */
  private isAnswering(pnn: Pnn): boolean {
    const { daemon, problem } = this.hosts.get(pnn) ?? {}
    if (daemon) return daemon.client.isOpen && !this.silent.daemon.has(pnn)
    return problem !== undefined && !SAYS_DEAD.has(problem.code)
  }

  private isCutOff(pnn: Pnn): boolean {
    const node = this.hosts.nodeMap.find((candidate) => candidate.pnn === pnn)
    return node !== undefined && hasFlag(node, NODE_FLAG.DISCONNECTED | NODE_FLAG.BANNED)
  }

  /** Whom each daemon takes for the recovery master; before 4.16 that is asked, and not broadcast. */
  private async recmasters(timeoutMs: number): Promise<Map<Pnn, Pnn[]>> {
    const answers = this.hosts.all.map(async ([pnn, { daemon }]): Promise<[Pnn, Pnn[]][]> => {
      const recmaster = await daemon?.client.control(controls.getRecmaster, { timeoutMs }).catch(() => undefined)
      return recmaster === undefined ? [] : [[pnn, [recmaster]]]
    })
    return new Map((await Promise.all(answers)).flat())
  }

  private look(pnn: Pnn, { extent, hostTimeoutMs, signal }: LookOptions): Promise<HostSight> | undefined {
    const host = this.hosts.get(pnn)
    const silence = this.silent.host.get(pnn)
    if (silence) return Promise.resolve({ missing: [hostMissing(silence)] })
    const options = { ...this.options, extent, signal, ...(hostTimeoutMs !== undefined && { timeoutMs: hostTimeoutMs }) }
    const sight = host && lookAt(host, () => this.isAnswering(pnn), this.hosts.privateAddressOf(pnn), options)
    return sight && hostTimeoutMs !== undefined ? withinLimit(sight, hostTimeoutMs) : sight
  }

  /** No daemon answers anywhere: only what is on the nodes themselves can be told. */
  private async withoutDaemon(now: Date, options: LookOptions): Promise<Snapshot> {
    const present = this.hosts.nodeMap.filter((node) => !hasFlag(node, NODE_FLAG.DELETED))
    const nodes = await Promise.all(
      present.map(async ({ pnn }): Promise<NodeFacts> => {
        const seen = await this.look(pnn, options)
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
      nodeMap: this.hosts.nodeMap,
      nodes,
    }
  }
}

/** What is on a machine; or why nobody could look. */
async function lookAt(
  host: ReachedHost,
  isAnswering: () => boolean,
  privateAddress: string | undefined,
  options: ClusterOptions & Pick<LookOptions, 'extent' | 'signal'>,
): Promise<HostSight> {
  const { access, problem } = host
  if (!access) {
    return { missing: [hostMissing(problem ?? new CtdbtsError('NOT_REACHED', 'nobody looked at it'))] }
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

const hostMissing = ({ code, message, hint }: CtdbtsError): MissingFact => ({ fact: 'host', code, message, hint })

/** A way may hang where nothing sees to its time limits, such as in a connection to a machine that has stopped. */
async function withinLimit<S extends HostSight | HostReport>(sight: Promise<S>, limitMs: number): Promise<S | HostSight> {
  const late = new CtdbtsError('EXEC_TIMEOUT', `the machine has told nothing of itself within ${limitMs / 1000} s`)
  const { promise, resolve } = Promise.withResolvers<HostSight>()
  const timer = setTimeout(() => resolve({ missing: [hostMissing(late)] }), limitMs)
  try {
    return await Promise.race([sight, promise])
  } finally {
    clearTimeout(timer)
  }
}
