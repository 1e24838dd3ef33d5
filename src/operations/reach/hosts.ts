import { hasFlag, NODE_FLAG, type Pnn } from '../../lib/cluster/node.ts'
import { CtdbtsError } from '../../lib/errors.ts'
import type { MapEntry } from '../../lib/snapshot/snapshot.ts'
import type { HostRoute } from '../../transport/host-access.ts'
import { type ClusterOptions, findNodes, identifyHost, requireNode } from './find-nodes.ts'
import { closeDaemon, type ReachedHost, reachDaemon, reachHost } from './reached-host.ts'

/** The machines of a cluster and the connections to them. Reconnects on request. */
export class Hosts implements Disposable {
  nodeMap: readonly MapEntry[]
  private readonly options: ClusterOptions
  private readonly byPnn: Map<Pnn, ReachedHost>
  private readonly entries: ReachedHost[]
  private isClosed = false

  private constructor(
    options: ClusterOptions,
    nodeMap: readonly MapEntry[],
    byPnn: Map<Pnn, ReachedHost>,
    entries: ReachedHost[],
  ) {
    this.options = options
    this.nodeMap = nodeMap
    this.byPnn = byPnn
    this.entries = entries
  }

  /** @throws as `findNodes`. */
  static async find(given: ClusterOptions): Promise<Hosts> {
    const options = { ...given, listens: true }
    const { nodeMap, hosts, entries } = await findNodes(options)
    return new Hosts(options, nodeMap, new Map(hosts), [...entries])
  }

  get(pnn: Pnn): ReachedHost | undefined {
    return this.byPnn.get(pnn)
  }

  /** The machines with their PNNs; entries first. */
  get all(): [Pnn, ReachedHost][] {
    return [...this.byPnn]
  }

  /** The entries in the order in which the user named them, reached or not. */
  get named(): readonly ReachedHost[] {
    return this.entries
  }

  privateAddressOf(pnn: Pnn): string | undefined {
    return this.nodeMap.find((node) => node.pnn === pnn)?.address
  }

  /** Whether there is a route to a node's machine. */
  hasRouteTo(pnn: Pnn): boolean {
    return this.options.routeTo !== undefined || this.byPnn.has(pnn)
  }

  /** PNNs of the nodes that are not deleted. */
  get present(): Pnn[] {
    return this.nodeMap.filter((node) => !hasFlag(node, NODE_FLAG.DELETED)).map(({ pnn }) => pnn)
  }

  /** Whether the PNN of every entry is known. */
  get areEntriesIdentified(): boolean {
    return this.unidentified.length === 0
  }

  /** Adopts a new node map. Disconnects from nodes that are gone or have another address. */
  adopt(nodeMap: readonly MapEntry[]): void {
    const addressBefore = new Map(this.nodeMap.map(({ pnn, address }) => [pnn, address]))
    this.nodeMap = nodeMap
    for (const [pnn, host] of this.all) {
      const node = nodeMap.find((candidate) => candidate.pnn === pnn)
      if (node && !hasFlag(node, NODE_FLAG.DELETED) && node.address === addressBefore.get(pnn)) continue
      closeDaemon(host)
      this.byPnn.delete(pnn)
    }
  }

  /** Reconnects to a node: to its machine if that connection has ended, and to its daemon if it is not connected. */
  async reconnect(pnn: Pnn): Promise<ReachedHost> {
    const before = this.byPnn.get(pnn)
    const now = requireNode(await this.reached(before, pnn), pnn)
    return this.isClosed || this.byPnn.get(pnn) !== before ? this.discard(now) : this.put(pnn, before, now)
  }

  /** Retries the entries whose PNN is not known yet. @returns the PNNs found. */
  async identifyEntries(): Promise<Pnn[]> {
    const found = await Promise.all(this.unidentified.map((entry) => this.identify(entry)))
    return found.filter((pnn) => pnn !== undefined)
  }

  /** Closes the connections to the daemons. Connections to machines belong to their creators. */
  [Symbol.dispose](): void {
    this.isClosed = true
    for (const host of this.byPnn.values()) closeDaemon(host)
  }

  private get unidentified(): ReachedHost[] {
    const identified = new Set(this.byPnn.values())
    return this.entries.filter((entry) => !identified.has(entry))
  }

  private async reached(before: ReachedHost | undefined, pnn: Pnn): Promise<ReachedHost> {
    if (before && isConnected(before)) {
      return before.daemon?.client.isOpen ? before : await reachDaemon({ ...before, access: before.access }, this.options)
    }
    const route = before && this.entries.includes(before) ? before : this.routeTo(pnn)
    return await reachHost(route, this.options)
  }

  private put(pnn: Pnn, before: ReachedHost | undefined, now: ReachedHost): ReachedHost {
    this.byPnn.set(pnn, now)
    if (!before || before === now) return now
    if (before.daemon !== now.daemon) closeDaemon(before)
    const at = this.entries.indexOf(before)
    if (at >= 0) this.entries[at] = now
    return now
  }

  /** The route to a node that is not an entry: through an entry that is connected. */
  private routeTo(pnn: Pnn): HostRoute {
    const through = this.entries.find(isConnected)?.access
    const address = this.privateAddressOf(pnn)
    if (this.options.routeTo && through && address) return this.options.routeTo(address, through, pnn)
    const problem = this.entries.find((entry) => entry.problem)?.problem
    const error = new CtdbtsError('NO_WAY', `no route to node ${pnn}${problem ? `: ${problem.message}` : ''}`)
    return { name: address ?? `node ${pnn}`, reach: () => Promise.reject(error) }
  }

  private async identify(entry: ReachedHost): Promise<Pnn | undefined> {
    const now = await reachHost(entry, this.options)
    const pnn = now.daemon?.pnn ?? (await identifyHost(now, this.nodeMap, this.options))
    const existing = pnn === undefined ? undefined : this.byPnn.get(pnn)
    // A connection to the node by another route stays.
    const isTaken = existing?.daemon?.client.isOpen
    if (isTaken) this.entries.splice(this.entries.indexOf(entry), 1)
    if (this.isClosed || isTaken || pnn === undefined) {
      closeDaemon(now)
      return undefined
    }
    if (existing) closeDaemon(existing)
    this.byPnn.set(pnn, now)
    this.entries[this.entries.indexOf(entry)] = now
    return pnn
  }

  /** Closes a connection that is no longer needed. */
  private discard(host: ReachedHost): ReachedHost {
    closeDaemon(host)
    return host
  }
}

/** Whether a machine is connected. */
export const isConnected = (host: ReachedHost): host is ReachedHost & Required<Pick<ReachedHost, 'access'>> =>
  host.access !== undefined && !host.access.ended?.aborted
