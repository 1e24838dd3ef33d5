import { setMaxListeners } from 'node:events'
import type { Duplex } from 'node:stream'
import type { CtdbtsError } from '../lib/errors.ts'

/** The end of a connection, with which everything in progress on it fails at once. */
export class ConnectionEnd {
  private readonly inProgress = new Set<(error: CtdbtsError) => void>()
  private readonly controller = new AbortController()

  constructor() {
    // Each connection through this one listens; Node warns of more than ten.
    setMaxListeners(0, this.signal)
  }

  /** Aborts when the connection ends; its reason is a CtdbtsError. */
  get signal(): AbortSignal {
    return this.controller.signal
  }

  /** Why the connection has ended; undefined as long as it has not. */
  get reason(): CtdbtsError | undefined {
    return this.signal.reason
  }

  /** Ends everything. @returns false if the connection has ended before. */
  end(error: CtdbtsError): boolean {
    if (this.reason) return false
    this.controller.abort(error)
    for (const fail of [...this.inProgress]) fail(error)
    this.inProgress.clear()
    return true
  }

  /** The same stream, which is destroyed when the connection ends. */
  watched<S extends Duplex>(stream: S): S {
    const fail = (error: CtdbtsError) => stream.destroy(error)
    if (this.reason) fail(this.reason)
    this.inProgress.add(fail)
    // The caller may not listen for errors yet.
    stream.on('error', () => {})
    stream.once('close', () => this.inProgress.delete(fail))
    return stream
  }

  /** The result of a promise. @throws why the connection has ended, if that comes first. */
  before<T>(promise: Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      this.inProgress.add(reject)
      promise.then(resolve, reject).finally(() => this.inProgress.delete(reject))
      if (this.reason) reject(this.reason)
    })
  }
}
