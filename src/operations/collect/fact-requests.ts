import type { Pnn } from '../../lib/cluster/node.ts'
import { CtdbtsError } from '../../lib/errors.ts'
import type { MissingFact, NodeFacts } from '../../lib/snapshot/snapshot.ts'
import type { Control } from '../../lib/wire/controls.ts'
import type { CtdbClient } from '../../transport/client/client.ts'
import { ClosedError } from '../../transport/client/errors.ts'

/** A connection through which a node is asked. */
export interface NodeConnection {
  readonly client: CtdbClient
  /** Whether it leads to the node's own daemon; when it ends, only this node can no longer be asked. */
  readonly own: boolean
}

export interface NodeFactsOptions {
  /** Time limit for each answer in milliseconds; by default that of the client. */
  readonly timeoutMs?: number | undefined
  /**
   * The previous facts of the node. The interfaces of an address are only asked for again where the node hosts the address (in a light
   * sample: where it came or went) or did not know it before. Otherwise they change only when the daemon restarts.
   */
  readonly before?: NodeFacts | undefined
  /** Whether to ask only for what changes without an administrator, and take the rest from `before`. */
  readonly isLight?: boolean | undefined
}

/** Facts that a light sample takes from the previous one: only an administrator changes them, or (`available`) they follow from others. */
type LastingFact = 'tunables' | 'capabilities' | 'available' | 'nodesFile' | 'clusterLock' | 'lockLatency'

/** Asks one node for facts, and records those that it does not answer. */
export class FactRequests {
  readonly pnn: Pnn
  readonly options: NodeFactsOptions
  readonly missing: MissingFact[] = []
  private readonly connection: NodeConnection

  constructor(connection: NodeConnection, pnn: Pnn, options: NodeFactsOptions) {
    this.connection = connection
    this.pnn = pnn
    this.options = options
  }

  /**
   * The node's answer to a control.
   * @throws as CtdbClient's `control` does.
   */
  control<Q, R>(control: Control<Q, R>, data?: Q, flags = 0): Promise<R> {
    const { timeoutMs } = this.options
    const common = { to: this.pnn, flags, ...(timeoutMs && { timeoutMs }) }
    return this.connection.client.control(control, data === undefined ? common : { ...common, data })
  }

  /**
   * The node's answer to a control; undefined, and recorded as missing, when there is none.
   * @throws ClosedError when a connection ends that is not the node's own.
   */
  async ask<R>(fact: string, control: Control<void, R>, flags = 0): Promise<R | undefined> {
    try {
      return await this.control(control, undefined, flags)
    } catch (error) {
      this.recordMissing(fact, error)
      return undefined
    }
  }

  /** As `ask`, but a light sample takes the fact from the previous facts. */
  async askLasting<F extends LastingFact, R>(
    fact: F,
    control: Control<void, R>,
    toFact: (answer: R) => NodeFacts[F],
    flags = 0,
  ): Promise<NodeFacts[F]> {
    const known = this.options.isLight ? this.options.before?.[fact] : undefined
    if (known !== undefined) return known
    const answer = await this.ask(fact, control, flags)
    return answer === undefined ? undefined : toFact(answer)
  }

  /** @throws the error itself when it does not come from the node: a bug, or the end of the connection to all nodes. */
  recordMissing(fact: string, error: unknown): void {
    const isClosed = this.connection.own && error instanceof ClosedError
    if (!(error instanceof CtdbtsError) || !(error.ctdbText || isClosed)) throw error
    this.missing.push({ fact, code: error.code, message: error.message })
  }
}
