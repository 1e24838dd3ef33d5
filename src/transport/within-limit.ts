import { PausableTimeout } from './pausable-timeout.ts'

/**
 * The result of an action, if it comes in time.
 * @param action gets a signal that aborts when the time has passed.
 * @param giveUp called with a result that comes too late.
 * @throws what `tooLate` returns.
 */
export async function withinLimit<T>(
  timeoutMs: number,
  action: (signal: AbortSignal) => Promise<T>,
  { giveUp, tooLate }: { readonly giveUp: (late: T) => unknown; readonly tooLate: () => Error },
): Promise<T> {
  using timeout = new PausableTimeout(timeoutMs)
  const { signal } = timeout
  const promise = action(signal)
  try {
    return await timeout.limit(promise)
  } catch (error) {
    if (!signal.aborted) throw error
    void promise.then(giveUp, () => {})
    throw tooLate()
  }
}
