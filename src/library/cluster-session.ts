import { parseIp } from '../lib/address/ip-text.ts'
import { publicSocketAddress, type SocketAddress } from '../lib/address/socket-address.ts'
import type { AuditReport } from '../lib/audit/report.ts'
import type { Pnn } from '../lib/cluster/node.ts'
import { CtdbtsError } from '../lib/errors.ts'
import type { Snapshot } from '../lib/snapshot/snapshot.ts'
import type { Edit } from '../lib/takeover/what-if.ts'
import { planWhatIf, type WhatIfPlan } from '../lib/takeover/what-if-plan.ts'
import type { Observation } from '../lib/watch/observation.ts'
import { type ChangedState, changeState } from '../operations/administer/change-state.ts'
import { disabledSeconds } from '../operations/administer/disable-runs.ts'
import { moveIp } from '../operations/administer/move-ip.ts'
import { type NodeReload, reloadPublicIps } from '../operations/administer/reload-ips.ts'
import { banFor, CONTINUE, DISABLE, ENABLE, STOP, type StateChange, UNBAN } from '../operations/administer/state-changes.ts'
import { requestTakeoverRun } from '../operations/administer/takeover-run.ts'
import { type AuditOptions, auditCluster } from '../operations/audit/audit.ts'
import { collectNodeMap } from '../operations/collect/node-map.ts'
import { Follower } from '../operations/follow/follower.ts'
import type { Cluster, ClusterOptions } from '../operations/reach/cluster.ts'
import { type TargetNode, targetNode } from '../operations/target-node.ts'
import type { CtdbClient } from '../transport/client/client.ts'

/** What can end a call before it is done. */
export interface CallOptions {
  /** The call ends with the signal's reason; what it switched off on the cluster is switched on again. */
  readonly signal?: AbortSignal | undefined
}

/** Calls that retry by themselves report each failed attempt. */
export interface RetriedCallOptions extends CallOptions {
  /** Called with the error of each failed attempt that is retried. */
  readonly onProblem?: ((problem: CtdbtsError) => void) | undefined
}

/** What a plan is made for, besides the current state. */
export interface PlanRequest {
  /** Changes to imagine before the plan is made; none unless given. */
  readonly whatIf?: readonly Edit[] | undefined
  /** Nodes that the leader was told to let receive addresses (REBALANCE_NODE). */
  readonly forceRebalance?: readonly Pnn[] | undefined
}

/** A change of a node's state, as the commands of the same names make it. */
export type NodeStateChange =
  | 'disable'
  | 'enable'
  | 'stop'
  | 'continue'
  | 'unban'
  /** Seconds, more than 0; after them the node comes back by itself. */
  | { readonly banSeconds: number }

const NODE_STATE_CHANGES = {
  disable: DISABLE,
  enable: ENABLE,
  stop: STOP,
  continue: CONTINUE,
  unban: UNBAN,
} as const

const FOLLOW_INTERVAL_MS = 2_000
const AUDIT_INTERVAL_MS = 10_000

/**
 * A connected cluster. Close it by `using`, or by `close()`. Made by {@link openCluster}.
 *
 * @example
 * ```ts
 * import { openCluster } from 'ctdbts'
 *
 * using cluster = await openCluster({ hosts: ['node1'] })
 * const { findings } = await cluster.audit({ skip: ['ip-single-node'] })
 * const plan = await cluster.plan({ whatIf: [{ kind: 'down', pnn: 2 }] })
 * console.log(findings.length, plan.counts)
 * await cluster.changeState(2, 'disable') // its addresses move to other nodes
 * await cluster.changeState(2, 'enable')
 * ```
 */
export class ClusterSession implements Disposable {
  readonly #cluster: Cluster
  readonly #routes: ClusterOptions
  readonly #closeRoutes: () => void

  /** @internal */
  constructor(cluster: Cluster, routes: ClusterOptions, closeRoutes: () => void) {
    this.#cluster = cluster
    this.#routes = routes
    this.#closeRoutes = closeRoutes
  }

  /**
   * A client of the first named host whose daemon answers, for any control of `ctdbts/wire`.
   * @throws CtdbtsError when none does.
   */
  get client(): CtdbClient {
    return this.#cluster.local.client
  }

  /**
   * Collects the state of all nodes: what the daemons believe, what the kernels have, what the files say. What could not be collected is
   * listed for each node in `missing`.
   */
  async snapshot({ signal }: CallOptions = {}): Promise<Snapshot> {
    return await this.#cluster.sample({ signal })
  }

