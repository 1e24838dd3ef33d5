import type { Era } from '../lib/cluster/era.ts'
import type { Pnn } from '../lib/cluster/node.ts'
import { KNOWN_SOCKETS } from '../lib/cluster/paths.ts'
import { Cluster, type ClusterOptions } from '../operations/reach/cluster.ts'
import type { LogEntry } from '../sim/log/entry.ts'
import { SimCluster } from '../sim/serve/sim-cluster.ts'
import { simHostAccess, simRoutes } from '../sim/serve/sim-host.ts'
import { type Layout, uniformLayout } from '../sim/world/layout.ts'
import { CtdbClient } from '../transport/client/client.ts'
import type { HostAccess } from '../transport/host-access.ts'
import { ClusterSession } from './cluster-session.ts'

/** Size, behavior and clock of an embedded cluster. */
export interface EmbeddedClusterOptions {
  /** Number of nodes; 3 unless given. */
  readonly nodes?: number | undefined
  /** Number of public addresses, which every node can host; 6 unless given. */
  readonly addresses?: number | undefined
  /** Interfaces and public addresses node by node, instead of the two numbers above. */
  readonly layout?: Layout | undefined
  /** Which generation of CTDB it behaves like; `now` unless given. */
  readonly era?: Era | undefined
  /** Random seed: the same seed and the same commands at the same times give the same run. 1 unless given. */
  readonly seed?: number | undefined
  /** Simulated seconds in one real second; 1 unless given. */
  readonly speed?: number | undefined
  /** Called with every line that a daemon logs. */
  readonly onLog?: ((entry: LogEntry) => void) | undefined
}

const TIMEOUT_MS = 5_000

/**
 * Starts a cluster inside this process and waits until it is healthy, which takes no real time. Its nodes speak CTDB's protocol.
 *
 * @example
 * ```ts
 * import { startCluster } from 'ctdbts/sim'
 *
 * using cluster = await startCluster({ nodes: 3, speed: 10 })
 * cluster.run('crash 2')
 * using session = await cluster.open()
 * console.log(await session.plan())
 * ```
 */
export async function startCluster(options: EmbeddedClusterOptions = {}): Promise<EmbeddedCluster> {
  const { nodes = 3, addresses = 6, layout = uniformLayout(nodes, addresses), era = 'now', seed = 1, speed = 1, onLog } = options
  const cluster = new SimCluster({ layout, era, seed, speed, log: onLog })
  await cluster.comeUp()
  cluster.driver.start()
  return new EmbeddedCluster(cluster)
}

/** A cluster inside this process: its time passes until it is closed. Made by {@link startCluster}. */
export class EmbeddedCluster implements Disposable {
  readonly #cluster: SimCluster

  /** @internal */
  constructor(cluster: SimCluster) {
    this.#cluster = cluster
  }

  /** The PNNs of its nodes. */
  get pnns(): Pnn[] {
    return this.#cluster.world.nodes.map(({ pnn }) => pnn)
  }

  /**
   * Does something to the cluster, as a line at the prompt of `ctdbts sim` does: `crash 2`, `restart-network 1`. docs/simulation.md lists
   * all commands.
   * @throws CtdbtsError BAD_COMMAND.
   */
  run(line: string): void {
    this.#cluster.carryOut(line)
  }

  /** A client of a node's daemon, as through its socket. Closing it is up to the caller. */
  connect(pnn: Pnn): CtdbClient {
    return new CtdbClient(this.#cluster.connect(pnn), { peer: `node ${pnn}` })
  }

  /** A node's machine: commands and sockets. */
  host(pnn: Pnn): HostAccess {
    return simHostAccess(this.#cluster, pnn)
  }

  /** Opens all nodes, as `openCluster` opens a real cluster. */
  async open({ timeoutMs = TIMEOUT_MS }: { readonly timeoutMs?: number } = {}): Promise<ClusterSession> {
    const routes: ClusterOptions = { entries: simRoutes(this.#cluster), socketPaths: KNOWN_SOCKETS, timeoutMs }
    return new ClusterSession(await Cluster.open(routes), routes, () => {})
  }

  /** Ends it: its time stands still from now on. */
  close(): void {
    this.#cluster.close()
  }

  /** The same as {@link close}, for `using`. */
  [Symbol.dispose](): void {
    this.close()
  }
}
