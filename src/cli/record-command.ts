import { CtdbtsError } from '../lib/errors.ts'
import { openVolatile } from '../operations/databases/open.ts'
import { type OpenFile, withFile } from '../operations/databases/open-file.ts'
import { type LockedRecord, withLockedRecord } from '../operations/databases/record-lock.ts'
import { databaseIdText } from '../ui/ctdb/databases.ts'
import { fileAccess } from './database-file.ts'
import { confirmForDatabase } from './database-question.ts'
import { MirrorCommand } from './mirror-command.ts'
import { argumentBytes } from './record-arguments.ts'
import type { GlobalOptions } from './run-options.ts'

/** What a command does with a record that it has locked. */
export interface RecordUse<T> {
  /** What `ctdb` prints when the record cannot be locked. */
  readonly notLocked: string
  /** What `ctdb` prints when `use` fails. */
  readonly failed?: string
  readonly readOnly?: boolean
  /** What the user is asked first, on a terminal, given the database in words. */
  readonly question?: (database: string) => string
  use(record: LockedRecord, open: OpenFile): Promise<T>
}

/** A command about one record of a volatile database, which it locks meanwhile. */
export abstract class RecordCommand extends MirrorCommand {
  protected override readonly remote = false

  /** Does it on the machine that --host names, after the same question. */
  protected async changeThere(
    flags: GlobalOptions & { readonly yes: boolean },
    database: string,
    question: (database: string) => string,
  ): Promise<void> {
    await this.runThere(flags, async ({ client }, daemon) =>
      confirmForDatabase(daemon, await openVolatile(client, database), question, flags),
    )
  }

  /**
   * Opens the database, moves the record here if need be, and locks it.
   * @param prepare reads the other arguments, once the database is open.
   */
  protected async lockRecord<T>(
    flags: GlobalOptions & { readonly yes?: boolean },
    { database, key: keyText }: { readonly database: string; readonly key: string },
    prepare: () => RecordUse<T>,
  ): Promise<{ readonly id: string; readonly name: string; readonly key: string; readonly result: T }> {
    return await this.withNodeInterruptibly(flags, async (node, { signal }, daemon) => {
      const opened = await openVolatile(node.client, database)
      const key = argumentBytes('key', keyText)
      const { notLocked, failed = notLocked, readOnly = false, question, use } = prepare()
      if (question) await confirmForDatabase(daemon, opened, question, { yes: flags.yes === true })
      let isLocked = false
      const result = await withFile(await fileAccess(node, signal), opened, (open) =>
        withLockedRecord(
          open,
          key,
          (record) => {
            isLocked = true
            return use(record, open)
          },
          { readOnly },
        ).catch((error: unknown) => {
          throw withLine(error, isLocked ? failed : notLocked)
        }),
      )
      return { id: databaseIdText(opened.id), name: opened.name, key: Buffer.from(key).toString('hex'), result }
    })
  }
}

/** Adds what ctdb says last. */
function withLine(error: unknown, line: string): unknown {
  if (!(error instanceof CtdbtsError) || (!error.ctdbText && error.code !== 'TDB_FAILED')) return error
  const stderr = [...(error.ctdbText?.stderr ?? []), line]
  return error.with({ code: 'NO_RECORD', message: `${line}: ${error.message}`, ctdbText: { stderr }, cause: error })
}
