import type { Pnn } from '../../lib/cluster/node.ts'
import type { ErrorCode } from '../../lib/error-codes.ts'
import { CtdbtsError } from '../../lib/errors.ts'
import type { HostFacts } from '../../lib/snapshot/host-facts.ts'
import type { MissingFact, Snapshot } from '../../lib/snapshot/snapshot.ts'
import { controls } from '../../lib/wire/controls.ts'
import { writeFileOn } from '../../transport/host/write-file.ts'
import type { HostAccess } from '../../transport/host-access.ts'
import { type TargetNode, targetNode } from '../target-node.ts'
import { ClusterSample, type SampleOptions } from './cluster-sample.ts'
import type { ClusterOptions } from './find-nodes.ts'
import { readHost, sampleHost, sampleInTime } from './host-sample.ts'
import { Hosts } from './hosts.ts'
import type { Activity } from './listener.ts'
import { Reachability } from './reachability.ts'
import { type DaemonConnection, noneOf } from './reached-host.ts'

export type { SampleOptions } from './cluster-sample.ts'
export type { ClusterOptions } from './find-nodes.ts'
export type { Activity } from './listener.ts'

/** The machine of a node, and what was read there. */
export interface ExaminedMachine {
  readonly access: HostAccess
  readonly facts: HostFacts
}

/** A cluster, with connections to the machine and the daemon of every node that can be reached. */
export class Cluster implements Disposable {
  /**
   * Which nodes can be asked. Used by the follower; other callers use the methods of this class.
   * @internal
   */
  readonly reachability: Reachability
  private readonly options: ClusterOptions

  private constructor(options: ClusterOptions, hosts: Hosts) {
    this.options = options
    this.reachability = new Reachability(hosts)
  }

  /**
   * Connects to the entries, learns the nodes of the cluster from one of them, and connects to those too. A node that cannot be reached
   * does not affect the others.
   * @throws CtdbtsError when no entry can be reached, or none reports the nodes of the cluster.
   */
  static async open(options: ClusterOptions): Promise<Cluster> {
    return new Cluster(options, await Hosts.find(options))
  }

  /**
   * The node that counts as the local one: the first entry whose daemon answers.
   * @throws CtdbtsError what is wrong with the entries, when no daemon answers there.
   */
  get local(): TargetNode {
    const { named } = this.reachability.hosts
    const daemon = named.find((entry) => entry.daemon?.client.isOpen)?.daemon
    if (!daemon) throw noneOf(named, 'no daemon answers on any')
    return this.asked(daemon)
  }

  /**
   * Any node whose daemon answers.
   * @throws CtdbtsError what is wrong with all nodes, when no daemon answers.
   */
  get anyone(): TargetNode {
    const [daemon] = this.reachability.answeringDaemons()
    if (daemon) return this.asked(daemon)
    throw noneOf(
      this.reachability.hosts.all.map(([, host]) => host),
      'no daemon answers on any',
    )
  }

  /**
   * Takes a snapshot of all nodes: through a daemon that answers, or of the machines alone when no daemon does. What cannot be learned is
   * recorded in the snapshot as missing.
   */
  async sample(options: SampleOptions = {}): Promise<Snapshot> {
    const sample = new ClusterSample(this.reachability, this.options, options)
    for (;;) {
      const [asked] = this.reachability.answeringDaemons()
      if (!asked) return await sample.withoutDaemon()
      try {
        return await sample.throughDaemon(asked)
      } catch (error) {
        if (!(error instanceof CtdbtsError)) throw error
        // This daemon has answered until now; others may still do.
        this.reachability.markSilent('daemon', asked.pnn, error)
        // Where one daemon hangs others may too. Find them all at once, rather than one time limit after the other.
        if (error.code === 'TIMEOUT' || error.code === 'NO_NODE_MAP') await this.findSilentDaemons(options.timeoutMs)
      }
    }
  }

  /** What the daemons have broadcast since `atMs` (milliseconds since 1970), as far as they are listened to. */
  activitySince(atMs: number): Activity[] {
    return this.reachability.hosts.all.flatMap(([, { daemon }]) => daemon?.listener?.activitySince(atMs) ?? [])
  }

