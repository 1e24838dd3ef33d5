import type { SocketAddress } from '../../lib/address/socket-address.ts'
import { DESTINATION } from '../../lib/cluster/srvid.ts'
import { EXIT_STATUS, retell } from '../../lib/errors.ts'
import { type AskedNode, ask } from '../asked-node.ts'
import { controls } from '../wire/controls.ts'
import { messages } from '../wire/messages.ts'
import { type Patience, patiently } from './patiently.ts'

/** An address that a node is to know, until it reads its file again. */
export interface NewAddress {
  readonly address: SocketAddress
  readonly maskBits: number
  /** Several are joined by commas. */
  readonly interfaceName: string
}

/**
 * Adds a public address to those that a node knows, up to five tries, and lets the node receive addresses at the next takeover run, which
 * the recovery daemons ask for by themselves.
 * @returns false when the node knew it already, and nothing was done.
 * @throws CtdbtsError NO_PUBLIC_IPS, GAVE_UP; ClosedError; the signal's reason.
 */
export async function addIp(node: AskedNode, added: NewAddress, patience: Patience): Promise<boolean> {
  const { signal } = patience
  if (await knows(node, added.address, signal)) return false
  const { client, to } = node
  await patiently(patience, () => client.control(controls.addPublicIp, { to, data: added, signal }))
  client.send(messages.rebalanceNode, DESTINATION.CONNECTED_NODES, await node.pnn)
  // The daemon answers in turn: then it has passed on the message, and the connection may end.
  await client.control(controls.getPnn, { signal })
  return true
}

/**
 * Removes a public address from those that a node knows: at once, or, when it holds it, with the next takeover run.
 * @returns false when the node did not know it, and nothing was done.
 * @throws CtdbtsError when the node refuses, or does not answer.
 */
export async function deleteIp(node: AskedNode, address: SocketAddress): Promise<boolean> {
  if (!(await knows(node, address))) return false
  await ask(node, controls.deletePublicIp, { address, maskBits: 0, interfaceName: '' })
  return true
}

async function knows(node: AskedNode, { address }: SocketAddress, signal?: AbortSignal): Promise<boolean> {
  const ips = await node.client.control(controls.getPublicIps, { to: node.to, signal }).catch(async (error: unknown) => {
    const line = `Failed to get Public IPs from node ${await node.pnn}`
    return retell(error, { code: 'NO_PUBLIC_IPS', context: line, exitStatus: EXIT_STATUS.failure, addStderr: line })
  })
  return ips.some((ip) => ip.address.address === address)
}
