import type { Database } from '../lib/cluster/database.ts'
import { databaseIdText } from './ctdb/databases.ts'

/** A database in our own JSON. `id` has the form that commands accept; `health` is null when the database is healthy. */
export const databaseJson = ({ id, ...rest }: Database): Record<string, unknown> => ({ id: databaseIdText(id), ...rest })
