import type { Pnn } from '../../lib/cluster/node.ts'
import { CONTROL_FLAG, controls } from '../../lib/wire/controls.ts'
import type { TargetNode } from '../target-node.ts'
import { pause } from './pause.ts'

const POLL_MS = 50

/**
 * Ends a node's daemon. Waits for the end of the local daemon, which closes the connection; a remote one sends no answer, as with ctdb.
 * @returns `ended`: whether the daemon is known to have ended.
 * @throws ClosedError when the connection ends before the request was sent; the signal's reason.
 */
export async function shutDown(node: TargetNode, signal: AbortSignal | undefined): Promise<{ pnn: Pnn; ended: boolean }> {
  const { client } = node
  const [pnn, localPnn] = await Promise.all([node.pnn, node.localPnn])
  await client.control(controls.shutdown, { to: pnn, flags: CONTROL_FLAG.NO_REPLY })
  if (pnn !== localPnn) {
    // The local daemon answers in order: it has then passed on the request.
    await client.control(controls.getPnn, { signal })
    return { pnn, ended: false }
  }
  while (client.isOpen) await pause(POLL_MS, signal)
  return { pnn, ended: true }
}
