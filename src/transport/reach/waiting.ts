import { CtdbtsError } from '../../lib/errors.ts'
import { MAX_TIMER_MS } from '../../lib/timers.ts'

/** Until one of the signals aborts. */
export const untilAborted = (signals: readonly AbortSignal[]): Promise<void> => sleepUnless(MAX_TIMER_MS, signals)

/** For so many milliseconds, or until one of the signals aborts. */
export async function sleepUnless(waitMs: number, signals: readonly AbortSignal[]): Promise<void> {
  if (signals.some(({ aborted }) => aborted)) return
  const { promise, resolve } = Promise.withResolvers<void>()
  const wake = () => resolve()
  const timer = setTimeout(wake, waitMs)
  for (const signal of signals) signal.addEventListener('abort', wake)
  await promise
  clearTimeout(timer)
  for (const signal of signals) signal.removeEventListener('abort', wake)
}

/** Whether an error may be no more than what follows from the end of everything. */
export const isEndedBy = (signal: AbortSignal, error: unknown): boolean => signal.aborted && error instanceof CtdbtsError
