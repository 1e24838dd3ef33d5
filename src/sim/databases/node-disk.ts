import type { RecordStore } from './record-store.ts'
import type { SimDatabase } from './sim-database.ts'

/** Whether any node of the cluster has used a database. Until then, recoveries ask nobody about databases. */
export interface DatabaseUse {
  hasBegun: boolean
}

/** Where a node's daemon has its databases. What is persistent outlives the daemon, and a cut of the power. */
export interface NodeDisk {
  /** The folder of the databases' files. */
  readonly folder: string
  readonly use: DatabaseUse
  /** The records of persistent databases, by name. */
  readonly persistent: Map<string, RecordStore>
  /** Called with each database that a daemon attaches, when its file comes into being. */
  attached(database: SimDatabase): void
  /** Called when the file of a database goes away. */
  detached(database: SimDatabase): void
}

/** Learns of the files of databases on a node. */
export type DatabaseFiles = Pick<NodeDisk, 'folder' | 'attached' | 'detached'>

/** The usual folder, of which nobody else sees the files. */
const HIDDEN: DatabaseFiles = { folder: '/var/lib/ctdb', attached: () => {}, detached: () => {} }

/** The disk of a new node. */
export const newDisk = (use: DatabaseUse, files: DatabaseFiles = HIDDEN): NodeDisk => ({ ...files, use, persistent: new Map() })
