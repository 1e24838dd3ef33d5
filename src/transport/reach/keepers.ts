import type { Pnn } from '../../lib/cluster/node.ts'
import type { Observation } from '../../lib/watch/observation.ts'
import { backOffMs } from './back-off.ts'
import type { Cluster } from './cluster.ts'
import { Keeper, type Lack } from './keeper.ts'
import { sleepUnless } from './waiting.ts'

export interface KeepersOptions {
  readonly cluster: Cluster
  /** Time limit for the answer that tells whether somebody answers at all. */
  readonly timeoutMs: number
  readonly signal: AbortSignal
  readonly observe: (observation: Observation) => void
  /** Told when something can be reached again. */
  readonly onSighted: () => void
}

/** Keeps all nodes of a cluster in reach, and tells of those that are not. */
export class Keepers {
  private readonly options: KeepersOptions
  private readonly keepers = new Map<Pnn, Keeper>()
  /** When it was last said that no node can be reached, for when it is tried again; undefined while one can. */
  private allBlindUntilMs: number | undefined
  private isPlacing = false

  constructor(options: KeepersOptions) {
    this.options = options
  }

  /** Begins with nodes that are new, and ends with those that are there no more. */
  keepAll(): void {
    const { cluster, timeoutMs, signal } = this.options
    const { present } = cluster.hosts
    for (const [pnn, keeper] of this.keepers) {
      if (present.includes(pnn)) continue
      keeper.end()
      this.keepers.delete(pnn)
    }
    for (const pnn of present) {
      if (this.keepers.has(pnn)) continue
      const keeper = new Keeper({ cluster, pnn, timeoutMs, signal, onBlind: this.blind, onSighted: this.sighted })
      this.keepers.set(pnn, keeper)
      void keeper.run()
    }
    if (!this.isPlacing && !cluster.hosts.areNamedPlaced) void this.placeNamed()
  }

  /** Something of a node may have ceased to answer. */
  check(pnn: Pnn): void {
    const keeper = this.keepers.get(pnn)
    if (keeper && !keeper.lacks) keeper.nudge()
  }

  /** Something tells that a node is there again. */
  tryNow(pnn: Pnn): void {
    const keeper = this.keepers.get(pnn)
    if (keeper?.lacks) keeper.nudge()
  }

  private readonly blind = (pnn: Pnn, { what, error }: Lack, retryAtMs: number): void => {
    const { observe, cluster } = this.options
    observe({ kind: 'blind', atMs: Date.now(), pnn, what, why: error.message, retryAtMs })
    if (cluster.hasDaemon) return
    const soonestMs = Math.min(...[...this.keepers.values()].map((keeper) => keeper.retryAtMs ?? Number.POSITIVE_INFINITY))
    if (this.allBlindUntilMs === soonestMs) return
    this.allBlindUntilMs = soonestMs
    observe({
      kind: 'blind',
      atMs: Date.now(),
      what: 'daemon',
      why: `no node's daemon can be reached; ${error.message}`,
      retryAtMs: soonestMs,
    })
  }

  private readonly sighted = (pnn: Pnn, what: Lack['what']): void => {
    const { observe, cluster, onSighted } = this.options
    observe({ kind: 'sighted', atMs: Date.now(), pnn, what })
    if (this.allBlindUntilMs !== undefined && cluster.hasDaemon) {
      this.allBlindUntilMs = undefined
      observe({ kind: 'sighted', atMs: Date.now(), what: 'daemon' })
    }
    // Others may have waited for a way that leads through this one.
    for (const keeper of this.keepers.values()) if (keeper.lacks?.error.code === 'NO_WAY') keeper.nudge()
    onSighted()
  }

  /** Goes to the named hosts of which it is not known yet which nodes they are, until it is. */
  private async placeNamed(): Promise<void> {
    const { cluster, signal } = this.options
    this.isPlacing = true
    for (let failures = 1; !signal.aborted && !cluster.hosts.areNamedPlaced; failures++) {
      await sleepUnless(backOffMs(failures, '', 0), [signal])
      if (signal.aborted) return
      for (const pnn of await cluster.hosts.reachUnplaced()) this.keepers.get(pnn)?.nudge()
    }
    this.isPlacing = false
  }
}
