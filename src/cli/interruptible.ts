import { EndedError } from '../lib/errors.ts'
import { visible } from '../ui/visible.ts'
import { whenOutputCloses } from './output.ts'
import { onTerminationSignal, type TerminationSignal } from './signals.ts'

/** Work in progress that must not be left half done. */
const underWay = new Set<AbortController>()

/** How work is interrupted. */
export interface Interruption {
  /** Aborts when the work must end; from then on it only cleans up. */
  readonly signal: AbortSignal
  /** Sets what the program reports as left behind if it has to end at once; undefined: nothing. */
  readonly leaves: (what: string | undefined) => void
}

/**
 * Runs work that has to clean up after itself. The first Ctrl-C (or SIGTERM, SIGHUP, or the limit of -T) aborts the signal that `work` gets,
 * and waits for it; for the next one see {@link exitWithoutCleanup}. A closed output does not end it.
 * @throws what `work` throws: EndedError INTERRUPTED or MAX_RUNTIME, when it ends with the signal's reason.
 */
export async function interruptible<T>(work: (interruption: Interruption) => Promise<T>): Promise<T> {
  let left: string | undefined
  const leaves = (what: string | undefined) => {
    left = what
  }
  const controller = new AbortController()
  const onSignal = (signal: TerminationSignal, exitStatus: number) => {
    if (controller.signal.aborted) return exitWithoutCleanup(signal, exitStatus, left)
    process.stderr.write('ctdbts: interrupted, cleaning up; interrupt again to end at once\n')
    controller.abort(new EndedError('INTERRUPTED', `interrupted (${signal})`, { exitStatus }))
  }
  whenOutputCloses('go on')
  const stopListening = onTerminationSignal(onSignal)
  underWay.add(controller)
  try {
    return await work({ signal: controller.signal, leaves })
  } finally {
    underWay.delete(controller)
    stopListening()
  }
}

/**
 * Ends the program at once, after a second signal, and prints what it leaves behind. Not for SIGHUP: on a lost terminal, both the shell and
 * the kernel send it, and no user is waiting.
 */
export function exitWithoutCleanup(signal: TerminationSignal, exitStatus: number, left: string | undefined): void {
  if (signal === 'SIGHUP') return
  if (left !== undefined) process.stderr.write(`ctdbts: ${visible(left)}\n`)
  process.exit(exitStatus)
}

/** Aborts all work in progress, for this reason. Returns whether there was any; it fails with the reason once it has cleaned up. */
export function abortUnderWay(reason: EndedError): boolean {
  for (const controller of underWay) controller.abort(reason)
  return underWay.size > 0
}
