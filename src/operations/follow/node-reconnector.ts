import type { Pnn } from '../../lib/cluster/node.ts'
import { CtdbtsError } from '../../lib/errors.ts'
import { missingFactError } from '../../lib/snapshot/missing-fact-error.ts'
import type { Cluster } from '../reach/cluster.ts'
import { isConnected } from '../reach/hosts.ts'
import type { NodePart } from '../reach/reachability.ts'
import { backOffMs } from './back-off.ts'
import { isEndedBy, sleepUnlessAborted, untilAborted } from './sleep.ts'

/** The part of a node that cannot be reached, and why. */
export interface NodeProblem {
  readonly part: NodePart
  readonly error: CtdbtsError
}

export interface NodeReconnectorOptions {
  readonly cluster: Cluster
  readonly pnn: Pnn
  /** Time limit for the answer that shows whether a daemon or a machine answers at all, in milliseconds. */
  readonly timeoutMs: number
  readonly signal: AbortSignal
  /** Called when the node cannot be reached, and after each failed try. `retryAtMs`: milliseconds since 1970. */
  readonly onLost: (pnn: Pnn, problem: NodeProblem, retryAtMs: number) => void
  /** Called when the part that could not be reached can be reached again. */
  readonly onFound: (pnn: Pnn, part: NodePart) => void
}

/** Keeps one node in reach: notices when it can no longer be reached, and retries with growing delays. */
export class NodeReconnector {
  private readonly options: NodeReconnectorOptions
  private readonly stop = new AbortController()
  private nudged = new AbortController()
  private current: NodeProblem | undefined
  /** Time of the next try in milliseconds since 1970; undefined while the node can be reached. */
  retryAtMs: number | undefined

  constructor(options: NodeReconnectorOptions) {
    this.options = options
  }

  /** Why the node cannot be reached; undefined when it can. */
  get problem(): NodeProblem | undefined {
    return this.current
  }

  /** Checks the node now, or retries now. */
  nudge(): void {
    this.nudged.abort()
  }

  /** Stops: the node has left the cluster. */
  end(): void {
    this.stop.abort()
  }

  /** Runs until the signal aborts or `end` is called. Throws only bugs. */
  async run(): Promise<void> {
    const signal = AbortSignal.any([this.options.signal, this.stop.signal])
    const { pnn } = this.options
    let failures = 0
    let problem = this.hosts.get(pnn) || !this.hosts.hasRouteTo(pnn) ? this.findProblem() : await this.retry(signal)
    while (!signal.aborted) {
      if (problem) {
        failures++
        const waitMs = backOffMs(failures, problem.error.code, pnn)
        this.report(problem, Date.now() + waitMs)
        await sleepUnlessAborted(waitMs, [signal, this.nextNudge()])
        if (!signal.aborted) problem = await this.retry(signal)
      } else {
        failures = 0
        this.report(undefined, undefined)
        await untilAborted([signal, this.nextNudge(), ...this.connectionEnds()])
        problem = this.findProblem()
      }
    }
  }

  private get reachability() {
    return this.options.cluster.reachability
  }

  private get hosts() {
    return this.reachability.hosts
  }

  private nextNudge(): AbortSignal {
    if (this.nudged.signal.aborted) this.nudged = new AbortController()
    return this.nudged.signal
  }

  private report(problem: NodeProblem | undefined, retryAtMs: number | undefined): void {
    const { pnn, onLost, onFound } = this.options
    const before = this.current
    this.current = problem
    this.retryAtMs = retryAtMs
    // Without its machine a node has no daemon either, but a machine may be reachable while its daemon is not.
    if (before && (!problem || (before.part === 'host' && problem.part === 'daemon'))) onFound(pnn, before.part)
    if (problem && retryAtMs !== undefined) onLost(pnn, problem, retryAtMs)
  }

  private connectionEnds(): AbortSignal[] {
    const { access, daemon } = this.hosts.get(this.options.pnn) ?? {}
    return [access?.ended, daemon?.client.ended].filter((signal) => signal !== undefined)
  }

  /** What can be said without trying to connect. */
  private findProblem(): NodeProblem | undefined {
    const { pnn } = this.options
    const host = this.hosts.get(pnn)
    const isLost = host && !isConnected(host)
    // A machine may be too busy for commands while its daemon is well.
    const silence = this.reachability.answers(pnn) ? undefined : this.reachability.silence('host', pnn)
    const hostError = isLost ? (reasonOf(host.access?.ended) ?? host.problem) : silence
    if (hostError) return { part: 'host', error: hostError }
    const isGone = host && !host.daemon?.client.isOpen
    const goneError = isGone ? (reasonOf(host.daemon?.client.ended) ?? host.problem) : undefined
    const error = this.reachability.silence('daemon', pnn) ?? goneError
    return error && { part: 'daemon', error }
  }

  private async retry(signal: AbortSignal): Promise<NodeProblem | undefined> {
    try {
      return (await this.probeHost(signal)) ?? (await this.probeDaemon()) ?? (await this.reconnect())
    } catch (error) {
      if (isEndedBy(signal, error)) return this.current
      throw error
    }
  }

  private async reconnect(): Promise<NodeProblem | undefined> {
    const { pnn } = this.options
    if (this.hosts.hasRouteTo(pnn)) await this.hosts.reconnect(pnn)
    return this.findProblem()
  }

  /** Checks whether a silent machine answers again. One whose connection has ended has to be connected to instead. */
  private async probeHost(signal: AbortSignal): Promise<NodeProblem | undefined> {
    const { cluster, pnn, timeoutMs } = this.options
    if (!this.reachability.silence('host', pnn)) return undefined
    const host = this.hosts.get(pnn)
    const missing = host && isConnected(host) ? await cluster.probe(pnn, timeoutMs, signal) : undefined
    if (missing) return { part: 'host', error: missingFactError(missing) }
    this.reachability.markAnswering('host', pnn)
    return undefined
  }

  /** The same for a silent daemon. */
  private async probeDaemon(): Promise<NodeProblem | undefined> {
    const { cluster, pnn, timeoutMs } = this.options
    if (!this.reachability.silence('daemon', pnn)) return undefined
    const daemon = this.hosts.get(pnn)?.daemon
    const isOpen = daemon ? daemon.client.isOpen : !this.hosts.hasRouteTo(pnn)
    const error = isOpen ? await failureOf(cluster.ping(pnn, timeoutMs)) : undefined
    if (error) return { part: 'daemon', error }
    this.reachability.markAnswering('daemon', pnn)
    return undefined
  }
}

const reasonOf = (ended: AbortSignal | undefined): CtdbtsError | undefined => ended?.reason

async function failureOf(work: Promise<void>): Promise<CtdbtsError | undefined> {
  try {
    await work
    return undefined
  } catch (error) {
    if (error instanceof CtdbtsError) return error
    throw error
  }
}
