import { ControlFailure } from '../daemon/control-failure.ts'
import type { Wait } from '../process/wait.ts'

/** Gives a lock back. A second call does nothing. */
export type Release = () => void

interface Waiter {
  readonly name: string
  granted(release: Release): void
}

interface FreezeWaiter {
  done(): void
  failed(error: ControlFailure): void
}

/**
 * The locks of the records of a database on one node, which clients and the daemon take, in the order in which they ask. While the database
 * is frozen, nobody gets one.
 */
export class RecordLocks {
  private readonly held = new Set<string>()
  private waiters: Waiter[] = []
  private freezeWaiters: FreezeWaiter[] = []
  private blocked = false
  private serving = false

  /** Whether the database is frozen, or about to be. */
  get isBlocked(): boolean {
    return this.blocked
  }

  /** Locks the record with this name. The function that the wait returns gives up waiting. */
  lock(name: string): Wait<Release> {
    return (granted) => {
      const waiter = { name, granted }
      this.waiters.push(waiter)
      this.serve()
      return () => {
        this.waiters = this.waiters.filter((each) => each !== waiter)
      }
    }
  }

  /** Keeps everybody from taking a lock, and waits until all are given back. Fails if the database is thawed before. */
  freeze(): Wait<void> {
    return (done, failed) => {
      this.blocked = true
      this.freezeWaiters.push({ done: () => done(), failed })
      this.serveFreezes()
      return undefined
    }
  }

  thaw(): void {
    this.blocked = false
    const waiting = this.freezeWaiters
    this.freezeWaiters = []
    for (const { failed } of waiting) failed(new ControlFailure(-1, 'the database was thawed'))
    this.serve()
  }

  private release(name: string): void {
    this.held.delete(name)
    this.serveFreezes()
    this.serve()
  }

  private serveFreezes(): void {
    if (!this.blocked || this.held.size > 0) return
    const waiting = this.freezeWaiters
    this.freezeWaiters = []
    for (const { done } of waiting) done()
  }

  /** Grants what can be granted. Who gets a lock may give it back, or ask for another, before this returns. */
  private serve(): void {
    if (this.serving) return
    this.serving = true
    try {
      for (let next = this.takeNext(); next; next = this.takeNext()) this.grant(next)
    } finally {
      this.serving = false
    }
  }

  private takeNext(): Waiter | undefined {
    if (this.blocked) return undefined
    const index = this.waiters.findIndex(({ name }) => !this.held.has(name))
    return index === -1 ? undefined : this.waiters.splice(index, 1)[0]
  }

  private grant({ name, granted }: Waiter): void {
    this.held.add(name)
    let isOver = false
    granted(() => {
      if (isOver) return
      isOver = true
      this.release(name)
    })
  }
}
