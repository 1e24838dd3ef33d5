import { isActive, type Pnn } from '../../lib/cluster/node.ts'
import { RECOVERY_ACTIVE } from '../../lib/cluster/recovery-mode.ts'
import { ERRNO } from '../../lib/errno.ts'
import { adding, CtdbtsError, saidByCtdb } from '../../lib/errors.ts'
import type { ValueOf } from '../../lib/wire/codec.ts'
import { type Control, controls } from '../../lib/wire/controls.ts'
import { messages } from '../../lib/wire/messages.ts'
import type { recordBuffer } from '../../lib/wire/record-structs.ts'
import { settledGeneration } from '../administer/recover.ts'
import { collectNodeMap } from '../collect/node-map.ts'
import { allInOrder } from '../collect/ordered-requests.ts'
import type { TargetNode } from '../target-node.ts'
import { silent } from './control-words.ts'

/** Records that replace those of a database, in portions, and how many they are. */
export interface Replacement {
  readonly count: number
  readonly buffers: AsyncIterable<ValueOf<typeof recordBuffer>>
}

/**
 * Replaces all records of a database on all active nodes, in one transaction. Nobody can use the database meanwhile. If anything fails, or
 * the signal aborts, a recovery follows, which makes the database usable again.
 * @param replacement nothing unless given: the database is empty afterwards.
 * @param onStarted called when the database is frozen.
 * @throws CtdbtsError of the first step that fails: ctdb says nothing about most of them; the signal's reason.
 */
export async function replaceRecords(
  node: TargetNode,
  databaseId: number,
  { replacement, signal, onStarted }: { replacement?: Replacement; signal: AbortSignal; onStarted: () => void },
): Promise<void> {
  const { client, localPnn } = node
  const nodes = await collectNodeMap(client, localPnn, { signal }).catch((error) => {
    if (!(error instanceof CtdbtsError)) throw error
    return adding('NO_NODE_MAP', 'Failed to get nodemap')(error.with({ exitStatus: ERRNO.ENOMEM }))
  })
  const transactionId = await settledGeneration(node, signal).catch(adding('NO_RECOVERY', 'Failed to get current generation'))
  const active = nodes.filter(isActive).map(({ pnn }) => pnn)
  if (active.length === 0) throw new CtdbtsError('NO_ACTIVE_NODE', 'no node is active', silent(ERRNO.ENOMEM))
  const onAll = <Q, R>(control: Control<Q, R>, data: Q): Promise<R[]> =>
    allInOrder(...active.map((pnn) => client.control(control, { to: pnn, data, signal }))).catch(quietly)
  const transaction = { databaseId, transactionId }
  onStarted()
  try {
    await onAll(controls.dbFreeze, databaseId)
    await onAll(controls.dbTransactionStart, transaction)
    await onAll(controls.wipeDatabase, transaction)
    if (replacement) await push(node, databaseId, active, replacement, onAll)
    await onAll(controls.dbSetHealthy, databaseId)
    await onAll(controls.dbTransactionCommit, transaction)
    await onAll(controls.dbThaw, databaseId)
  } catch (error) {
    await client.control(controls.setRecoveryMode, { data: RECOVERY_ACTIVE }).catch(() => {})
    throw error
  }
}

type OnAll = <Q, R>(control: Control<Q, R>, data: Q) => Promise<R[]>

async function push(
  { client }: TargetNode,
  databaseId: number,
  active: readonly Pnn[],
  { count, buffers }: Replacement,
  onAll: OnAll,
): Promise<void> {
  await onAll(controls.dbPushStart, { databaseId, lmaster: 0, srvid: messages.pushRecords.srvid })
  for await (const buffer of buffers) {
    for (const pnn of active) client.send(messages.pushRecords, pnn, buffer)
    await client.drained()
  }
  const received = await onAll(controls.dbPushConfirm, databaseId)
  const index = received.findIndex((each) => each !== count)
  if (index === -1) return
  // ctdb fails here with the status of its last step, which was a success.
  throw saidByCtdb('NOT_RESTORED', `Node ${active[index]} received ${received[index]} of ${count} records`, { exitStatus: 0 })
}

/** ctdb prints nothing about these controls, and ends with their status. */
function quietly(error: unknown): never {
  throw error instanceof CtdbtsError && error.ctdbText ? error.with({ ctdbText: { stderr: [] } }) : error
}
