import { RECOVERY_ACTIVE } from '../../lib/cluster/recovery-mode.ts'
import { INVALID_GENERATION } from '../../lib/cluster/report.ts'
import { adding } from '../../lib/errors.ts'
import { type Control, controls } from '../../lib/wire/controls.ts'
import { collectLeader } from '../collect/leader.ts'
import type { TargetNode } from '../target-node.ts'
import { pause } from './pause.ts'

/** Interval at which the leader is asked; ctdb asks once a second. */
const POLL_MS = 250

export interface RecoverOptions {
  readonly signal?: AbortSignal | undefined
  /** Called when the node has accepted the request. */
  readonly onStarted: () => void
}

/**
 * Makes a node start a recovery of the cluster. Like ctdb, waits until the leader has a new generation and no recovery in progress. Only the
 * signal limits the wait.
 * @returns the generations before and after.
 * @throws CtdbtsError when the node refuses, or the leader cannot be asked; ClosedError; the signal's reason.
 */
export async function recover(node: TargetNode, options: RecoverOptions): Promise<{ before: number; after: number }> {
  const { signal } = options
  const before = await settledGeneration(node, signal)
  await node.client
    .control(controls.setRecoveryMode, { to: node.to, data: RECOVERY_ACTIVE, signal })
    .catch(adding('NO_RECOVERY', 'Failed to set recovery mode active'))
  options.onStarted()
  for (;;) {
    const after = await settledGeneration(node, signal).catch(adding('NO_RECOVERY', 'Failed to confirm end of recovery'))
    if (after !== before) return { before, after }
    await pause(POLL_MS, signal)
  }
}

/** The generation of the cluster once no recovery is in progress. @throws CtdbtsError NO_RECOVERY. */
export async function settledGeneration(
  { client, timeoutMs }: Pick<TargetNode, 'client' | 'timeoutMs'>,
  signal: AbortSignal | undefined,
): Promise<number> {
  for (;;) {
    const { pnn: leader } = await collectLeader(client, timeoutMs, signal)
    const ask = <R>(control: Control<void, R>, what: string) =>
      client.control(control, { to: leader, signal }).catch(adding('NO_RECOVERY', `Failed to get ${what} from node ${leader}`))
    const mode = await ask(controls.getRecoveryMode, 'recovery mode')
    if (mode !== RECOVERY_ACTIVE) {
      const { generation } = await ask(controls.getVnnMap, 'generation')
      if (generation !== INVALID_GENERATION) return generation
    }
    await pause(POLL_MS, signal)
  }
}
