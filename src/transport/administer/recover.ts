import { INVALID_GENERATION } from '../../lib/cluster/report.ts'
import { adding } from '../../lib/errors.ts'
import type { AskedNode } from '../asked-node.ts'
import { collectLeader } from '../collect/leader.ts'
import { type Control, controls } from '../wire/controls.ts'
import { pause } from './pause.ts'

const RECOVERY_ACTIVE = 1
/** How often the leader is asked; the real tool does it once a second. */
const ASK_AGAIN_MS = 250

export interface RecoverOptions {
  readonly signal?: AbortSignal | undefined
  /** The node was told. */
  readonly onStarted: () => void
}

/**
 * Makes a node start a recovery of the cluster, and waits until the leader has a new generation and no recovery under way, as the real
 * tool does. Nothing limits the waiting but the signal.
 * @returns the generations before and after.
 * @throws CtdbtsError when the node refuses, or the leader cannot be asked; ClosedError; the signal's reason.
 */
export async function recover(node: AskedNode, options: RecoverOptions): Promise<{ before: number; after: number }> {
  const { signal } = options
  const before = await settledGeneration(node, signal)
  await node.client
    .control(controls.setRecoveryMode, { to: node.to, data: RECOVERY_ACTIVE, signal })
    .catch(adding('NO_RECOVERY', 'Failed to set recovery mode active'))
  options.onStarted()
  for (;;) {
    const after = await settledGeneration(node, signal).catch(adding('NO_RECOVERY', 'Failed to confirm end of recovery'))
    if (after !== before) return { before, after }
    await pause(ASK_AGAIN_MS, signal)
  }
}

/** The generation of a cluster in which no recovery goes on. */
async function settledGeneration({ client, timeoutMs }: AskedNode, signal: AbortSignal | undefined): Promise<number> {
  for (;;) {
    const { pnn: leader } = await collectLeader(client, timeoutMs, signal)
    const ask = <R>(control: Control<void, R>, what: string) =>
      client.control(control, { to: leader, signal }).catch(adding('NO_RECOVERY', `Failed to get ${what} from node ${leader}`))
    const mode = await ask(controls.getRecoveryMode, 'recovery mode')
    if (mode !== RECOVERY_ACTIVE) {
      const { generation } = await ask(controls.getVnnMap, 'generation')
      if (generation !== INVALID_GENERATION) return generation
    }
    await pause(ASK_AGAIN_MS, signal)
  }
}
