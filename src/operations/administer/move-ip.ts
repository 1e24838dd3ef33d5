import type { SocketAddress } from '../../lib/address/socket-address.ts'
import { type ClusterNode, isActive, isReachable, type Pnn } from '../../lib/cluster/node.ts'
import { adding, CtdbtsError, saidByCtdb } from '../../lib/errors.ts'
import { type Control, controls } from '../../lib/wire/controls.ts'
import { DESTINATION } from '../../lib/wire/destination.ts'
import { messages } from '../../lib/wire/messages.ts'
import { collectNodeMap } from '../collect/node-map.ts'
import type { TargetNode } from '../target-node.ts'
import { type DisabledRuns, NO_RECOVERY_DAEMON, withTakeoverRunsDisabled } from './disable-runs.ts'
import { type RetryOptions, retry } from './retry.ts'

/** If no recovery daemon has answered after this time, none will. */
const SILENCE_MS = 3_000

/** The steps of a move that are done. */
export type MoveStep = 'runs disabled' | 'released' | 'taken' | 'runs enabled'

export interface MoveOptions extends RetryOptions, Pick<DisabledRuns, 'reconnect' | 'leaves' | 'onEnabled'> {
  readonly onStep: (step: MoveStep) => void
}

/**
 * Moves a public address to a node, as ctdb 4.25 does: disables takeover runs; all other active nodes release the address and learn the new
 * owner; the new owner takes it; the event `ipreallocated` runs on all nodes. Up to five attempts.
 * @throws CtdbtsError GAVE_UP; ClosedError; the signal's reason. Takeover runs are enabled again in any case.
 */
export async function moveIp(node: TargetNode, address: SocketAddress, to: Pnn, options: MoveOptions): Promise<void> {
  await retry(options, () => moveOnce(node, address, to, options))
}

async function moveOnce(node: TargetNode, address: SocketAddress, to: Pnn, options: MoveOptions): Promise<void> {
  const { client, localPnn, timeoutMs } = node
  const { signal, reconnect, leaves, onEnabled, onStep } = options
  const known = await client
    .control(controls.getPublicIps, { to, signal })
    .catch(adding('NOT_DONE', `Failed to get Public IPs from node ${to}`))
  if (!known.some((ip) => ip.address.address === address.address)) {
    const line = `Node ${to} CANNOT host IP address ${address.address}`
    throw saidByCtdb('CANNOT_HOST', line, {
      hint: "see `ctdbts ip` for that node's public addresses, or add it with `ctdbts addip`",
    })
  }
  const nodes = await collectNodeMap(client, localPnn, { signal })
  const others = othersOf(nodes, to)
  const connected = nodes.filter(isReachable).map(({ pnn }) => pnn)
  const seconds = Math.min(Math.ceil((2 * timeoutMs) / 1000), 0xffff_ffff)

  const move = async () => {
    onStep('runs disabled')
    const data = { pnn: to, address }
    await sendToAll(node, controls.releaseIp, others, data, signal, 'Failed to release IP on nodes')
    onStep('released')
    await client
      .control(controls.takeoverIp, { to, data, signal })
      .catch(adding('NOT_DONE', `Failed to takeover IP on node ${to}`))
    onStep('taken')
  }
  try {
    const runs = { nodes: connected, seconds, signal, reconnect, leaves, onEnabled, silenceMs: SILENCE_MS }
    await withTakeoverRunsDisabled(node, runs, move)
  } catch (error) {
    if (!(error instanceof CtdbtsError) || error.code !== NO_RECOVERY_DAEMON) throw error
    return await withIpChecksDisabled(node, seconds, move)
  }
  onStep('runs enabled')
  await sendToAll(node, controls.ipReallocated, connected, undefined, signal, 'Failed to send ipreallocated')
}

/** As moveip did up to 4.17, without waiting for answers. Where no recovery daemon answers, none starts a takeover run either. */
async function withIpChecksDisabled({ client }: TargetNode, seconds: number, work: () => Promise<void>): Promise<void> {
  const disableFor = (data: number) => client.send(messages.disableIpCheck, DESTINATION.CONNECTED_NODES, data)
  disableFor(seconds)
  try {
    await work()
  } finally {
    if (client.isOpen) disableFor(0)
  }
}

function othersOf(nodes: readonly ClusterNode[], to: Pnn): Pnn[] {
  const others = nodes.filter((each) => isActive(each) && each.pnn !== to).map(({ pnn }) => pnn)
  if (others.length > 0) return others
  throw new CtdbtsError('NO_OTHER_NODE', `no other node than ${to} is active, so there is no node to move the address from`, {
    hint: 'run `ctdbts ipreallocate`: a takeover run assigns the address if the node can host it',
    // ctdb mistakes the empty list for a failed allocation.
    ctdbText: { stderr: ['Memory allocation error'] },
  })
}

/** Sends a control to several nodes at the same time. Like ctdb's, the line for ctdb's output does not name the node that failed. */
async function sendToAll<Q>(
  { client }: TargetNode,
  control: Control<Q, void>,
  nodes: readonly Pnn[],
  data: Q,
  signal: AbortSignal | undefined,
  line: string,
): Promise<void> {
  const failures: unknown[] = []
  const send = (to: Pnn) => client.control(control, { to, data, signal }).catch((error: unknown) => void failures.push(error))
  await Promise.all(nodes.map(send))
  signal?.throwIfAborted()
  const [first] = failures
  if (first === undefined) return
  const unexpected = failures.find((error) => !(error instanceof CtdbtsError) || !error.ctdbText)
  if (unexpected !== undefined || !(first instanceof CtdbtsError)) throw unexpected
  const reasons = failures.map((error) => (error as CtdbtsError).message).join('; ')
  throw first.with({ code: 'NOT_DONE', message: `${line}: ${reasons}`, ctdbText: { stderr: [line] }, cause: first })
}
