import type { Database } from '../lib/cluster/database.ts'
import { databaseIdText } from './ctdb/databases.ts'

/** A database in our own JSON: its id is as commands take it, `health` is null when nothing is wrong. */
export const databaseJson = ({ id, ...rest }: Database): Record<string, unknown> => ({ id: databaseIdText(id), ...rest })
