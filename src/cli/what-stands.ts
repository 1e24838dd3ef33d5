import { CtdbtsError } from '../lib/errors.ts'
import { visible } from '../ui/visible.ts'

/**
 * Waits for work that leaves nothing to clean up, but that goes on in the cluster by itself: who ends it is told what has been done
 * and what will still happen. The real tool says nothing then.
 * @param whatStands asked when it is ended by a signal, or by the limit of -T.
 */
export async function tellingWhatStands<T>(signal: AbortSignal, work: Promise<T>, whatStands: () => string): Promise<T> {
  try {
    return await work
  } catch (error) {
    if (signal.aborted) tellWhatStands(signal, whatStands())
    throw error
  }
}

/** Tells it, but not to a script that has set a time limit (-T): for it the real tool's line stands alone. */
export function tellWhatStands({ reason }: AbortSignal, what: string): void {
  const byLimit = reason instanceof CtdbtsError && reason.code === 'MAX_RUNTIME'
  if (!byLimit || process.stderr.isTTY === true) process.stderr.write(`ctdbts: ${visible(what)}\n`)
}
