import { ERRNO } from '../../lib/errno.ts'
import { CtdbtsError } from '../../lib/errors.ts'
import { controls } from '../../lib/wire/controls.ts'
import type { CtdbClient } from '../../transport/client/client.ts'
import type { OpenTdb, TdbFile } from '../../transport/tdb-file.ts'
import type { AttachedDatabase } from './attach.ts'

/** A database of the local node, with its file. */
export interface OpenFile {
  readonly client: CtdbClient
  readonly database: AttachedDatabase
  readonly file: TdbFile
  /** PNN of the local node. */
  readonly pnn: number
  readonly signal: AbortSignal | undefined
}

/** What opening the files of databases needs. */
export interface FileAccess {
  readonly client: CtdbClient
  readonly localPnn: Promise<number>
  readonly openTdb: OpenTdb
  readonly signal?: AbortSignal | undefined
}

/**
 * Opens the file of an attached database for the time of `use`.
 * @param beside one that stays open longer, with the same signal, if there is one.
 * @throws CtdbtsError NOT_ATTACHED when it cannot be opened; TDB_LIBRARY; what `use` throws.
 */
export async function withFile<T>(
  { client, localPnn, openTdb, signal }: FileAccess,
  database: AttachedDatabase,
  use: (open: OpenFile) => Promise<T>,
  beside?: OpenFile,
): Promise<T> {
  const { path, openFlags, name } = database
  const daemonPid = await client.control(controls.getPid, { signal })
  const file = await openTdb({ path, openFlags, daemonPid, beside: beside?.file, signal }).catch((error: unknown) => {
    if (!(error instanceof CtdbtsError) || error.code !== 'TDB_OPEN') throw error
    const line = `attach: ${name} tdb_wrap_open failed`
    throw error.with({
      code: 'NOT_ATTACHED',
      message: `${line}: ${error.message}`,
      exitStatus: ERRNO.ENOMEM,
      ctdbText: { stderr: [...(error.ctdbText?.stderr ?? []), line] },
    })
  })
  try {
    return await use({ client, database, file, pnn: await localPnn, signal })
  } finally {
    file.close()
  }
}
