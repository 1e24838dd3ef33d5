import { hasFlag, NODE_FLAG, type Pnn } from '../../lib/cluster/node.ts'
import { CtdbtsError } from '../../lib/errors.ts'
import type { MapEntry } from '../../lib/snapshot/snapshot.ts'
import { type ClusterOptions, checkPlace, findNodes, placeOf } from './find-nodes.ts'
import { closeDaemon, type Destination, type ReachedHost, reachDaemon, reachHost } from './reached-host.ts'

/** The machines of a cluster, each gone to as far as there is a way, and gone to again where that is asked. */
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

  /** By PNN; entries first. */
  get all(): [Pnn, ReachedHost][] {
    return [...this.byPnn]
  }

  /** In the order in which the user named them, reached or not. */
  get named(): readonly ReachedHost[] {
    return this.entries
  }

  privateAddressOf(pnn: Pnn): string | undefined {
    return this.nodeMap.find((node) => node.pnn === pnn)?.address
  }

  /** Whether there is a way to a node's machine. */
  hasWayTo(pnn: Pnn): boolean {
    return this.options.wayTo !== undefined || this.byPnn.has(pnn)
  }

  /** Nodes that are not deleted. */
  get present(): Pnn[] {
    return this.nodeMap.filter((node) => !hasFlag(node, NODE_FLAG.DELETED)).map(({ pnn }) => pnn)
  }

  /** Whether it is known of every entry which node it is. */
  get areNamedPlaced(): boolean {
    return this.unplaced.length === 0
  }

  /** Takes over which nodes there are now; those that are there no more, or elsewhere, are left. */
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

  /** Goes to a node again: to its machine where that way has ended, and to its daemon where it is not connected to. */
  async reachAgain(pnn: Pnn): Promise<ReachedHost> {
    const before = this.byPnn.get(pnn)
    const now = checkPlace(await this.reached(before, pnn), pnn)
    return this.isClosed || this.byPnn.get(pnn) !== before ? this.dropped(now) : this.put(pnn, before, now)
  }

  /** Goes again to those entries of which it is not known yet which nodes they are. @returns the PNNs of those that are found. */
  async reachUnplaced(): Promise<Pnn[]> {
    const found = await Promise.all(this.unplaced.map((entry) => this.place(entry)))
    return found.filter((pnn) => pnn !== undefined)
  }

  /** Ends the connections to the daemons; those to the machines belong to whoever made them. */
  [Symbol.dispose](): void {
    this.isClosed = true
    for (const host of this.byPnn.values()) closeDaemon(host)
  }

  private get unplaced(): ReachedHost[] {
    const placed = new Set(this.byPnn.values())
    return this.entries.filter((entry) => !placed.has(entry))
  }

  private async reached(before: ReachedHost | undefined, pnn: Pnn): Promise<ReachedHost> {
    if (before && isThere(before)) {
      return before.daemon?.client.isOpen ? before : await reachDaemon({ ...before, access: before.access }, this.options)
    }
    const destination = before && this.entries.includes(before) ? before : this.wayTo(pnn)
    return await reachHost(destination, this.options)
  }

  private put(pnn: Pnn, before: ReachedHost | undefined, now: ReachedHost): ReachedHost {
    this.byPnn.set(pnn, now)
    if (!before || before === now) return now
    if (before.daemon !== now.daemon) closeDaemon(before)
    const at = this.entries.indexOf(before)
    if (at >= 0) this.entries[at] = now
    return now
  }

  /** The way to a node that is no entry: by an entry that is reached. */
  private wayTo(pnn: Pnn): Destination {
    const through = this.entries.find(isThere)?.access
    const address = this.privateAddressOf(pnn)
    if (this.options.wayTo && through && address) return this.options.wayTo(address, through)
    const problem = this.entries.find((entry) => entry.problem)?.problem
    const error = new CtdbtsError('NO_WAY', `there is no way to node ${pnn}${problem ? `: ${problem.message}` : ''}`)
    return { name: address ?? `node ${pnn}`, reach: () => Promise.reject(error) }
  }

  private async place(entry: ReachedHost): Promise<Pnn | undefined> {
    const now = await reachHost(entry, this.options)
    const pnn = now.daemon?.pnn ?? (await placeOf(now, this.nodeMap, this.options))
    const there = pnn === undefined ? undefined : this.byPnn.get(pnn)
    // Where the node is reached by another way, that one stays.
    const isTaken = there?.daemon?.client.isOpen
    if (isTaken) this.entries.splice(this.entries.indexOf(entry), 1)
    if (this.isClosed || isTaken || pnn === undefined) {
      closeDaemon(now)
      return undefined
    }
    if (there) closeDaemon(there)
    this.byPnn.set(pnn, now)
    this.entries[this.entries.indexOf(entry)] = now
    return pnn
  }

  /** What came too late. */
  private dropped(host: ReachedHost): ReachedHost {
    closeDaemon(host)
    return host
  }
}

/** Whether a machine is reached, and the way there has not ended since. */
export const isThere = (host: ReachedHost): host is ReachedHost & Required<Pick<ReachedHost, 'access'>> =>
  host.access !== undefined && !host.access.ended?.aborted
