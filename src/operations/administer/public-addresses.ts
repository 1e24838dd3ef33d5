import type { SocketAddress } from '../../lib/address/socket-address.ts'
import { EXIT_STATUS, retell } from '../../lib/errors.ts'
import { controls } from '../../lib/wire/controls.ts'
import { DESTINATION } from '../../lib/wire/destination.ts'
import { messages } from '../../lib/wire/messages.ts'
import { ask, type TargetNode } from '../target-node.ts'
import { type RetryOptions, retry } from './retry.ts'

/** A public address to add to a node until the node reads its file again. */
export interface NewAddress {
  readonly address: SocketAddress
  readonly maskBits: number
  /** One name, or several joined by commas. */
  readonly interfaceName: string
}

/**
 * Adds a public address to those that a node knows, in up to five attempts. The node may then receive addresses in the next takeover run, which
 * the recovery daemons request by themselves.
 * @returns false when the node knew it already and nothing was done.
 * @throws CtdbtsError NO_PUBLIC_IPS, GAVE_UP; ClosedError; the signal's reason.
 */
export async function addIp(node: TargetNode, added: NewAddress, options: RetryOptions): Promise<boolean> {
  const { signal } = options
  if (await knows(node, added.address, signal)) return false
  const { client, to } = node
  await retry(options, () => client.control(controls.addPublicIp, { to, data: added, signal }))
  client.send(messages.rebalanceNode, DESTINATION.CONNECTED_NODES, await node.pnn)
  // The daemon answers in order: it has then passed on the message, and the connection may end.
  await client.control(controls.getPnn, { signal })
  return true
}

/**
 * Removes a public address from those that a node knows: at once, or with the next takeover run if the node hosts it.
 * @returns false when the node did not know it, and nothing was done.
 * @throws CtdbtsError when the node refuses, or does not answer.
 */
export async function deleteIp(node: TargetNode, address: SocketAddress): Promise<boolean> {
  if (!(await knows(node, address))) return false
  await ask(node, controls.deletePublicIp, { address, maskBits: 0, interfaceName: '' })
  return true
}

async function knows(node: TargetNode, { address }: SocketAddress, signal?: AbortSignal): Promise<boolean> {
  const ips = await node.client.control(controls.getPublicIps, { to: node.to, signal }).catch(async (error: unknown) => {
    const line = `Failed to get Public IPs from node ${await node.pnn}`
    return retell(error, { code: 'NO_PUBLIC_IPS', context: line, exitStatus: EXIT_STATUS.failure, addStderr: line })
  })
  return ips.some((ip) => ip.address.address === address)
}
