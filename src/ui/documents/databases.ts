import type { Database } from '../../lib/cluster/database.ts'
import type { DbStatisticsValues } from '../statistics-json.ts'
import type { OfNode, Versioned } from './common.ts'

/** A database as a node has it attached. */
export interface DatabaseDocumented extends Omit<Database, 'id'> {
  /** In the form that commands accept: `0x…`. */
  readonly id: string
}

/** A record of a database. */
export interface RecordDocumented {
  /** Hexadecimal. */
  readonly key: string
  /** Hexadecimal. */
  readonly value: string
  /** The node that has the record. */
  readonly dmaster: number
  /** The record sequence number, which JSON's numbers do not hold. */
  readonly rsn: string
  readonly flags: number
}

/** Which database a document is about. */
interface OfDatabase extends Versioned {
  /** In the form that commands accept: `0x…`. */
  readonly id: string
  readonly name: string
}

/** `wipedb`, `ptrans`, `pstore` and `pdelete`: the database that was changed. */
export interface DatabaseDoneDocument extends OfDatabase {}

/** `attach`. */
export interface AttachDocument extends OfDatabase, OfNode {}

/** `detach`. */
export interface DetachDocument extends Versioned {
  /** The names of the databases. */
  readonly detached: readonly string[]
}

/** `getdbmap`. */
export interface GetdbmapDocument extends OfNode {
  readonly databases: readonly (DatabaseDocumented & {
    /** The size of its file; null if the file is on another machine, or cannot be read. */
    readonly sizeBytes: number | null
  })[]
}

/** `getdbstatus`. */
export interface GetdbstatusDocument extends OfNode {
  readonly database: DatabaseDocumented
}

/** `getdbseqnum`. */
export interface GetdbseqnumDocument extends OfDatabase, OfNode {
  /** As JSON's numbers do not hold it. */
  readonly sequenceNumber: string
}

/** `dbstatistics`. */
export interface DbstatisticsDocument extends OfDatabase, OfNode {
  readonly statistics: DbStatisticsValues
}

/** `setdbreadonly` and `setdbsticky`. */
export interface DatabaseMarkDocument extends OfDatabase, OfNode {
  readonly mark: 'READONLY' | 'STICKY'
}

/** `catdb`, `cattdb` and `dumpdbbackup`. */
export interface RecordsDocument extends Versioned {
  /** The node; absent for a backup. */
  readonly pnn?: number
  /** The database, in the form that commands accept; absent for a backup. */
  readonly id?: string
  /** When a backup was made: ISO 8601, UTC. Absent for others. */
  readonly time?: string
  readonly name: string
  readonly records: readonly (RecordDocumented & {
    /** The key in words, as far as its form is known. */
    readonly keyName: string
  })[]
}

/** `pfetch`. */
export interface PfetchDocument extends OfDatabase {
  /** Hexadecimal. */
  readonly key: string
  /** Hexadecimal. */
  readonly value: string
}

/** `readkey`. */
export interface ReadkeyDocument extends OfDatabase {
  readonly key: string
  /** Hexadecimal. */
  readonly value: string
}

/** `writekey` and `deletekey`. */
export interface KeyDocument extends OfDatabase {
  readonly key: string
}

/** `pushrecord`. */
export interface PushrecordDocument extends KeyDocument {
  /** PNNs of the nodes that have the record now. */
  readonly nodes: readonly number[]
}

/** `tfetch`. */
export interface TfetchDocument extends Versioned {
  readonly file: string
  readonly record: RecordDocumented
}

/** `tstore`. */
export interface TstoreDocument extends Versioned {
  readonly file: string
}

/** `backupdb`. */
export interface BackupdbDocument extends OfDatabase {
  readonly file: string
  /** How many were written. */
  readonly records: number
}

/** `restoredb`. */
export interface RestoredbDocument extends OfDatabase {
  readonly file: string
}
