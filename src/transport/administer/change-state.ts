import type { ClusterNode, Pnn } from '../../lib/cluster/node.ts'
import { adding, CtdbtsError, saidByCtdb } from '../../lib/errors.ts'
import type { AskedNode } from '../asked-node.ts'
import { collectNodeMap } from '../collect/node-map.ts'
import { requestTakeoverRun } from '../takeover-run.ts'
import { pause } from './pause.ts'
import { isInState, type StateChange } from './state-changes.ts'

/** How often the node map is looked at while a change is waited for; the real tool does it once a second. */
const LOOK_AGAIN_MS = 200
/** The real tool's, when there was no node map; it says so each time. */
const TRY_AGAIN_MS = 1000

/** What has been done of a change: the node was told; its node map shows it, and a takeover run is asked for. */
export type StateStep = 'told' | 'seen'

export interface ChangeOptions {
  readonly signal?: AbortSignal | undefined
  readonly onStep: (step: StateStep) => void
  /** Told of what is in the way for now. */
  readonly onProblem: (problem: CtdbtsError) => void
}

export interface ChangedState {
  readonly pnn: Pnn
  /** Whether there was anything to change. */
  readonly changed: boolean
  /** Who did the takeover run; absent when there was none. */
  readonly leader?: Pnn
}

/**
 * Puts a node in a state, or takes it out of it, as the real tool does: tells the node, waits until the local daemon's node map shows it
 * (another node's when the local one is banned), and then for a takeover run. Nothing limits the waiting but the signal.
 * @throws CtdbtsError when the node refuses or does not answer, RUN_FAILED; ClosedError; the signal's reason.
 */
export async function changeState(node: AskedNode, change: StateChange, options: ChangeOptions): Promise<ChangedState> {
  const { client, localPnn, timeoutMs } = node
  const { signal, onStep } = options
  const pnn = await node.pnn
  const known = node.nodeMap ?? (await tryNodeMap(node, options))
  // Without a node map the real tool goes on: it is how the last banned node is unbanned.
  if (known && isInState(known, pnn, change) === change.wanted) return { pnn, changed: false }
  change.check?.()
  await change.tell(node, signal).catch(adding('NOT_CHANGED', `${change.failure} ${pnn}`))
  onStep('told')
  await untilSeen(node, pnn, change, options)
  onStep('seen')
  const leader = await requestTakeoverRun(client, localPnn, { timeoutMs, signal })
  return { pnn, changed: true, leader }
}

async function untilSeen(node: AskedNode, pnn: Pnn, change: StateChange, options: ChangeOptions): Promise<void> {
  for (;;) {
    const nodes = await tryNodeMap(node, options)
    if (nodes && isInState(nodes, pnn, change) === change.wanted) return
    if (!nodes) options.onProblem(saidByCtdb('NO_NODE_MAP', 'Failed to get nodemap, trying again'))
    await pause(nodes ? LOOK_AGAIN_MS : TRY_AGAIN_MS, options.signal)
  }
}

async function tryNodeMap({ client, localPnn }: AskedNode, options: ChangeOptions): Promise<ClusterNode[] | undefined> {
  try {
    return await collectNodeMap(client, localPnn, { signal: options.signal })
  } catch (error) {
    options.signal?.throwIfAborted()
    // A lost connection has no words of the real tool, and is the end.
    if (!(error instanceof CtdbtsError) || !error.ctdbText) throw error
    options.onProblem(error)
    return undefined
  }
}

/** The real tool's line for a change that is none. */
export const alreadySo = (pnn: Pnn, { adjective, wanted }: StateChange): CtdbtsError =>
  saidByCtdb('NO_CHANGE', wanted ? `Node ${pnn} is already ${adjective}` : `Node ${pnn} is not ${adjective}`)
