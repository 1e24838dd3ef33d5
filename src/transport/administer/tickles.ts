import type { Connection } from '../../lib/address/parse-address.ts'
import { CtdbtsError } from '../../lib/errors.ts'
import { type AskedNode, ask } from '../asked-node.ts'
import type { Control } from '../wire/controls.ts'

/** How many controls are under way at the same time. The real tool sends all at once. */
const AT_ONCE = 1000

/**
 * Tells a node of connections, one control each.
 * @returns how many of them it did not take, or not answer in time.
 * @throws ClosedError when the connection to the daemon ends.
 */
export async function tellConnections(
  node: AskedNode,
  control: Control<Connection, void>,
  connections: readonly Connection[],
): Promise<number> {
  let failed = 0
  for (let at = 0; at < connections.length; at += AT_ONCE) {
    const answers = connections.slice(at, at + AT_ONCE).map((connection) => ask(node, control, connection))
    for (const answer of await Promise.allSettled(answers)) {
      if (answer.status === 'fulfilled') continue
      // A lost connection has no words of the real tool, and is the end.
      if (!(answer.reason instanceof CtdbtsError) || !answer.reason.ctdbText) throw answer.reason
      failed += 1
    }
  }
  return failed
}
