import { keyName } from '../lib/cluster/key-name.ts'
import { type DatabaseRecord, recordMarks } from '../lib/cluster/record.ts'
import { table } from './table.ts'
import { visible } from './visible.ts'

/** Records as a table for people: their keys readable, and of their values only the size. */
export const recordTable = (database: string, records: readonly DatabaseRecord[]): string =>
  table(
    ['Key', 'Data master', 'RSN', 'Flags', 'Bytes'],
    records.map((record) => [
      visible(keyName(database, record.key)),
      String(record.dmaster),
      String(record.rsn),
      recordMarks(record.flags).join(' ').toLowerCase(),
      String(record.value.length),
    ]),
  )
