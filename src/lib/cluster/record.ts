/** A bit in the flags of a record: it has had a value when it moved to another node. */
export const MIGRATED_WITH_DATA = 0x0001_0000

/** The bits in the flags of a record, with the names that `ctdb` gives them. */
const RECORD_FLAGS = [
  { mask: MIGRATED_WITH_DATA, name: 'MIGRATED_WITH_DATA' },
  { mask: 0x0002_0000, name: 'VACUUM_MIGRATED' },
  { mask: 0x0004_0000, name: 'AUTOMATIC' },
  { mask: 0x0100_0000, name: 'RO_HAVE_DELEGATIONS' },
  { mask: 0x0200_0000, name: 'RO_HAVE_READONLY' },
  { mask: 0x0400_0000, name: 'RO_REVOKING_READONLY' },
  { mask: 0x0800_0000, name: 'RO_REVOKE_COMPLETE' },
] as const

/** The names of a record's flags. */
export const recordMarks = (flags: number): string[] =>
  RECORD_FLAGS.filter(({ mask }) => (flags & mask) !== 0).map(({ name }) => name)

/** A record of a database, as one node has it. */
export interface DatabaseRecord {
  readonly key: Uint8Array
  /** PNN of the node that may change it. */
  readonly dmaster: number
  /** Record sequence number: counts its changes in a persistent database, its migrations in a volatile one. */
  readonly rsn: bigint
  /** The bits whose names are {@link recordMarks}. */
  readonly flags: number
  readonly value: Uint8Array
}

/** The key of a record as a text that differs for different keys. */
export const keyText = (key: Uint8Array): string => Buffer.from(key).toString('latin1')
