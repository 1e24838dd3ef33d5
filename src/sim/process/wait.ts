/**
 * An operation that takes (simulated) time. It is started with the functions to call when it is done or has failed, and may return a
 * function that cancels it; after that it calls neither. It may also be done at once.
 */
export type Wait<T> = (done: (value: T) => void, failed: (error: unknown) => void) => (() => void) | undefined

/**
 * A sequence of steps in a simulated program: a generator that yields the operations that it waits for. A whole cluster of them runs in one
 * thread, in an order that depends on nothing but the clock and the seed. `yield* until(…)` corresponds to `await …`.
 */
export type Process<T> = Generator<Wait<unknown>, T, unknown>

/** Waits in a process. @throws the error of the wait. */
export function* until<T>(wait: Wait<T>): Process<T> {
  return (yield wait as Wait<unknown>) as T
}

/** A wait that is over at once. */
export const already =
  <T>(value: T): Wait<T> =>
  (done) => {
    done(value)
    return undefined
  }

/** Starts an operation whose result does not matter. */
export function begin(wait: Wait<unknown>): void {
  wait(
    () => {},
    () => {},
  )
}
