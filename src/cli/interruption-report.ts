import type { Pnn } from '../lib/cluster/node.ts'
import { CtdbtsError } from '../lib/errors.ts'
import type { StateStep } from '../operations/administer/change-state.ts'
import { visible } from '../ui/visible.ts'

/**
 * Waits for work that needs no cleanup but continues in the cluster by itself. If it is interrupted, reports the state that it left behind
 * and what will still happen. `ctdb` prints nothing then.
 * @param stateLeft called when a signal or the limit of -T interrupts the work.
 */
export async function withInterruptionReport<T>(signal: AbortSignal, work: Promise<T>, stateLeft: () => string): Promise<T> {
  try {
    return await work
  } catch (error) {
    if (signal.aborted) reportInterruption(signal, stateLeft())
    throw error
  }
}

/**
 * The state that an interrupted change of a node's state leaves behind.
 * @param step the last step done; undefined: the node has not answered.
 * @param undo the command that undoes it: `enable`.
 */
export const interruptedChange = (pnn: Pnn, step: StateStep | undefined, undo: string): string =>
  step === undefined
    ? `node ${pnn} has not answered and may or may not have received the request; see \`ctdbts nodestatus all\``
    : `node ${pnn} has received the request; the leader will do a takeover run by itself. Undo it with: ctdbts -n ${pnn} ${undo}`

/** The state that an interrupted wait for a takeover run leaves behind. */
export const RUN_MAY_FOLLOW = 'a takeover run was asked for; the leader may still do it'

/** Prints it, but not for a script that has set a time limit (-T): scripts get the line of `ctdb` alone. */
export function reportInterruption({ reason }: AbortSignal, what: string): void {
  const byLimit = reason instanceof CtdbtsError && reason.code === 'MAX_RUNTIME'
  if (!byLimit || process.stderr.isTTY === true) process.stderr.write(`ctdbts: ${visible(what)}\n`)
}
