import type { Pnn } from '../../lib/cluster/node.ts'
import type { AskedNode } from '../asked-node.ts'
import { CONTROL_FLAG, controls } from '../wire/controls.ts'
import { pause } from './pause.ts'

const LOOK_AGAIN_MS = 50

/**
 * Ends a node's daemon. That of the node we are connected to is waited for, which is when it closes the connection; another one gives
 * no answer, as with the real tool.
 * @throws ClosedError when the connection ends before the daemon could be told; the signal's reason.
 */
export async function shutDown(node: AskedNode, signal: AbortSignal | undefined): Promise<{ pnn: Pnn; ended: boolean }> {
  const { client } = node
  const [pnn, localPnn] = await Promise.all([node.pnn, node.localPnn])
  await client.control(controls.shutdown, { to: pnn, flags: CONTROL_FLAG.NO_REPLY })
  if (pnn !== localPnn) {
    // It answers in turn: then it has passed on what was sent before.
    await client.control(controls.getPnn, { signal })
    return { pnn, ended: false }
  }
  while (client.isOpen) await pause(LOOK_AGAIN_MS, signal)
  return { pnn, ended: true }
}