  /**
   * Checks that a node's daemon answers, on its own connection or through another node.
   * @throws CtdbtsError when it does not.
   */
  async ping(pnn: Pnn, timeoutMs: number): Promise<void> {
    const client = this.reachability.clientOf(pnn) ?? this.anyone.client
    await client.control(controls.getRunState, { to: pnn, timeoutMs })
  }

  /** Checks that a node's machine answers. @returns why it does not. */
  async probe(pnn: Pnn, timeoutMs: number, signal: AbortSignal): Promise<MissingFact | undefined> {
    const { access } = this.reachability.hosts.get(pnn) ?? {}
    if (!access) return undefined
    const { socketPaths, base } = this.options
    const sample = readHost(access, { socketPaths, base, timeoutMs, extent: 'kernel', signal })
    const { facts, missing } = await sampleInTime(sample, timeoutMs)
    return Object.keys(facts ?? {}).length === 0 ? missing[0] : undefined
  }

  /** PNNs of the nodes that are not deleted. */
  get present(): readonly Pnn[] {
    return this.reachability.hosts.present
  }

  /** Whether there is a route to a node's machine. */
  hasRouteTo(pnn: Pnn): boolean {
    return this.reachability.hosts.hasRouteTo(pnn)
  }

  /**
   * Examines a node's machine, for what else is to be read there.
   * @throws CtdbtsError when it cannot be reached, or may be another machine.
   */
  async examine(pnn: Pnn): Promise<ExaminedMachine> {
    const { socketPaths, base, timeoutMs, checksHost } = this.options
    const host = this.reachability.hosts.get(pnn)
    if (!host?.access) throw host?.problem ?? new CtdbtsError('NOT_REACHED', 'there is no access to it')
    const identity = this.reachability.identityOf(pnn, checksHost)
    const { facts, missing } = await sampleHost(host, identity, { socketPaths, base, timeoutMs })
    if (facts) return { access: host.access, facts }
    const [{ code, message, hint } = { code: 'NOT_REACHED', message: 'nothing can be read there', hint: undefined }] = missing
    throw new CtdbtsError(code as ErrorCode, message, { hint })
  }

  /** A node's machine; undefined if it is not reached. */
  accessTo(pnn: Pnn): HostAccess | undefined {
    return this.reachability.hosts.get(pnn)?.access
  }

  /**
   * Replaces a file beside CTDB's other files on a machine that was examined.
   * @returns its path.
   * @throws as `writeFileOn`.
   */
  async writeFile({ access }: ExaminedMachine, name: string, text: string, signal?: AbortSignal): Promise<string> {
    const { base, timeoutMs } = this.options
    return await writeFileOn(access, name, text, { base, timeoutMs, signal })
  }

  /** Time limit for each answer, in milliseconds. */
  get timeoutMs(): number {
    return this.options.timeoutMs
  }

  /** Nodes to whose daemons there are connections on which broadcasts are received. */
  get listenedTo(): Pnn[] {
    return this.reachability.hosts.all.flatMap(([pnn, { daemon }]) => (daemon?.listener && daemon.client.isOpen ? [pnn] : []))
  }

  /** Closes the connections to the daemons. Connections to machines belong to their creators. */
  [Symbol.dispose](): void {
    this.reachability.hosts[Symbol.dispose]()
  }

  private async findSilentDaemons(timeoutMs = this.options.timeoutMs): Promise<void> {
    const pings = this.reachability.answeringDaemons().map(async ({ client, pnn }) => {
      const error = await client.control(controls.getPnn, { timeoutMs }).then(
        () => undefined,
        (reason: unknown) => reason,
      )
      if (error instanceof CtdbtsError) this.reachability.markSilent('daemon', pnn, error)
    })
    await Promise.all(pings)
  }

  private asked({ client, pnn }: DaemonConnection): TargetNode {
    return targetNode({ client, pnn: Promise.resolve(pnn), timeoutMs: this.options.timeoutMs }, undefined)
  }
}
