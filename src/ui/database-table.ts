import type { Database } from '../lib/cluster/database.ts'
import { databaseIdText, databaseMarks } from './ctdb/databases.ts'
import { type Paint, table } from './table.ts'
import { visible } from './visible.ts'

/** `getdbmap` as a table for people. */
export function databaseTable(databases: readonly Database[], paint: Paint): string {
  const rows = databases.map((database) => [
    databaseIdText(database.id),
    visible(database.name),
    databaseMarks(database).join(' ').toLowerCase(),
    database.health === null ? paint('good', 'OK') : paint('bad', visible(database.health)),
    visible(database.path),
  ])
  return table(['ID', 'Name', 'Kind', 'Health', 'Path'], rows)
}
