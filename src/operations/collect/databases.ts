import { unsignedNumber } from '../../lib/c-number.ts'
import { type Database, databaseFlags } from '../../lib/cluster/database.ts'
import type { DbStatistics } from '../../lib/cluster/statistics.ts'
import { adding, CtdbtsError, EXIT_STATUS, retell, saidByCtdb } from '../../lib/errors.ts'
import { controls } from '../../lib/wire/controls.ts'
import { ask, type TargetNode } from '../target-node.ts'
import { allInOrder } from './ordered-requests.ts'

/**
 * The databases that are attached on a node.
 * @throws CtdbtsError when the node does not report all of them.
 */
export async function collectDatabases(node: TargetNode): Promise<readonly Database[]> {
  const map = await ask(node, controls.getDbMap)
  return await allInOrder(
    ...map.map(async ({ id, flags }): Promise<Database> => {
      const [name, rest] = await allInOrder(ask(node, controls.getDbName, id), describe(node, id))
      return { id, name, ...databaseFlags(flags), ...rest }
    }),
  )
}

/**
 * One database, found by its name or its id (`0x…`). As with ctdb, the local node has to know it.
 * @throws CtdbtsError NO_SUCH_DATABASE, or the error of the node.
 */
export async function collectDatabase(node: TargetNode, nameOrId: string): Promise<Database> {
  const { id, name, flags } = await findDatabase(node, nameOrId)
  return { id, name, ...databaseFlags(flags), ...(await describe(node, id)) }
}

/**
 * The statistics of one database on a node.
 * @throws as {@link collectDatabase}.
 */
export async function collectDbStatistics(
  node: TargetNode,
  nameOrId: string,
): Promise<{ readonly id: number; readonly name: string; readonly statistics: DbStatistics }> {
  const { id, name } = await findDatabase(node, nameOrId)
  const statistics = await ask(node, controls.getDbStatistics, id).catch((error) => {
    const { exitStatus = EXIT_STATUS.failure } = error instanceof CtdbtsError ? error : {}
    const line = `Failed to get statistics for DB ${name}`
    return retell(error, {
      code: 'NO_STATISTICS',
      context: `cannot get the statistics of database ${name}`,
      exitStatus,
      addStderr: line,
    })
  })
  return { id, name, statistics }
}

/**
 * The sequence number of a database on a node: how many transactions changed it.
 * @throws CtdbtsError NO_SEQUENCE_NUMBER; as {@link collectDatabase}.
 */
export async function collectSequenceNumber(
  node: TargetNode,
  nameOrId: string,
): Promise<ListedDatabase & { readonly sequenceNumber: bigint }> {
  const database = await findDatabase(node, nameOrId)
  const sequenceNumber = await ask(node, controls.getDbSeqnum, database.id).catch(
    adding('NO_SEQUENCE_NUMBER', `Failed to get sequence number for DB ${database.name}`),
  )
  return { ...database, sequenceNumber }
}

async function describe(node: TargetNode, id: number): Promise<Pick<Database, 'path' | 'health'>> {
  const [path, health] = await allInOrder(ask(node, controls.getDbPath, id), ask(node, controls.dbGetHealth, id))
  return { path, health: health === '' ? null : health }
}

/** A database as the map of a node lists it. */
export interface ListedDatabase {
  readonly id: number
  readonly name: string
  /** Bits of DATABASE_FLAG. */
  readonly flags: number
}

/**
 * A database by its name or its id (`0x…`). As with ctdb, the local node has to know it, whichever node is asked about it then.
 * @throws CtdbtsError NO_SUCH_DATABASE, NO_DATABASE.
 */
export async function findDatabase({ client }: Pick<TargetNode, 'client'>, nameOrId: string): Promise<ListedDatabase> {
  try {
    const map = await client.control(controls.getDbMap)
    const wantedId = nameOrId.startsWith('0x') ? Number(BigInt.asUintN(32, unsignedNumber(nameOrId, 'the id'))) : undefined
    const candidates = wantedId === undefined ? map : map.filter(({ id }) => id === wantedId).slice(0, 1)
    const names = await allInOrder(...candidates.map(({ id }) => client.control(controls.getDbName, { data: id })))
    const index = wantedId === undefined ? names.indexOf(nameOrId) : 0
    const [found, name] = [candidates[index], names[index]]
    if (found && name !== undefined) return { ...found, name }
  } catch (error) {
    // Whatever goes wrong here, ctdb exits with 1.
    return retell(error, { code: 'NO_DATABASE', context: 'cannot find the database', exitStatus: EXIT_STATUS.failure })
  }
  const line = `No database matching '${nameOrId}' found`
  throw saidByCtdb('NO_SUCH_DATABASE', line, {
    hint: 'see `ctdbts getdbmap` for all databases',
  })
}
