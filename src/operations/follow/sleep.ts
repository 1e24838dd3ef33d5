import { CtdbtsError } from '../../lib/errors.ts'
import { MAX_TIMER_MS } from '../../lib/timers.ts'

/** Waits until one of the signals aborts. */
export const untilAborted = (signals: readonly AbortSignal[]): Promise<void> => sleepUnlessAborted(MAX_TIMER_MS, signals)

/** Waits for the given time in milliseconds, or until one of the signals aborts. Does not throw. */
export async function sleepUnlessAborted(waitMs: number, signals: readonly AbortSignal[]): Promise<void> {
  if (signals.some(({ aborted }) => aborted)) return
  const { promise, resolve } = Promise.withResolvers<void>()
  const wake = () => resolve()
  const timer = setTimeout(wake, waitMs)
  for (const signal of signals) signal.addEventListener('abort', wake)
  await promise
  clearTimeout(timer)
  for (const signal of signals) signal.removeEventListener('abort', wake)
}

/** Whether an error may only be a consequence of the abort, and not a bug. */
export const isEndedBy = (signal: AbortSignal, error: unknown): boolean => signal.aborted && error instanceof CtdbtsError
