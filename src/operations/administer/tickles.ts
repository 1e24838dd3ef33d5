import type { Connection } from '../../lib/address/parse-address.ts'
import { CtdbtsError } from '../../lib/errors.ts'
import type { Control } from '../../lib/wire/controls.ts'
import { ask, type TargetNode } from '../target-node.ts'

/** Limit for the number of pending controls. ctdb sends all at once. */
const AT_ONCE = 1000

/**
 * Sends connections to a node, one control each.
 * @returns the number of controls that failed or were not answered in time.
 * @throws ClosedError when the connection to the daemon ends.
 */
export async function sendConnections(
  node: TargetNode,
  control: Control<Connection, void>,
  connections: readonly Connection[],
): Promise<number> {
  let failed = 0
  for (let at = 0; at < connections.length; at += AT_ONCE) {
    const answers = connections.slice(at, at + AT_ONCE).map((connection) => ask(node, control, connection))
    for (const answer of await Promise.allSettled(answers)) {
      if (answer.status === 'fulfilled') continue
      // A lost connection, for which ctdb has no text, ends it.
      if (!(answer.reason instanceof CtdbtsError) || !answer.reason.ctdbText) throw answer.reason
      failed += 1
    }
  }
  return failed
}
