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
    if (signal.aborted) process.stderr.write(`ctdbts: ${visible(whatStands())}\n`)
    throw error
  }
}
