import { CtdbtsError, EXIT_STATUS, retell } from '../../lib/errors.ts'
import { type AskedNode, ask } from '../asked-node.ts'
import { ControlFailedError } from '../client-errors.ts'
import { controls } from '../wire/controls.ts'
import type { Collected } from './status.ts'

/** A tunable of a node. */
export interface Tunable {
  readonly name: string
  readonly value: number
}

/**
 * The value of a tunable; its name may be written in any case, and comes back as it was given.
 * @throws CtdbtsError NO_SUCH_TUNABLE, or why the node does not tell.
 */
export async function readTunable(node: AskedNode, name: string): Promise<Tunable> {
  await requireTunable(node, name)
  return { name, value: await ask(node, controls.getTunable, name) }
}

/**
 * Sets a tunable that the node has; its name may be written in any case.
 * @returns what the node has to say about it: that it has no effect any more.
 * @throws CtdbtsError why the node does not do it.
 */
export async function writeTunable(node: AskedNode, { name, value }: Tunable): Promise<readonly CtdbtsError[]> {
  try {
    await ask(node, controls.setTunable, { name, value })
    return []
  } catch (error) {
    if (!(error instanceof ControlFailedError) || error.status !== OBSOLETE) throw error
    const line = `Setting obsolete tunable variable '${name}'`
    return [new CtdbtsError('OBSOLETE', line, { ctdbText: { stderr: [...(error.ctdbText?.stderr ?? []), line] } })]
  }
}

/** A daemon's status for a tunable that it knows, but that does nothing. */
const OBSOLETE = 1

/**
 * All tunables of a node, in its order. One whose value it does not tell is left out, as the real tool does.
 * @throws CtdbtsError when the node does not name them.
 */
export async function listTunables(node: AskedNode): Promise<Collected<readonly Tunable[]>> {
  const names = await ask(node, controls.listTunables)
  const values = await Promise.allSettled(names.map((name) => ask(node, controls.getTunable, name)))
  const report: Tunable[] = []
  const problems: CtdbtsError[] = []
  values.forEach((outcome, index) => {
    if (outcome.status === 'fulfilled') report.push({ name: names[index] ?? '', value: outcome.value })
    else if (outcome.reason instanceof CtdbtsError && outcome.reason.ctdbText) problems.push(outcome.reason)
    else throw outcome.reason
  })
  return { report, problems }
}

/**
 * Makes sure that a node has a tunable, before it is asked for it: daemons say of an unknown one only that they failed.
 * @throws CtdbtsError NO_SUCH_TUNABLE, or NO_TUNABLES.
 */
export async function requireTunable(node: AskedNode, name: string): Promise<void> {
  const names = await ask(node, controls.listTunables).catch(async (error) => {
    const { exitStatus = EXIT_STATUS.failure } = error instanceof CtdbtsError ? error : {}
    const context = `the tunables of node ${await node.pnn} cannot be listed`
    const addStderr = `Failed to get list of variables from node ${await node.pnn}`
    return retell(error, { code: 'NO_TUNABLES', context, exitStatus, addStderr })
  })
  if (names.some((known) => known.toLowerCase() === name.toLowerCase())) return
  const line = `No such tunable ${name}`
  throw new CtdbtsError('NO_SUCH_TUNABLE', line, {
    hint: 'all that there are: `ctdbts listvars`',
    ctdbText: { stderr: [], stdout: `${line}\n` },
  })
}
