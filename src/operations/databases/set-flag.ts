import { type Control, controls } from '../../lib/wire/controls.ts'
import { findDatabase, type ListedDatabase } from '../collect/databases.ts'
import { ask, type TargetNode } from '../target-node.ts'
import { requireVolatile } from './open.ts'

const CONTROLS: Readonly<Record<DatabaseMark, Control<number, void>>> = {
  READONLY: controls.setDbReadOnly,
  STICKY: controls.setDbSticky,
}

/** A flag that can be set on a volatile database, and never removed while it is attached. */
export type DatabaseMark = 'READONLY' | 'STICKY'

/**
 * Sets a flag of a volatile database on one node.
 * @throws CtdbtsError NO_SUCH_DATABASE, NO_DATABASE, NOT_VOLATILE, CONTROL_FAILED.
 */
export async function setDatabaseFlag(node: TargetNode, nameOrId: string, mark: DatabaseMark): Promise<ListedDatabase> {
  const database = await findDatabase(node, nameOrId)
  requireVolatile(database, `${mark} can be set only on volatile DB`)
  await ask(node, CONTROLS[mark], database.id)
  return database
}
