import { controls } from '../../lib/wire/controls.ts'
import { ControlFailedError } from '../../transport/client/errors.ts'
import { ask, type TargetNode } from '../target-node.ts'

/**
 * Whether a process is a client of a node's daemon (a stopped or banned node ends its clients) and, if srvid is not 0, has registered the srvid.
 * @returns the daemon's status: 0 if so.
 * @throws CtdbtsError when the node does not answer.
 */
export async function processStatus(node: TargetNode, pid: number, srvid: bigint): Promise<number> {
  try {
    if (srvid === 0n) await ask(node, controls.processExists, pid)
    else await ask(node, controls.checkPidSrvid, { pid, srvid })
    return 0
  } catch (error) {
    // A refusal means no.
    if (error instanceof ControlFailedError) return error.status
    throw error
  }
}
