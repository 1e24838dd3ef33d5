import type { Pnn } from '../../lib/cluster/node.ts'
import type { Observation } from '../../lib/watch/observation.ts'
import type { Cluster } from '../reach/cluster.ts'
import type { NodePart } from '../reach/reachability.ts'
import { backOffMs } from './back-off.ts'
import { type NodeProblem, NodeReconnector } from './node-reconnector.ts'
import { sleepUnlessAborted } from './sleep.ts'

export interface ClusterReconnectorOptions {
  readonly cluster: Cluster
  /** Time limit for the answer that shows whether a daemon or a machine answers at all, in milliseconds. */
  readonly timeoutMs: number
  readonly signal: AbortSignal
  readonly observe: (observation: Observation) => void
  /** Called when something can be reached again. */
  readonly onFound: () => void
}

/** Keeps all nodes of a cluster in reach, and reports those that cannot be reached. */
export class ClusterReconnector {
  private readonly options: ClusterReconnectorOptions
  private readonly nodes = new Map<Pnn, NodeReconnector>()
  /** The retry time that was given in the last report that no node can be reached; undefined while one can. */
  private allLostUntilMs: number | undefined
  private isIdentifying = false

  constructor(options: ClusterReconnectorOptions) {
    this.options = options
  }

  /** Starts for nodes that are new, and stops for those that have left the cluster. */
  adoptNodes(): void {
    const { cluster, timeoutMs, signal } = this.options
    const { hosts } = cluster.reachability
    const { present } = hosts
    for (const [pnn, node] of this.nodes) {
      if (present.includes(pnn)) continue
      node.end()
      this.nodes.delete(pnn)
    }
    for (const pnn of present) {
      if (this.nodes.has(pnn)) continue
      const node = new NodeReconnector({ cluster, pnn, timeoutMs, signal, onLost: this.lost, onFound: this.found })
      this.nodes.set(pnn, node)
      void node.run()
    }
    if (!this.isIdentifying && !hosts.areEntriesIdentified) void this.identifyEntries()
  }

  /** Checks a node now, because a part of it may have stopped answering. */
  check(pnn: Pnn): void {
    const node = this.nodes.get(pnn)
    if (node && !node.problem) node.nudge()
  }

  /** Retries now: there are signs that the node is back. */
  retryNow(pnn: Pnn): void {
    const node = this.nodes.get(pnn)
    if (node?.problem) node.nudge()
  }

  private readonly lost = (pnn: Pnn, { part, error }: NodeProblem, retryAtMs: number): void => {
    const { observe, cluster } = this.options
    observe({ kind: 'blind', atMs: Date.now(), pnn, what: part, why: error.message, retryAtMs })
    if (cluster.reachability.hasDaemon) return
    const soonestMs = Math.min(...[...this.nodes.values()].map((node) => node.retryAtMs ?? Number.POSITIVE_INFINITY))
    if (this.allLostUntilMs === soonestMs) return
    this.allLostUntilMs = soonestMs
    const why = `no node's daemon can be reached; ${error.message}`
    observe({ kind: 'blind', atMs: Date.now(), what: 'daemon', why, retryAtMs: soonestMs })
  }

  private readonly found = (pnn: Pnn, part: NodePart): void => {
    const { observe, cluster, onFound } = this.options
    observe({ kind: 'sighted', atMs: Date.now(), pnn, what: part })
    if (this.allLostUntilMs !== undefined && cluster.reachability.hasDaemon) {
      this.allLostUntilMs = undefined
      observe({ kind: 'sighted', atMs: Date.now(), what: 'daemon' })
    }
    // Other nodes may only be reachable through this one.
    for (const node of this.nodes.values()) if (node.problem?.error.code === 'NO_WAY') node.nudge()
    onFound()
  }

  /** Retries entries until it is known which node each of them is. */
  private async identifyEntries(): Promise<void> {
    const { cluster, signal } = this.options
    const { hosts } = cluster.reachability
    this.isIdentifying = true
    for (let failures = 1; !signal.aborted && !hosts.areEntriesIdentified; failures++) {
      await sleepUnlessAborted(backOffMs(failures, '', 0), [signal])
      if (signal.aborted) return
      for (const pnn of await hosts.identifyEntries()) this.nodes.get(pnn)?.nudge()
    }
    this.isIdentifying = false
  }
}
