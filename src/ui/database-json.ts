import type { Database } from '../lib/cluster/database.ts'
import { databaseIdText } from './ctdb/databases.ts'
import type { DatabaseDocumented } from './documents/databases.ts'

/** A database in our own JSON. `id` has the form that commands accept; `health` is null when the database is healthy. */
export const databaseJson = ({ id, ...rest }: Database): DatabaseDocumented => ({ id: databaseIdText(id), ...rest })
