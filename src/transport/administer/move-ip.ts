import type { SocketAddress } from '../../lib/address/socket-address.ts'
import { type ClusterNode, isActive, isReachable, type Pnn } from '../../lib/cluster/node.ts'
import { DESTINATION } from '../../lib/cluster/srvid.ts'
import { adding, CtdbtsError, saidByCtdb } from '../../lib/errors.ts'
import type { AskedNode } from '../asked-node.ts'
import { collectNodeMap } from '../collect/node-map.ts'
import { type Control, controls } from '../wire/controls.ts'
import { messages } from '../wire/messages.ts'
import { type Patience, patiently } from './patiently.ts'
import { type DisabledRuns, NOBODY, withTakeoverRunsDisabled } from './takeover-runs-disabled.ts'

/** When no recovery daemon has said a word after so long, none will. */
const SILENCE_MS = 3_000

/** What has been done of a move. */
export type MoveStep = 'runs disabled' | 'released' | 'taken' | 'runs enabled'

export interface MoveOptions extends Patience, Pick<DisabledRuns, 'again' | 'leaves' | 'onEnabled'> {
  readonly onStep: (step: MoveStep) => void
}

/**
 * Moves a public address to a node, as the real tool does (4.25): no takeover run may interfere, all other active nodes release the
 * address and learn the new owner, that one takes it, and the event `ipreallocated` is run everywhere. Up to five tries.
 * @throws CtdbtsError GAVE_UP; ClosedError; the signal's reason. Takeover runs are enabled again in any case.
 */
export async function moveIp(node: AskedNode, address: SocketAddress, to: Pnn, options: MoveOptions): Promise<void> {
  await patiently(options, () => moveOnce(node, address, to, options))
}

async function moveOnce(node: AskedNode, address: SocketAddress, to: Pnn, options: MoveOptions): Promise<void> {
  const { client, localPnn, timeoutMs } = node
  const { signal, again, leaves, onEnabled, onStep } = options
  const known = await client
    .control(controls.getPublicIps, { to, signal })
    .catch(adding('NOT_DONE', `Failed to get Public IPs from node ${to}`))
  if (!known.some((ip) => ip.address.address === address.address)) {
    const line = `Node ${to} CANNOT host IP address ${address.address}`
    throw saidByCtdb('CANNOT_HOST', line, {
      hint: "it is not among that node's public addresses: see `ctdbts ip` for those that are, and `ctdbts addip`",
    })
  }
  const nodes = await collectNodeMap(client, localPnn, { signal })
  const others = othersOf(nodes, to)
  const connected = nodes.filter(isReachable).map(({ pnn }) => pnn)
  const seconds = Math.min(Math.ceil((2 * timeoutMs) / 1000), 0xffff_ffff)

  const hand = async () => {
    onStep('runs disabled')
    const data = { pnn: to, address }
    await tellAll(node, controls.releaseIp, others, data, signal, 'Failed to release IP on nodes')
    onStep('released')
    await client
      .control(controls.takeoverIp, { to, data, signal })
      .catch(adding('NOT_DONE', `Failed to takeover IP on node ${to}`))
    onStep('taken')
  }
  try {
    const runs = { nodes: connected, seconds, signal, again, leaves, onEnabled, silenceMs: SILENCE_MS }
    await withTakeoverRunsDisabled(node, runs, hand)
  } catch (error) {
    if (!(error instanceof CtdbtsError) || error.code !== NOBODY) throw error
    return await withIpChecksDisabled(node, seconds, hand)
  }
  onStep('runs enabled')
  await tellAll(node, controls.ipReallocated, connected, undefined, signal, 'Failed to send ipreallocated')
}

/** As moveip did it up to 4.17, which wants no answers. Where no recovery daemon answers, there is none to start a takeover run. */
async function withIpChecksDisabled({ client }: AskedNode, seconds: number, work: () => Promise<void>): Promise<void> {
  const tell = (data: number) => client.send(messages.disableIpCheck, DESTINATION.CONNECTED_NODES, data)
  tell(seconds)
  try {
    await work()
  } finally {
    if (client.isOpen) tell(0)
  }
}

function othersOf(nodes: readonly ClusterNode[], to: Pnn): Pnn[] {
  const others = nodes.filter((each) => isActive(each) && each.pnn !== to).map(({ pnn }) => pnn)
  if (others.length > 0) return others
  throw new CtdbtsError('NO_OTHER_NODE', `no node but ${to} is active, so there is none to move the address from`, {
    hint: 'a takeover run brings it there by itself (`ctdbts ipreallocate`), if the node can host it',
    // It takes the empty list for a failed allocation.
    ctdbText: { stderr: ['Memory allocation error'] },
  })
}

/** Tells several nodes the same at the same time. Like the real tool it does not say on which node what failed in the tool's own words. */
async function tellAll<Q>(
  { client }: AskedNode,
  control: Control<Q, void>,
  nodes: readonly Pnn[],
  data: Q,
  signal: AbortSignal | undefined,
  line: string,
): Promise<void> {
  const failures: unknown[] = []
  const tell = (to: Pnn) => client.control(control, { to, data, signal }).catch((error: unknown) => void failures.push(error))
  await Promise.all(nodes.map(tell))
  signal?.throwIfAborted()
  const [first] = failures
  if (first === undefined) return
  const alien = failures.find((error) => !(error instanceof CtdbtsError) || !error.ctdbText)
  if (alien !== undefined || !(first instanceof CtdbtsError)) throw alien
  const reasons = failures.map((error) => (error as CtdbtsError).message).join('; ')
  throw new CtdbtsError('NOT_DONE', `${line}: ${reasons}`, {
    ...(first.hint !== undefined && { hint: first.hint }),
    exitStatus: first.exitStatus,
    ctdbText: { stderr: [line] },
    cause: first,
  })
}
