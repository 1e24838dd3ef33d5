import * as Args from '@oclif/core/args'
import { CtdbtsError, saidByCtdb } from '../lib/errors.ts'
import type { TdbFile } from '../transport/tdb-file.ts'
import { recordValueArgs } from './record-arguments.ts'

/** The arguments of commands about a record in a TDB file that need not belong to CTDB. */
export const tdbArgs = {
  file: Args.string({ required: true, ignoreStdin: true, description: 'the TDB file' }),
  key: recordValueArgs.key,
}

/**
 * Opens a TDB file on this machine for the time of `use`.
 * @throws CtdbtsError TDB_OPEN in the words of `ctdb`; TDB_LIBRARY; what `use` throws.
 */
export async function withTdb<T>(path: string, use: (file: TdbFile) => Promise<T>): Promise<T> {
  const { openTdb } = await import('../transport/local/tdb/tdb-file.ts')
  const file = await openTdb({ path, openFlags: 0 }).catch((error: unknown) => {
    if (!(error instanceof CtdbtsError) || error.code !== 'TDB_OPEN') throw error
    throw error.with({ ctdbText: { stderr: [...(error.ctdbText?.stderr ?? []), `Failed to open TDB file ${path}`] } })
  })
  try {
    return await use(file)
  } finally {
    file.close()
  }
}

/** What ctdb prints of a record that is missing or damaged. */
export const noRecord = (line: string): CtdbtsError => saidByCtdb('NO_RECORD', line)
