import { type ClusterNode, hasFlag, isReachable, NODE_FLAG, type Pnn } from '../../lib/cluster/node.ts'
import { ERRNO } from '../../lib/errno.ts'
import { saidByCtdb } from '../../lib/errors.ts'
import { type Control, controls } from '../../lib/wire/controls.ts'
import { ControlFailedError } from '../../transport/client/errors.ts'
import type { TargetNode } from '../target-node.ts'

/** A change of a node's state by an administrator: into a state, or out of it. */
export interface StateChange {
  /** The bit of NODE_FLAG for the state. */
  readonly flag: number
  /** Whether the node shall be in the state. */
  readonly wanted: boolean
  /** The state in CTDB's words: `disabled`. */
  readonly adjective: string
  /** ctdb's error when the node refuses, without the PNN: `Failed to disable node`. */
  readonly failure: string
  /** Throws for an invalid change, before anything is sent. */
  readonly check?: () => void
  /** Asks the node to make the change. */
  readonly request: (node: TargetNode, signal: AbortSignal | undefined) => Promise<void>
}

const requestBy =
  (control: Control<void, void>): StateChange['request'] =>
  ({ client, to }, signal) =>
    client.control(control, { to, signal })

/** The change that `disable` makes. */
export const DISABLE: StateChange = {
  flag: NODE_FLAG.DISABLED,
  wanted: true,
  adjective: 'disabled',
  failure: 'Failed to disable node',
  request: (node, signal) => setDisabled(node, true, signal),
}

/** The change that `enable` makes. */
export const ENABLE: StateChange = {
  flag: NODE_FLAG.DISABLED,
  wanted: false,
  adjective: 'disabled',
  failure: 'Failed to enable node',
  request: (node, signal) => setDisabled(node, false, signal),
}

/** The change that `stop` makes. */
export const STOP: StateChange = {
  flag: NODE_FLAG.STOPPED,
  wanted: true,
  adjective: 'stopped',
  failure: 'Failed to stop node',
  request: requestBy(controls.stopNode),
}

/** The change that `continue` makes. */
export const CONTINUE: StateChange = {
  flag: NODE_FLAG.STOPPED,
  wanted: false,
  adjective: 'stopped',
  failure: 'Failed to continue stopped node',
  request: requestBy(controls.continueNode),
}

/**
 * The change that `ban` makes.
 * @param seconds returns the duration of the ban, or throws if it is invalid. Like ctdb, called only when there is something to change.
 */
export const banFor = (seconds: () => number): StateChange => ({
  flag: NODE_FLAG.BANNED,
  wanted: true,
  adjective: 'banned',
  failure: 'Failed to ban node',
  check: () => requirePositive(seconds()),
  request: (node, signal) => setBan(node, seconds(), signal),
})

function requirePositive(seconds: number): void {
  if (seconds > 0) return
  const line = 'Ban time cannot be zero'
  throw saidByCtdb('USAGE', line, { exitStatus: ERRNO.EINVAL })
}

/** The change that `unban` makes. */
export const UNBAN: StateChange = {
  flag: NODE_FLAG.BANNED,
  wanted: false,
  adjective: 'banned',
  failure: 'Failed to unban node',
  request: (node, signal) => setBan(node, 0, signal),
}

async function setBan({ client, to, pnn }: TargetNode, timeSeconds: number, signal: AbortSignal | undefined): Promise<void> {
  await client.control(controls.setBanState, { to, data: { pnn: await pnn, timeSeconds }, signal })
}

async function setDisabled(node: TargetNode, wanted: boolean, signal: AbortSignal | undefined): Promise<void> {
  const control = wanted ? controls.disableNode : controls.enableNode
  try {
    await node.client.control(control, { to: node.to, signal })
  } catch (error) {
    // The answer of a daemon to an unknown control. These two controls exist since 4.16.
    if (!(error instanceof ControlFailedError) || error.status !== -1) throw error
    await modifyFlags(node, wanted, signal).catch((reason: unknown) => {
      if (reason instanceof ControlFailedError) throw error
      throw reason
    })
  }
}

/** As before 4.16: sends the node's new flags to every connected node. */
async function modifyFlags({ client, to, pnn }: TargetNode, wanted: boolean, signal: AbortSignal | undefined): Promise<void> {
  const [nodes, target] = await Promise.all([client.control(controls.getNodeMap, { to, signal }), pnn])
  const oldFlags = nodes.find((node) => node.pnn === target)?.flags ?? 0
  const newFlags = wanted ? oldFlags | NODE_FLAG.DISABLED : oldFlags & ~NODE_FLAG.DISABLED
  const data = { pnn: target, oldFlags, newFlags }
  await Promise.all(nodes.filter(isReachable).map((each) => client.control(controls.modifyFlags, { to: each.pnn, data, signal })))
}

/** Whether a node is in the state of the change. */
export const isInState = (nodes: readonly ClusterNode[], pnn: Pnn, { flag }: StateChange): boolean =>
  nodes.some((node) => node.pnn === pnn && hasFlag(node, flag))
