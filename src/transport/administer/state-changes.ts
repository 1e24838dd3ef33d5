import { type ClusterNode, hasFlag, isReachable, NODE_FLAG, type Pnn } from '../../lib/cluster/node.ts'
import { saidByCtdb } from '../../lib/errors.ts'
import type { AskedNode } from '../asked-node.ts'
import { ControlFailedError } from '../client-errors.ts'
import { type Control, controls } from '../wire/controls.ts'

/** A state that an administrator puts a node in, or takes it out of. */
export interface StateChange {
  /** Bit of NODE_FLAG that the node has when it is in that state. */
  readonly flag: number
  /** Whether it shall be in it. */
  readonly wanted: boolean
  /** What such a node is, in CTDB's words: `disabled`. */
  readonly adjective: string
  /** What failed when the node refuses, in the real tool's words but for the PNN: `Failed to disable node`. */
  readonly failure: string
  /** Refuses, before the node is told, what cannot be. */
  readonly check?: () => void
  /** Tells the node. */
  readonly tell: (node: AskedNode, signal: AbortSignal | undefined) => Promise<void>
}

const telling =
  (control: Control<void, void>): StateChange['tell'] =>
  ({ client, to }, signal) =>
    client.control(control, { to, signal })

/** What `disable` does. */
export const disabling: StateChange = {
  flag: NODE_FLAG.DISABLED,
  wanted: true,
  adjective: 'disabled',
  failure: 'Failed to disable node',
  tell: (node, signal) => setDisabled(node, true, signal),
}

/** What `enable` does. */
export const enabling: StateChange = {
  flag: NODE_FLAG.DISABLED,
  wanted: false,
  adjective: 'disabled',
  failure: 'Failed to enable node',
  tell: (node, signal) => setDisabled(node, false, signal),
}

/** What `stop` does. */
export const stopping: StateChange = {
  flag: NODE_FLAG.STOPPED,
  wanted: true,
  adjective: 'stopped',
  failure: 'Failed to stop node',
  tell: telling(controls.stopNode),
}

/** What `continue` does. */
export const continuing: StateChange = {
  flag: NODE_FLAG.STOPPED,
  wanted: false,
  adjective: 'stopped',
  failure: 'Failed to continue stopped node',
  tell: telling(controls.continueNode),
}

/**
 * What `ban` does.
 * @param seconds gives after how long the node comes back by itself, or throws; called only when the node is to be told, as the real tool
 * has it.
 */
export const banning = (seconds: () => number): StateChange => ({
  flag: NODE_FLAG.BANNED,
  wanted: true,
  adjective: 'banned',
  failure: 'Failed to ban node',
  check: () => requireSome(seconds()),
  tell: (node, signal) => setBan(node, seconds(), signal),
})

/** The real tool's exit status for a ban that would be none. */
const EINVAL = 22

function requireSome(seconds: number): void {
  if (seconds > 0) return
  const line = 'Ban time cannot be zero'
  throw saidByCtdb('USAGE', line, { exitStatus: EINVAL })
}

/** What `unban` does. */
export const unbanning: StateChange = {
  flag: NODE_FLAG.BANNED,
  wanted: false,
  adjective: 'banned',
  failure: 'Failed to unban node',
  tell: (node, signal) => setBan(node, 0, signal),
}

async function setBan({ client, to, pnn }: AskedNode, timeSeconds: number, signal: AbortSignal | undefined): Promise<void> {
  await client.control(controls.setBanState, { to, data: { pnn: await pnn, timeSeconds }, signal })
}

async function setDisabled(node: AskedNode, wanted: boolean, signal: AbortSignal | undefined): Promise<void> {
  const control = wanted ? controls.disableNode : controls.enableNode
  try {
    await node.client.control(control, { to: node.to, signal })
  } catch (error) {
    // What a daemon says to a control that it does not know; these two have one since 4.16.
    if (!(error instanceof ControlFailedError) || error.status !== -1) throw error
    await modifyFlags(node, wanted, signal).catch((reason: unknown) => {
      if (reason instanceof ControlFailedError) throw error
      throw reason
    })
  }
}

/** How it was done before 4.16: every connected node is told the node's new flags. */
async function modifyFlags({ client, to, pnn }: AskedNode, wanted: boolean, signal: AbortSignal | undefined): Promise<void> {
  const [nodes, asked] = await Promise.all([client.control(controls.getNodeMap, { to, signal }), pnn])
  const oldFlags = nodes.find((node) => node.pnn === asked)?.flags ?? 0
  const newFlags = wanted ? oldFlags | NODE_FLAG.DISABLED : oldFlags & ~NODE_FLAG.DISABLED
  const data = { pnn: asked, oldFlags, newFlags }
  await Promise.all(nodes.filter(isReachable).map((each) => client.control(controls.modifyFlags, { to: each.pnn, data, signal })))
}

/** Whether the node with this PNN is in the state. */
export const isInState = (nodes: readonly ClusterNode[], pnn: Pnn, { flag }: StateChange): boolean =>
  nodes.some((node) => node.pnn === pnn && hasFlag(node, flag))
