/** The bits in a database's flags. */
export const DATABASE_FLAG = { persistent: 0x01, readOnly: 0x02, sticky: 0x04, replicated: 0x08 } as const

/** A database as one node has it attached. */
export interface Database {
  readonly id: number
  readonly name: string
  /** The path of its file on that node. */
  readonly path: string
  readonly persistent: boolean
  readonly sticky: boolean
  readonly readOnly: boolean
  readonly replicated: boolean
  /** What is wrong with it; null if it is healthy. */
  readonly health: string | null
}

/** The properties in the flags of a database. */
export const databaseFlags = (flags: number): Pick<Database, 'persistent' | 'sticky' | 'readOnly' | 'replicated'> => ({
  persistent: (flags & DATABASE_FLAG.persistent) !== 0,
  sticky: (flags & DATABASE_FLAG.sticky) !== 0,
  readOnly: (flags & DATABASE_FLAG.readOnly) !== 0,
  replicated: (flags & DATABASE_FLAG.replicated) !== 0,
})

/** Whether a database with these flags changes record by record. Others change by transactions only. */
export const isVolatile = (flags: number): boolean => (flags & (DATABASE_FLAG.persistent | DATABASE_FLAG.replicated)) === 0
