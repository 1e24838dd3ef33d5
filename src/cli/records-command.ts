import type { DatabaseRecord } from '../lib/cluster/record.ts'
import { CtdbtsError } from '../lib/errors.ts'
import { ctdbRecordText } from '../ui/ctdb/records.ts'
import { recordJson } from '../ui/record-json.ts'
import { MirrorCommand } from './mirror-command.ts'
import type { GlobalOptions } from './run-options.ts'
import { SteadyOutput } from './steady-output.ts'

/** What is known of the records beside themselves. */
export interface RecordsSource {
  readonly records: AsyncIterable<DatabaseRecord>
  /** The last line, as `ctdb` words it. */
  readonly ending: (count: number) => string
  /** Whether `ctdb` prints it after a failure too. */
  readonly endsAfterFailure?: boolean
  /** What the document has besides the records. */
  readonly json: Readonly<Record<string, unknown>>
}

/** A command that prints records as they come, however many there are. */
export abstract class RecordsCommand extends MirrorCommand {
  /** Prints them. @returns the document that oclif prints under --json; only for it, all records are kept in memory. */
  protected async printRecords(
    { json: wantsJson }: GlobalOptions,
    { records, ending, endsAfterFailure = true, json }: RecordsSource,
  ): Promise<unknown> {
    if (wantsJson) {
      const all: unknown[] = []
      for await (const record of records) all.push(recordJson(record))
      return { formatVersion: 1, ...json, records: all }
    }
    const output = new SteadyOutput()
    let count = 0
    try {
      for await (const record of records) {
        await output.write(ctdbRecordText(record))
        count += 1
      }
    } catch (error) {
      if (endsAfterFailure && error instanceof CtdbtsError && error.ctdbText) await output.write(`${ending(count)}\n`)
      await output.flush()
      throw error
    }
    await output.write(`${ending(count)}\n`)
    await output.flush()
    return undefined
  }
}
