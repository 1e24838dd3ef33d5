import type { Database } from '../../lib/cluster/database.ts'
import { hex32 } from '../../lib/hex32.ts'
import { visible } from '../visible.ts'
import { type CtdbStyle, machineLine } from './style.ts'

/** `getdbmap` as `ctdb` prints it. */
export function ctdbDbMapText(databases: readonly Database[], { separator }: CtdbStyle): string {
  if (separator === undefined) return `Number of databases:${databases.length}\n${databases.map(personLine).join('')}`
  return [MACHINE_COLUMNS, ...databases.map(machineFields)].map((fields) => machineLine(fields, separator)).join('')
}

/** `getdbstatus` as `ctdb` prints it; it has no output with separators. */
export function ctdbDbStatusText(database: Database): string {
  const { id, name, path, health } = database
  const flags = (['persistent', 'replicated', 'sticky', 'readOnly'] as const).map(
    (flag) => `${flag.toUpperCase()}: ${database[flag] ? 'yes' : 'no'}\n`,
  )
  const head = `dbid: ${databaseIdText(id)}\nname: ${visible(name)}\npath: ${visible(path)}\n`
  return `${head}${flags.join('')}HEALTH: ${visible(health ?? 'OK')}\n`
}

/** The id of a database as `ctdb` prints and accepts it. */
export const databaseIdText = hex32

/** The special properties of a database, in the words of `ctdb`. */
export const databaseMarks = (database: Pick<Database, 'persistent' | 'sticky' | 'readOnly' | 'replicated'>): string[] =>
  (['persistent', 'sticky', 'readOnly', 'replicated'] as const).filter((flag) => database[flag]).map((flag) => flag.toUpperCase())

function personLine(database: Database): string {
  const marks = [...databaseMarks(database), ...(database.health === null ? [] : ['UNHEALTHY'])]
  const { id, name, path } = database
  return `dbid:${databaseIdText(id)} name:${visible(name)} path:${visible(path)}${marks.map((mark) => ` ${mark}`).join('')}\n`
}

const MACHINE_COLUMNS = ['ID', 'Name', 'Path', 'Persistent', 'Sticky', 'Unhealthy', 'Readonly', 'Replicated'] as const

const machineFields = (database: Database): (string | number)[] => [
  // Here, and only here, with capital letters.
  `0x${database.id.toString(16).toUpperCase().padStart(8, '0')}`,
  visible(database.name),
  visible(database.path),
  Number(database.persistent),
  Number(database.sticky),
  Number(database.health !== null),
  Number(database.readOnly),
  Number(database.replicated),
]
