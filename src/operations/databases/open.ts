import { isVolatile } from '../../lib/cluster/database.ts'
import { adding, saidByCtdb } from '../../lib/errors.ts'
import type { CtdbClient } from '../../transport/client/client.ts'
import { findDatabase, type ListedDatabase } from '../collect/databases.ts'
import { type AttachedDatabase, attachDatabase } from './attach.ts'

/**
 * Finds a database by its name or its id (`0x…`), and attaches it as it is.
 * @param check throws if the command cannot work on such a database.
 * @throws CtdbtsError NO_SUCH_DATABASE, NO_DATABASE, NOT_ATTACHED; what `check` throws.
 */
export async function openDatabase(
  client: CtdbClient,
  nameOrId: string,
  check: (database: ListedDatabase) => void = () => {},
): Promise<AttachedDatabase> {
  const found = await findDatabase({ client }, nameOrId)
  check(found)
  return await attachDatabase(client, found).catch(adding('NOT_ATTACHED', `Failed to attach to DB ${found.name}`))
}

/**
 * Opens a volatile database by its name or its id, for work on single records.
 * @throws as {@link openDatabase}; CtdbtsError NOT_VOLATILE.
 */
export const openVolatile = (client: CtdbClient, nameOrId: string): Promise<AttachedDatabase> =>
  openDatabase(client, nameOrId, (found) => requireVolatile(found, `DB ${found.name} is not a volatile database`))

/** @throws CtdbtsError NOT_VOLATILE, with this line, if the database changes by transactions. */
export function requireVolatile({ flags }: ListedDatabase, line: string): void {
  if (!isVolatile(flags)) throw saidByCtdb('NOT_VOLATILE', line)
}
