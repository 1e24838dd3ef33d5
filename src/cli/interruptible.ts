import { EndedError } from '../lib/errors.ts'
import { visible } from '../ui/visible.ts'
import { type EndingSignal, onEndingSignal } from './ending-signals.ts'
import { whenOutputCloses } from './output.ts'

/** What is under way, and must not be left half done. */
const underWay = new Set<AbortController>()

/** How work is ended before its end. */
export interface Interruption {
  /** Aborts when the work is to end, and only to clean up from then on. */
  readonly signal: AbortSignal
  /** Says what stays when the program ends at once, from now on; undefined: nothing. */
  readonly leaves: (what: string | undefined) => void
}

/**
 * Does something that has to clean up after itself. The first Ctrl-C (or SIGTERM, SIGHUP, or the limit of -T) aborts the signal that
 * `work` is given, and waits for it; for the next one see {@link endImpatiently}. An output that nobody reads any more does not end it
 * at all.
 * @throws what `work` throws: EndedError INTERRUPTED or MAX_RUNTIME, when it ends with the signal's reason.
 */
export async function interruptible<T>(work: (interruption: Interruption) => Promise<T>): Promise<T> {
  let left: string | undefined
  const leaves = (what: string | undefined) => {
    left = what
  }
  const controller = new AbortController()
  const onSignal = (signal: EndingSignal, exitStatus: number) => {
    if (controller.signal.aborted) return endImpatiently(signal, exitStatus, left)
    process.stderr.write('ctdbts: interrupted, cleaning up; once more ends it at once\n')
    controller.abort(new EndedError('INTERRUPTED', `interrupted (${signal})`, { exitStatus }))
  }
  whenOutputCloses('go on')
  const stopHearing = onEndingSignal(onSignal)
  underWay.add(controller)
  try {
    return await work({ signal: controller.signal, leaves })
  } finally {
    underWay.delete(controller)
    stopHearing()
  }
}

/**
 * A signal has come while the program cleans up: ends it at once, and says what it leaves; but not for SIGHUP: who loses a terminal gets it
 * from the shell and from the kernel, and is not there to be impatient.
 */
export function endImpatiently(signal: EndingSignal, exitStatus: number, left: string | undefined): void {
  if (signal === 'SIGHUP') return
  if (left !== undefined) process.stderr.write(`ctdbts: ${visible(left)}\n`)
  process.exit(exitStatus)
}

/** Aborts what is under way, for this reason. Returns whether there was anything, which will end with the reason when it has cleaned up. */
export function abortUnderWay(reason: EndedError): boolean {
  for (const controller of underWay) controller.abort(reason)
  return underWay.size > 0
}
