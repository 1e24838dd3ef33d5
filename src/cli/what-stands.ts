import type { Pnn } from '../lib/cluster/node.ts'
import { CtdbtsError } from '../lib/errors.ts'
import type { StateStep } from '../transport/administer/change-state.ts'
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

/**
 * What stands of a change of a node's state that is ended before its end.
 * @param step how far it has come; undefined: the node has not answered.
 * @param undo what undoes it, as one types it: `enable`.
 */
export const whatStandsOf = (pnn: Pnn, step: StateStep | undefined, undo: string): string =>
  step === undefined
    ? `node ${pnn} has not answered, and may or may not have heard of it; see \`ctdbts nodestatus all\``
    : `node ${pnn} was told, which stands; the leader does a takeover run by itself. Undo it with: ctdbts -n ${pnn} ${undo}`

/** What stands of a takeover run that is waited for no more. */
export const RUN_MAY_COME = 'a takeover run was asked for; the leader may still do it'

/** Tells it, but not to a script that has set a time limit (-T): for it the real tool's line stands alone. */
export function tellWhatStands({ reason }: AbortSignal, what: string): void {
  const byLimit = reason instanceof CtdbtsError && reason.code === 'MAX_RUNTIME'
  if (!byLimit || process.stderr.isTTY === true) process.stderr.write(`ctdbts: ${visible(what)}\n`)
}
