import { type AskedNode, ask } from '../asked-node.ts'
import { ControlFailedError } from '../client-errors.ts'
import { controls } from '../wire/controls.ts'

/**
 * Whether a process is a client of a node's daemon (for a stopped or banned node that ends it) and, with a srvid other than 0, has
 * registered for that. Returns the daemon's status: 0 when it is.
 * @throws CtdbtsError when the node does not answer.
 */
export async function processStatus(node: AskedNode, pid: number, srvid: bigint): Promise<number> {
  try {
    if (srvid === 0n) await ask(node, controls.processExists, pid)
    else await ask(node, controls.checkPidSrvid, { pid, srvid })
    return 0
  } catch (error) {
    // Here a refusal is the answer.
    if (error instanceof ControlFailedError) return error.status
    throw error
  }
}
