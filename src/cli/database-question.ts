import { databaseFlags } from '../lib/cluster/database.ts'
import { databaseIdText, databaseMarks } from '../ui/ctdb/databases.ts'
import { visible } from '../ui/visible.ts'

/** A database in a question: `secrets.tdb (0x7132c184, persistent)`. */
export function describeDatabase({
  id,
  name,
  flags,
}: {
  readonly id?: number
  readonly name: string
  readonly flags: number
}): string {
  const marks = databaseMarks(databaseFlags(flags)).map((mark) => mark.toLowerCase())
  const details = [...(id === undefined ? [] : [databaseIdText(id)]), ...(marks.length === 0 ? ['volatile'] : marks)]
  return `${visible(name)} (${details.join(', ')})`
}
