import { isVolatile } from '../../lib/cluster/database.ts'
import { hasFlag, INACTIVE_FLAGS, isReachable } from '../../lib/cluster/node.ts'
import { RECOVERY_ACTIVE } from '../../lib/cluster/recovery-mode.ts'
import { adding, CtdbtsError, EXIT_STATUS, saidByCtdb } from '../../lib/errors.ts'
import { controls } from '../../lib/wire/controls.ts'
import { findDatabase } from '../collect/databases.ts'
import { collectNodeMap } from '../collect/node-map.ts'
import type { TargetNode } from '../target-node.ts'
import { inWords } from './control-words.ts'

/**
 * Detaches volatile databases on all nodes. Nodes delete their files of them.
 * @param onProblem called with what keeps one database from being detached; the others go on.
 * @returns the names of those that were detached.
 * @throws CtdbtsError NOT_DETACHED when clients may still attach databases, a node is inactive or a recovery is in progress; NOT_VOLATILE.
 */
export async function detachDatabases(
  node: TargetNode,
  namesOrIds: readonly string[],
  onProblem: (problem: CtdbtsError) => void,
): Promise<string[]> {
  await requireNoClients(node)
  const detached: string[] = []
  for (const nameOrId of namesOrIds) {
    try {
      const name = await detach(node, nameOrId)
      detached.push(name)
    } catch (error) {
      if (!(error instanceof CtdbtsError) || !error.ctdbText || error.code === 'NOT_VOLATILE') throw error
      onProblem(error)
    }
  }
  return detached
}

async function detach({ client }: TargetNode, nameOrId: string): Promise<string> {
  // ctdb skips a database that it does not find, and does not fail because of it.
  const { id, name, flags } = await findDatabase({ client }, nameOrId).catch((error) => {
    throw error instanceof CtdbtsError ? error.with({ exitStatus: EXIT_STATUS.ok }) : error
  })
  if (!isVolatile(flags)) throw saidByCtdb('NOT_VOLATILE', 'Only volatile databases can be detached')
  const said = `detach: ${name} DB_DETACH failed`
  await client
    .control(controls.dbDetach, { data: id })
    .catch(inWords('NOT_DETACHED', { silent: said, refused: said }))
    .catch(adding('NOT_DETACHED', `Database ${name} detach failed`))
  return name
}

/** A database in use must not be detached, so ctdb insists that no client of any node can attach one. */
async function requireNoClients({ client, localPnn }: TargetNode): Promise<void> {
  if ((await client.control(controls.getRecoveryMode)) === RECOVERY_ACTIVE) {
    throw saidByCtdb('NOT_DETACHED', 'Database cannot be detached when recovery is active')
  }
  const nodes = await collectNodeMap(client, localPnn)
  for (const { pnn, flags } of nodes.filter(isReachable)) {
    if (hasFlag({ flags }, INACTIVE_FLAGS)) {
      throw saidByCtdb('NOT_DETACHED', `Database cannot be detached on inactive (stopped or banned) node ${pnn}`)
    }
    const allowed = await client
      .control(controls.getTunable, { to: pnn, data: 'AllowClientDBAttach' })
      .catch(adding('NOT_DETACHED', `Unable to get tunable AllowClientDBAttach from node ${pnn}`))
    if (allowed === 1) {
      // The spelling of the second name is ctdb's.
      const line = `Database access is still active on node ${pnn}. Set AllowclientDBAttach=0 on all nodes.`
      throw saidByCtdb('NOT_DETACHED', line, { hint: 'run `ctdbts setvar AllowClientDBAttach 0` on each node' })
    }
  }
}
