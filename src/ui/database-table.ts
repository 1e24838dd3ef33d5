import type { Database } from '../lib/cluster/database.ts'
import { bytesText } from './bytes.ts'
import { databaseIdText, databaseMarks } from './ctdb/databases.ts'
import { type Paint, table } from './table.ts'
import { visible } from './visible.ts'

/** `getdbmap` as a table for people. @param sizes of the files, by path, where they are known. */
export function databaseTable(databases: readonly Database[], sizes: ReadonlyMap<string, number>, paint: Paint): string {
  const rows = databases.map((database) => [
    databaseIdText(database.id),
    visible(database.name),
    databaseMarks(database).join(' ').toLowerCase(),
    database.health === null ? paint('good', 'OK') : paint('bad', visible(database.health)),
    sizeText(sizes.get(database.path)),
    visible(database.path),
  ])
  return table(['ID', 'Name', 'Kind', 'Health', 'Size', 'Path'], rows)
}

const sizeText = (bytes: number | undefined): string => (bytes === undefined ? '' : bytesText(bytes))
