import { databaseFlags } from '../lib/cluster/database.ts'
import { fileSizes } from '../operations/collect/file-sizes.ts'
import { bytesText } from '../ui/bytes.ts'
import { databaseIdText, databaseMarks } from '../ui/ctdb/databases.ts'
import { visible } from '../ui/visible.ts'
import { confirmOnTerminal } from './confirm.ts'
import type { DaemonSession } from './daemon-session.ts'

/** A database that a command is about to change; without an id and a path where it may not exist yet. */
interface AskedDatabase {
  readonly id?: number
  readonly name: string
  readonly flags: number
  readonly path?: string
}

/**
 * Asks before a database is changed, on a terminal only.
 * @param question what to ask, given the database in words: `secrets.tdb (0x7132c184, persistent, 420 KiB)`.
 * @throws CtdbtsError NOT_CONFIRMED unless the answer is yes.
 */
export async function confirmForDatabase(
  { host, timeoutMs }: Pick<DaemonSession, 'host' | 'timeoutMs'>,
  database: AskedDatabase,
  question: (database: string) => string,
  options: { readonly yes: boolean },
): Promise<void> {
  await confirmOnTerminal(async () => {
    const { path } = database
    const size = path === undefined ? undefined : (await fileSizes(await host(), [path], timeoutMs)).get(path)
    return question(inWords(database, size))
  }, options)
}

function inWords({ id, name, flags }: AskedDatabase, size: number | undefined): string {
  const marks = databaseMarks(databaseFlags(flags)).map((mark) => mark.toLowerCase())
  const details = [
    ...(id === undefined ? [] : [databaseIdText(id)]),
    ...(marks.length === 0 ? ['volatile'] : marks),
    ...(size === undefined ? [] : [bytesText(size)]),
  ]
  return `${visible(name)} (${details.join(', ')})`
}
