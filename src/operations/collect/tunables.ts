import { CtdbtsError, EXIT_STATUS, retell } from '../../lib/errors.ts'
import { controls } from '../../lib/wire/controls.ts'
import { ControlFailedError } from '../../transport/client/errors.ts'
import { ask, type TargetNode } from '../target-node.ts'
import type { Collected } from './status.ts'

/** A tunable of a node. */
export interface Tunable {
  readonly name: string
  readonly value: number
}

/**
 * The value of a tunable. Upper and lower case do not matter in its name, which is returned as given.
 * @throws CtdbtsError NO_SUCH_TUNABLE, or the error of the node.
 */
export async function readTunable(node: TargetNode, name: string): Promise<Tunable> {
  await requireTunable(node, name)
  return { name, value: await ask(node, controls.getTunable, name) }
}

/**
 * Sets a tunable. Upper and lower case do not matter in its name.
 * @returns warnings of the node: that the tunable is obsolete.
 * @throws CtdbtsError the error of the node.
 */
export async function writeTunable(node: TargetNode, { name, value }: Tunable): Promise<readonly CtdbtsError[]> {
  try {
    await ask(node, controls.setTunable, { name, value })
    return []
  } catch (error) {
    if (!(error instanceof ControlFailedError) || error.status !== OBSOLETE) throw error
    const line = `Setting obsolete tunable variable '${name}'`
    return [new CtdbtsError('OBSOLETE', line, { ctdbText: { stderr: [...(error.ctdbText?.stderr ?? []), line] } })]
  }
}

/** A daemon's status for a tunable without effect. */
const OBSOLETE = 1

/**
 * All tunables of a node, in its order. As in ctdb, one whose value the node does not report is left out.
 * @throws CtdbtsError when the node does not list them.
 */
export async function listTunables(node: TargetNode): Promise<Collected<readonly Tunable[]>> {
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
 * Checks that a node has a tunable. For an unknown one, daemons report a failure without a reason.
 * @throws CtdbtsError NO_SUCH_TUNABLE, or NO_TUNABLES.
 */
export async function requireTunable(node: TargetNode, name: string): Promise<void> {
  const names = await ask(node, controls.listTunables).catch(async (error) => {
    const { exitStatus = EXIT_STATUS.failure } = error instanceof CtdbtsError ? error : {}
    const context = `cannot list the tunables of node ${await node.pnn}`
    const addStderr = `Failed to get list of variables from node ${await node.pnn}`
    return retell(error, { code: 'NO_TUNABLES', context, exitStatus, addStderr })
  })
  if (names.some((known) => known.toLowerCase() === name.toLowerCase())) return
  const line = `No such tunable ${name}`
  throw new CtdbtsError('NO_SUCH_TUNABLE', line, {
    hint: 'see `ctdbts listvars` for all tunables',
    ctdbText: { stderr: [], stdout: `${line}\n` },
  })
}
