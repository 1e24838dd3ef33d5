import { keyName } from '../lib/cluster/key-name.ts'
import type { DatabaseRecord } from '../lib/cluster/record.ts'
import { CtdbtsError } from '../lib/errors.ts'
import { ctdbRecordText } from '../ui/ctdb/records.ts'
import type { RecordsDocument } from '../ui/documents/databases.ts'
import { recordJson } from '../ui/record-json.ts'
import { MirrorCommand } from './mirror-command.ts'
import { type SelectionOptions, selectRecords } from './record-selection.ts'
import type { GlobalOptions } from './run-options.ts'
import { SteadyOutput } from './steady-output.ts'

/** What is known of the records beside themselves. */
export interface RecordsSource {
  /** The name of their database. */
  readonly name: string
  /** Those that came together in one list, as waiting for each by itself takes longer than printing it. */
  readonly records: AsyncIterable<readonly DatabaseRecord[]>
  /** The last line, as `ctdb` words it. */
  readonly ending: (count: number) => string
  /** Whether `ctdb` prints it after a failure too. */
  readonly endsAfterFailure?: boolean
  /** What the document has besides the name and the records. */
  readonly json: Pick<RecordsDocument, 'pnn' | 'id' | 'time'>
}

/** A command that prints records as they come, however many there are. */
export abstract class RecordsCommand extends MirrorCommand {
  /** Prints them. @returns the document that oclif prints under --json; only for it and a table, all records are kept in memory. */
  protected async printRecords(
    options: GlobalOptions & SelectionOptions,
    { name, records: source, ending, endsAfterFailure = true, json }: RecordsSource,
  ): Promise<unknown> {
    const records = selectRecords(name, source, options)
    if (options.json) {
      const all = await collected(records)
      return {
        formatVersion: 1,
        ...json,
        name,
        records: all.map((each) => ({ ...recordJson(each), keyName: keyName(name, each.key) })),
      } satisfies RecordsDocument
    }
    if (options.table) {
      const { recordTable } = await import('../ui/record-table.ts')
      process.stdout.write(recordTable(name, await collected(records)))
      return undefined
    }
    const output = new SteadyOutput()
    let count = 0
    try {
      for await (const list of records) {
        for (const record of list) {
          const written = output.write(ctdbRecordText(record))
          if (written) await written
          count += 1
        }
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

async function collected<T>(lists: AsyncIterable<readonly T[]>): Promise<T[]> {
  const all: T[] = []
  for await (const list of lists) for (const item of list) all.push(item)
  return all
}
