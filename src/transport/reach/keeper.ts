import type { Pnn } from '../../lib/cluster/node.ts'
import { CtdbtsError } from '../../lib/errors.ts'
import { backOffMs } from './back-off.ts'
import type { Cluster } from './cluster.ts'
import { isThere } from './hosts.ts'
import { isEndedBy, sleepUnless, untilAborted } from './waiting.ts'

/** What of a node cannot be reached, and why. */
export interface Lack {
  readonly what: 'daemon' | 'host'
  readonly error: CtdbtsError
}

export interface KeeperOptions {
  readonly cluster: Cluster
  readonly pnn: Pnn
  /** Time limit for the answer that tells whether somebody answers at all. */
  readonly timeoutMs: number
  readonly signal: AbortSignal
  /** Told when the node cannot be reached, and after each try that failed. */
  readonly onBlind: (pnn: Pnn, lack: Lack, retryAtMs: number) => void
  /** Told when what was lacking last does no longer. */
  readonly onSighted: (pnn: Pnn, what: Lack['what']) => void
}

/** Keeps one node in reach: notices when it no longer is, and then goes to it again and again, ever less often. */
export class Keeper {
  private readonly options: KeeperOptions
  private readonly stop = new AbortController()
  private nudged = new AbortController()
  private lack: Lack | undefined
  /** When it is tried again, milliseconds since 1970; undefined while nothing is lacking. */
  retryAtMs: number | undefined

  constructor(options: KeeperOptions) {
    this.options = options
  }

  /** Why the node cannot be reached; undefined when it can. */
  get lacks(): Lack | undefined {
    return this.lack
  }

  /** Looks again now whether all is well, or tries again now. */
  nudge(): void {
    this.nudged.abort()
  }

  /** The node is there no more. */
  end(): void {
    this.stop.abort()
  }

  /** Until the signal aborts, or the node is there no more. @throws what is a bug. */
  async run(): Promise<void> {
    const signal = AbortSignal.any([this.options.signal, this.stop.signal])
    const { pnn, cluster } = this.options
    let failures = 0
    let lack = cluster.hosts.get(pnn) || !cluster.hosts.hasWayTo(pnn) ? this.current() : await this.tried(signal)
    while (!signal.aborted) {
      if (lack) {
        failures++
        const waitMs = backOffMs(failures, lack.error.code, pnn)
        this.note(lack, Date.now() + waitMs)
        await sleepUnless(waitMs, [signal, this.awaited()])
        if (!signal.aborted) lack = await this.tried(signal)
      } else {
        failures = 0
        this.note(undefined, undefined)
        await untilAborted([signal, this.awaited(), ...this.ends()])
        lack = this.current()
      }
    }
  }

  private awaited(): AbortSignal {
    if (this.nudged.signal.aborted) this.nudged = new AbortController()
    return this.nudged.signal
  }

  private note(lack: Lack | undefined, retryAtMs: number | undefined): void {
    const { pnn, onBlind, onSighted } = this.options
    const before = this.lack
    this.lack = lack
    this.retryAtMs = retryAtMs
    // Without its machine a node has no daemon either; but a machine may be there without a daemon.
    if (before && (!lack || (before.what === 'host' && lack.what === 'daemon'))) onSighted(pnn, before.what)
    if (lack && retryAtMs !== undefined) onBlind(pnn, lack, retryAtMs)
  }

  /** What tells that something has ended. */
  private ends(): AbortSignal[] {
    const { access, daemon } = this.options.cluster.hosts.get(this.options.pnn) ?? {}
    return [access?.ended, daemon?.client.ended].filter((signal) => signal !== undefined)
  }

  /** What is lacking, as far as that can be told without trying. */
  private current(): Lack | undefined {
    const { cluster, pnn } = this.options
    const host = cluster.hosts.get(pnn)
    const silent = cluster.silent
    const isLost = host && !isThere(host)
    // A machine may be too busy for commands, and its daemon well.
    const silence = cluster.answers(pnn) ? undefined : silent.host.get(pnn)
    const hostError = isLost ? (errorOf(host.access?.ended) ?? host.problem) : silence
    if (hostError) return { what: 'host', error: hostError }
    const isGone = host && !host.daemon?.client.isOpen
    const error = silent.daemon.get(pnn) ?? (isGone ? (errorOf(host.daemon?.client.ended) ?? host.problem) : undefined)
    return error && { what: 'daemon', error }
  }

  private async tried(signal: AbortSignal): Promise<Lack | undefined> {
    try {
      return (await this.probe(signal)) ?? (await this.reachAgain())
    } catch (error) {
      if (isEndedBy(signal, error)) return this.lack
      throw error
    }
  }

  private async reachAgain(): Promise<Lack | undefined> {
    const { cluster, pnn } = this.options
    if (cluster.hosts.hasWayTo(pnn)) await cluster.hosts.reachAgain(pnn)
    return this.current()
  }

  /** Whether what has ceased to answer does so again; what has ended meanwhile is to be reached anew. */
  private async probe(signal: AbortSignal): Promise<Lack | undefined> {
    const { cluster, pnn, timeoutMs } = this.options
    const { silent } = cluster
    const host = cluster.hosts.get(pnn)
    if (silent.host.has(pnn)) {
      const missing = host && isThere(host) ? await cluster.probe(pnn, timeoutMs, signal) : undefined
      if (missing) return { what: 'host', error: new CtdbtsError(missing.code, missing.message) }
      silent.host.delete(pnn)
    }
    if (silent.daemon.has(pnn)) {
      const isOpen = host?.daemon ? host.daemon.client.isOpen : !cluster.hosts.hasWayTo(pnn)
      const error = isOpen ? await failureOf(cluster.ping(pnn, timeoutMs)) : undefined
      if (error) return { what: 'daemon', error }
      silent.daemon.delete(pnn)
    }
    return undefined
  }
}

const errorOf = (ended: AbortSignal | undefined): CtdbtsError | undefined => ended?.reason

async function failureOf(work: Promise<void>): Promise<CtdbtsError | undefined> {
  try {
    await work
    return undefined
  } catch (error) {
    if (error instanceof CtdbtsError) return error
    throw error
  }
}
