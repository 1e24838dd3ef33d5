import { CtdbtsError } from '../../lib/errors.ts'
import { pause } from './pause.ts'

/** The real tool's. */
const TRIES = 5
const REST_MS = 3_000

export interface Patience {
  readonly signal?: AbortSignal | undefined
  /** Told of each try that failed. */
  readonly onProblem: (problem: CtdbtsError) => void
  /** What is said at last, in the real tool's words. */
  readonly givingUp: string
}

/**
 * Tries up to five times, three seconds apart, what fails while a cluster is busy. A lost connection, or an abort, is the end.
 * @throws CtdbtsError GAVE_UP; what ends it before.
 */
export async function patiently<T>({ signal, onProblem, givingUp }: Patience, attempt: () => Promise<T>): Promise<T> {
  for (let left = TRIES - 1; ; left--) {
    try {
      return await attempt()
    } catch (error) {
      if (signal?.aborted || !(error instanceof CtdbtsError) || !error.ctdbText) throw error
      onProblem(error)
      if (left === 0) throw gaveUp(error, givingUp)
    }
    await pause(REST_MS, signal)
  }
}

function gaveUp(last: CtdbtsError, line: string): CtdbtsError {
  const { hint, exitStatus } = last
  return new CtdbtsError('GAVE_UP', `${line}: ${last.message}`, {
    ...(hint !== undefined && { hint }),
    exitStatus,
    ctdbText: { stderr: [line] },
    cause: last,
  })
}
