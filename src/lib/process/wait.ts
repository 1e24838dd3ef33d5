/**
 * Something that takes (simulated) time. It is started with what to call when it is done, or has failed, and may return how to give it
 * up; nothing may be called after that. It may be done at once, too.
 */
export type Wait<T> = (done: (value: T) => void, failed: (error: unknown) => void) => (() => void) | undefined

/**
 * What a simulated program does, step by step: a generator that yields what it waits for, so that a whole cluster of them runs in one
 * thread, in an order that only the clock and the seed decide. Waiting reads `yield* until(…)`, as `await …` does elsewhere.
 */
export type Process<T> = Generator<Wait<unknown>, T, unknown>

/** Waits, in a process. @throws what the wait fails with. */
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

/** Starts a wait that nobody waits for: what it does is seen, and whether it failed is not asked. */
export function begin(wait: Wait<unknown>): void {
  wait(
    () => {},
    () => {},
  )
}
