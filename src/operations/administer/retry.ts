import { CtdbtsError } from '../../lib/errors.ts'
import { pause } from './pause.ts'

/** As in ctdb. */
const ATTEMPTS = 5
const DELAY_MS = 3_000

export interface RetryOptions {
  readonly signal?: AbortSignal | undefined
  /** Called with the error of each failed attempt. */
  readonly onProblem: (problem: CtdbtsError) => void
  /** ctdb's text when the last attempt has failed. */
  readonly failure: string
}

/**
 * Makes up to five attempts, three seconds apart, at something that may fail while the cluster is busy. A lost connection or an abort ends it.
 * @throws CtdbtsError GAVE_UP after the last attempt; the error that ends it earlier.
 */
export async function retry<T>({ signal, onProblem, failure }: RetryOptions, attempt: () => Promise<T>): Promise<T> {
  for (let left = ATTEMPTS - 1; ; left--) {
    try {
      return await attempt()
    } catch (error) {
      if (signal?.aborted || !(error instanceof CtdbtsError) || !error.ctdbText) throw error
      onProblem(error)
      if (left === 0) throw gaveUp(error, failure)
    }
    await pause(DELAY_MS, signal)
  }
}

function gaveUp(last: CtdbtsError, line: string): CtdbtsError {
  return last.with({ code: 'GAVE_UP', message: `${line}: ${last.message}`, ctdbText: { stderr: [line] }, cause: last })
}
