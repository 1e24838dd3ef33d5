import { hasFlag, NODE_FLAG, type Pnn } from '../../cluster/node.ts'
import type { Check, Found } from '../check.ts'
import { daemonIsDead, kernelHas } from '../facts.ts'
import { normalAddress } from '../normal.ts'
import { staysUntil } from '../outlook.ts'
import { mend } from '../remedy.ts'
import { startOn, UNLESS_IT_RUNS } from '../start.ts'
import { silenceS } from '../timing.ts'
import type { View } from '../view.ts'

export const check: Check = {
  id: 'private-ip-missing',
  order: 281,
  severity: 'error',
  title: "A node's kernel does not have its private address",
  seenBy: ['K', 'C'],
  moves: false,
  meaning:
    'The daemons reach each other at their private addresses, which CTDB does not set up. When a network restart, a broken network configuration or an administrator removes the address, the node drops out of the cluster. A ctdbd that is started there does not find its own node, and exits.',
  outlook: 'Nothing: CTDB does not set up private addresses. The other nodes disconnect the node.',
  remedy: 'Set the private address up again, and check in the network configuration of the node why it was removed.',
  falseAlarm:
    'If the node is cut off, and its daemon runs in a container with a network of its own, which ctdbts did not examine.',
  find(view) {
    const kernels = view.nodes.map(({ pnn, address }) => {
      const own = normalAddress(address)
      return { pnn, own, has: view.need(pnn, 'host.addresses')?.some((held) => held.address === own) }
    })
    // Where no kernel has one, they are seen in another network than the daemons use.
    if (!kernels.some(({ has }) => has)) return []
    const without = kernels.filter(({ pnn, has }) => has === false && !mayBeAnothersKernel(view, pnn))
    return without.map(({ pnn, own }) => foundOn(view, pnn, own))
  },
}

/**
 * Whether a container's host may have been looked at instead of the container: the node is connected, and none of its addresses is there.
 * A connected node that has just lost everything is found by what happens next: it is disconnected.
 */
function mayBeAnothersKernel(view: View, pnn: Pnn): boolean {
  if (view.isDaemonDead(pnn) || isDisconnected(view, pnn)) return false
  const held = new Set(view.peek(pnn, 'host.addresses')?.map(({ address }) => address))
  return !view.peek(pnn, 'known')?.some(({ address, owner }) => owner === pnn && held.has(address))
}

/** Whether the node is away already, by its own view or that of the others. */
const isDisconnected = (view: View, pnn: Pnn): boolean =>
  view.isCutOff(pnn) || hasFlag({ flags: view.flags(pnn) }, NODE_FLAG.DISCONNECTED)

function foundOn(view: View, pnn: Pnn, address: string): Found {
  const isDead = view.isDaemonDead(pnn)
  const setUp = mend(
    { what: 'network', pnn },
    `Set up ${address} on node ${pnn} again, and look at its network configuration for why it went.`,
  )
  return {
    subject: { pnn },
    message: `the kernel of node ${pnn} does not have the private address of the node, ${address}`,
    evidence: [
      `node map: node ${pnn} is ${address}`,
      kernelHas(pnn, 'does not have it on any interface'),
      ...(isDead ? [daemonIsDead(pnn)] : []),
    ],
    claims: [staysUntil({ on: 'other', text: 'somebody sets the address up again' }, whatFollows(view, pnn, isDead))],
    actions: isDead ? [setUp, startOn(view, pnn, UNLESS_IT_RUNS)] : [setUp],
  }
}

function whatFollows(view: View, pnn: Pnn, isDead: boolean): string | undefined {
  if (isDead) return 'a ctdbd that is started there does not find its own node, and ends'
  if (isDisconnected(view, pnn)) return undefined
  return `the other nodes disconnect the node, at the latest ${silenceS(view, view.snapshot.leader.pnn)} s after it went`
}
