import { unsignedNumber } from '../../lib/c-number.ts'
import { type Database, databaseFlags } from '../../lib/cluster/database.ts'
import type { DbStatistics } from '../../lib/cluster/statistics.ts'
import { CtdbtsError, EXIT_STATUS, retell, saidByCtdb } from '../../lib/errors.ts'
import { type AskedNode, ask } from '../asked-node.ts'
import { controls } from '../wire/controls.ts'
import { inOrder } from './in-order.ts'

/**
 * The databases that are attached on a node.
 * @throws CtdbtsError when the node does not tell all of them.
 */
export async function collectDatabases(node: AskedNode): Promise<readonly Database[]> {
  const map = await ask(node, controls.getDbMap)
  return await inOrder(
    ...map.map(async ({ id, flags }): Promise<Database> => {
      const [name, rest] = await inOrder(ask(node, controls.getDbName, id), describe(node, id))
      return { id, name, ...databaseFlags(flags), ...rest }
    }),
  )
}

/**
 * One database, found by its name or its id (`0x…`). As with the real tool, it is the local node that has to know it.
 * @throws CtdbtsError NO_SUCH_DATABASE, or why a node does not tell.
 */
export async function collectDatabase(node: AskedNode, nameOrId: string): Promise<Database> {
  const { id, name, flags } = await findDatabase(node, nameOrId)
  return { id, name, ...databaseFlags(flags), ...(await describe(node, id)) }
}

/**
 * What a node has counted for one database.
 * @throws as {@link collectDatabase}.
 */
export async function collectDbStatistics(
  node: AskedNode,
  nameOrId: string,
): Promise<{ readonly id: number; readonly name: string; readonly statistics: DbStatistics }> {
  const { id, name } = await findDatabase(node, nameOrId)
  const statistics = await ask(node, controls.getDbStatistics, id).catch((error) => {
    const { exitStatus = EXIT_STATUS.failure } = error instanceof CtdbtsError ? error : {}
    const line = `Failed to get statistics for DB ${name}`
    return retell(error, { code: 'NO_STATISTICS', context: `no statistics of database ${name}`, exitStatus, addStderr: line })
  })
  return { id, name, statistics }
}

async function describe(node: AskedNode, id: number): Promise<Pick<Database, 'path' | 'health'>> {
  const [path, health] = await inOrder(ask(node, controls.getDbPath, id), ask(node, controls.dbGetHealth, id))
  return { path, health: health === '' ? null : health }
}

async function findDatabase(
  { client }: AskedNode,
  nameOrId: string,
): Promise<{ readonly id: number; readonly name: string; readonly flags: number }> {
  try {
    const map = await client.control(controls.getDbMap)
    const wantedId = nameOrId.startsWith('0x') ? Number(BigInt.asUintN(32, unsignedNumber(nameOrId, 'the id'))) : undefined
    const candidates = wantedId === undefined ? map : map.filter(({ id }) => id === wantedId).slice(0, 1)
    const names = await inOrder(...candidates.map(({ id }) => client.control(controls.getDbName, { data: id })))
    const index = wantedId === undefined ? names.indexOf(nameOrId) : 0
    const [found, name] = [candidates[index], names[index]]
    if (found && name !== undefined) return { ...found, name }
  } catch (error) {
    // Whatever goes wrong here, the real tool exits with 1.
    return retell(error, { code: 'NO_DATABASE', context: 'cannot look for the database', exitStatus: EXIT_STATUS.failure })
  }
  const line = `No database matching '${nameOrId}' found`
  throw saidByCtdb('NO_SUCH_DATABASE', line, {
    hint: 'all that there are: `ctdbts getdbmap`',
  })
}
