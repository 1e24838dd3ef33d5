import type { ClusterNode, Pnn } from '../../lib/cluster/node.ts'
import { adding, CtdbtsError, saidByCtdb } from '../../lib/errors.ts'
import { collectNodeMap } from '../collect/node-map.ts'
import type { TargetNode } from '../target-node.ts'
import { pause } from './pause.ts'
import { isInState, type StateChange } from './state-changes.ts'
import { requestTakeoverRun } from './takeover-run.ts'

/** Interval at which the node map is polled for the change; ctdb polls once a second. */
const POLL_MS = 200
/** Delay after a failure to get a node map, as in ctdb, which reports each failure. */
const TRY_AGAIN_MS = 1000

/** The steps of a change: the node was asked to change; the node map shows the change, and a takeover run is requested. */
export type StateStep = 'requested' | 'changed'

export interface ChangeOptions {
  readonly signal?: AbortSignal | undefined
  readonly onStep: (step: StateStep) => void
  /** Called with each temporary problem. */
  readonly onProblem: (problem: CtdbtsError) => void
}

/** The result of a change of a node's state. */
export interface ChangedState {
  readonly pnn: Pnn
  /** Whether there was anything to change. */
  readonly changed: boolean
  /** The leader that did the takeover run; absent if there was none. */
  readonly leader?: Pnn
}

/**
 * Changes the state of a node as ctdb does: asks the node, waits until the node map of the local daemon shows the change (that of another node
 * if the local one is banned), and then requests a takeover run and waits for it. Only the signal limits the wait.
 * @throws CtdbtsError when the node refuses or does not answer, RUN_FAILED; ClosedError; the signal's reason.
 */
export async function changeState(node: TargetNode, change: StateChange, options: ChangeOptions): Promise<ChangedState> {
  const { client, localPnn, timeoutMs } = node
  const { signal, onStep } = options
  const pnn = await node.pnn
  const known = node.nodeMap ?? (await tryNodeMap(node, options))
  // Like ctdb, goes on without a node map. Otherwise the last banned node could not be unbanned.
  if (known && isInState(known, pnn, change) === change.wanted) return { pnn, changed: false }
  change.check?.()
  await change.request(node, signal).catch(adding('NOT_CHANGED', `${change.failure} ${pnn}`))
  onStep('requested')
  await waitForChange(node, pnn, change, options)
  onStep('changed')
  const leader = await requestTakeoverRun(client, localPnn, { timeoutMs, signal })
  return { pnn, changed: true, leader }
}

async function waitForChange(node: TargetNode, pnn: Pnn, change: StateChange, options: ChangeOptions): Promise<void> {
  for (;;) {
    const nodes = await tryNodeMap(node, options)
    if (nodes && isInState(nodes, pnn, change) === change.wanted) return
    if (!nodes) options.onProblem(saidByCtdb('NO_NODE_MAP', 'Failed to get nodemap, trying again'))
    await pause(nodes ? POLL_MS : TRY_AGAIN_MS, options.signal)
  }
}

async function tryNodeMap({ client, localPnn }: TargetNode, options: ChangeOptions): Promise<readonly ClusterNode[] | undefined> {
  try {
    return await collectNodeMap(client, localPnn, { signal: options.signal })
  } catch (error) {
    options.signal?.throwIfAborted()
    // A lost connection, for which ctdb has no text, ends the wait.
    if (!(error instanceof CtdbtsError) || !error.ctdbText) throw error
    options.onProblem(error)
    return undefined
  }
}

/** ctdb's text when there is nothing to change. */
export const nothingToChange = (pnn: Pnn, { adjective, wanted }: StateChange): CtdbtsError =>
  saidByCtdb('NO_CHANGE', wanted ? `Node ${pnn} is already ${adjective}` : `Node ${pnn} is not ${adjective}`)
