import type { Pnn } from '../cluster/node.ts'
import { keyText, MIGRATED_WITH_DATA } from '../cluster/record.ts'
import type { RecordHeader } from '../wire/record-structs.ts'

/** What decides which copy of a record is kept. */
interface RecordCopy {
  readonly key: Uint8Array
  readonly header: RecordHeader
  readonly value: Uint8Array
}

/** The records of a database that one node has. */
export interface RecordsOfNode<R extends RecordCopy> {
  readonly pnn: Pnn
  readonly records: readonly R[]
}

/**
 * The records that a recovery keeps of what the nodes have: of each the copy with the highest record sequence number, of equal ones that of
 * the node that could change it. Records without a value are deleted ones, and are left out.
 */
export function mergeBySequence<R extends RecordCopy>(nodes: readonly RecordsOfNode<R>[]): R[] {
  const best = new Map<string, { readonly pnn: Pnn; readonly record: R }>()
  for (const { pnn, records } of nodes) {
    for (const record of records) {
      const name = keyText(record.key)
      const found = best.get(name)
      if (!found || isNewer(record, found.record, pnn)) best.set(name, { pnn, record })
    }
  }
  return [...best.values()].map(({ record }) => record).filter(({ value }) => value.length > 0)
}

const isNewer = ({ header }: RecordCopy, found: RecordCopy, pnn: Pnn): boolean =>
  header.rsn > found.header.rsn || (header.rsn === found.header.rsn && header.dmaster === pnn)

/** The records of a volatile database as the recovery gives them to all nodes: the leader is the one that may change them. */
export const givenTo = <R extends RecordCopy>(leader: Pnn, records: readonly R[]): R[] =>
  records.map((record) => ({
    ...record,
    header: { ...record.header, dmaster: leader, flags: record.header.flags | MIGRATED_WITH_DATA },
  }))

/**
 * The node whose copy of a persistent or replicated database a recovery keeps: that with the highest sequence number, the leader where it has
 * that too. Undefined where nobody has counted a transaction: then the copies are merged record by record.
 */
export function newestCopy(
  leader: Pnn,
  numbers: readonly { readonly pnn: Pnn; readonly sequenceNumber: bigint }[],
): Pnn | undefined {
  const highest = numbers.reduce((most, { sequenceNumber }) => (sequenceNumber > most ? sequenceNumber : most), 0n)
  if (highest === 0n) return undefined
  const newest = numbers.filter(({ sequenceNumber }) => sequenceNumber === highest)
  return (newest.find(({ pnn }) => pnn === leader) ?? newest[0])?.pnn
}