  /** Audits all nodes, as `ctdbts verify` does. Takes at least two samples, and more while addresses move (at most 12 s). */
  async audit(options: AuditOptions = {}): Promise<AuditReport> {
    return await auditCluster(this.#cluster, options)
  }

  /**
   * Predicts what a takeover run would do, as `ctdbts takeover-run --dry-run` does. Changes nothing.
   * @throws CtdbtsError IMPOSSIBLE for a what-if that contradicts the state of the cluster.
   */
  async plan({ whatIf = [], forceRebalance = [] }: PlanRequest = {}): Promise<WhatIfPlan> {
    return planWhatIf(await this.snapshot(), whatIf, { forceRebalance })
  }

  /**
   * Follows the cluster over connections of its own, and reports what happens. A `ClusterTracker` turns the observations into a timeline.
   * @param observe called with everything, in the order of time.
   */
  follow(
    observe: (observation: Observation) => void,
    { intervalMs = FOLLOW_INTERVAL_MS, auditEveryMs = AUDIT_INTERVAL_MS, signal }: FollowSettings = {},
  ): Following {
    return Follower.start({ cluster: { ...this.#routes, listens: true }, intervalMs, auditEveryMs, observe, signal })
  }

  /**
   * Asks the leader for a takeover run and waits until it is done.
   * @returns the PNN of the leader.
   * @throws CtdbtsError RUN_FAILED.
   */
  async takeoverRun({ signal }: CallOptions = {}): Promise<Pnn> {
    const { client, localPnn, timeoutMs } = this.#cluster.local
    return await requestTakeoverRun(client, localPnn, { timeoutMs, signal })
  }

  /**
   * Changes the state of a node, and waits until the cluster has acted on it.
   * @throws CtdbtsError when the node refuses or does not answer; RUN_FAILED when the takeover run after it fails.
   */
  async changeState(pnn: Pnn, change: NodeStateChange, { signal, onProblem }: RetriedCallOptions = {}): Promise<ChangedState> {
    return await changeState(this.#node(pnn), stateChange(change), {
      signal,
      onStep: () => {},
      onProblem: (problem) => onProblem?.(problem),
    })
  }

  /**
   * Moves a public address to a node, where it stays until a takeover run wants it elsewhere. Up to five attempts.
   * @throws CtdbtsError GAVE_UP; BAD_ADDRESS. Takeover runs are enabled again in any case.
   */
  async moveIp(address: string, to: Pnn, { signal, onProblem }: RetriedCallOptions = {}): Promise<void> {
    await moveIp(this.#cluster.local, addressOf(address), to, {
      signal,
      onStep: () => {},
      onProblem: (problem) => onProblem?.(problem),
      failure: `Failed to move IP ${address} to node ${to}`,
    })
  }

  /**
   * Makes nodes reload their public addresses files, with takeover runs disabled meanwhile, and asks for a takeover run.
   * @param pnns all active nodes unless given.
   * @returns the result of each node; a node that fails does not stop the others.
   */
  async reloadIps(pnns?: readonly Pnn[], { signal }: CallOptions = {}): Promise<NodeReload[]> {
    const node = this.#cluster.local
    const nodeMap = await collectNodeMap(node.client, node.localPnn, { signal })
    const chosen = pnns === undefined ? nodeMap : nodeMap.filter(({ pnn }) => pnns.includes(pnn))
    const seconds = disabledSeconds(node.timeoutMs / 1000)
    const nodes = await reloadPublicIps(node, { nodeMap, chosen, seconds, signal })
    await requestTakeoverRun(node.client, node.localPnn, { timeoutMs: node.timeoutMs, signal })
    return nodes
  }

  /** Closes all connections. */
  close(): void {
    this.#cluster[Symbol.dispose]()
    this.#closeRoutes()
  }

  /** The same as {@link close}, for `using`. */
  [Symbol.dispose](): void {
    this.close()
  }

  #node(pnn: Pnn): TargetNode {
    const { client, localPnn, timeoutMs } = this.#cluster.local
    return targetNode({ client, pnn: localPnn, timeoutMs }, pnn)
  }
}

/** A cluster being followed, until it is closed. Made by {@link ClusterSession.follow}. */
export interface Following extends Disposable {
  /** The first sample. Rejects with a CtdbtsError when no node can be reached; then the following has ended. */
  readonly firstSample: Promise<Snapshot>
  /** Takes a sample as soon as possible, paused or not. */
  sampleNow(): void
  /** Sets the milliseconds from the start of one sample to the start of the next, from now on. */
  setInterval(intervalMs: number): void
  /** Takes no samples until {@link resume}. Broadcasts, and nodes lost and found again, are still observed. */
  pause(): void
  /** Takes samples again at its interval. */
  resume(): void
  /** Ends it, and closes its connections. */
  close(): void
}

/** How a cluster is followed. */
export interface FollowSettings extends CallOptions {
  /** Milliseconds between the starts of two samples; 2,000 by default. */
  readonly intervalMs?: number | undefined
  /** Milliseconds between two full samples with an audit; 10,000 by default. */
  readonly auditEveryMs?: number | undefined
}

function addressOf(text: string): SocketAddress {
  if (!parseIp(text)) throw new CtdbtsError('BAD_ADDRESS', `${JSON.stringify(text)} is not an IP address`)
  return publicSocketAddress(text)
}

function stateChange(change: NodeStateChange): StateChange {
  if (typeof change === 'string') return NODE_STATE_CHANGES[change]
  return banFor(() => change.banSeconds)
}
