import * as Flags from '@oclif/core/flags'
import { hexOf, keyName, textOf } from '../lib/cluster/key-name.ts'
import type { DatabaseRecord } from '../lib/cluster/record.ts'
import { matchesGlob } from '../lib/glob.ts'
import { wholeNumber } from './whole-number.ts'

/** Options of commands that show records: which ones. */
export const selectionFlags = {
  key: Flags.string({
    helpGroup: 'RECORDS',
    helpValue: 'GLOB',
    summary: 'Only records with such a key: as text, as 0x…, or as --table shows it',
  }),
  limit: wholeNumber({ helpGroup: 'RECORDS', summary: 'Show this many records at most' }),
}

/** The values of {@link selectionFlags}. */
export interface SelectionOptions {
  readonly key?: string | undefined
  readonly limit?: number | undefined
}

/** Those records that the options select. Reads no more than it needs for that. */
export const selectRecords = (
  database: string,
  records: AsyncIterable<readonly DatabaseRecord[]>,
  options: SelectionOptions,
): AsyncIterable<readonly DatabaseRecord[]> =>
  options.key === undefined && options.limit === undefined ? records : selected(database, records, options)

async function* selected(
  database: string,
  records: AsyncIterable<readonly DatabaseRecord[]>,
  { key: pattern, limit = Number.POSITIVE_INFINITY }: SelectionOptions,
): AsyncGenerator<readonly DatabaseRecord[], void> {
  if (limit === 0) return
  const isWanted = ({ key }: DatabaseRecord) =>
    pattern === undefined || [textOf(key), hexOf(key), keyName(database, key)].some((text) => matchesGlob(pattern, text))
  let left = limit
  for await (const list of records) {
    const wanted = list.filter(isWanted).slice(0, left)
    yield wanted
    left -= wanted.length
    if (left === 0) return
  }
}
