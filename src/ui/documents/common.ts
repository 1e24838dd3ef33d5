import type { Pnn } from '../../lib/cluster/node.ts'
import type { ErrorCode } from '../../lib/error-codes.ts'

/** What a document begins with. */
export interface Versioned {
  /** The version of the document's form. Keys that are added do not change it. */
  readonly formatVersion: 1
}

/** What one node answered, or what was done on it. */
export interface OfNode extends Versioned {
  /** The node. */
  readonly pnn: Pnn
}

/** A failure, instead of any other document: the exit status is not 0 then. */
export interface ErrorDocument extends Versioned {
  readonly error: {
    /** What happened, for programs. */
    readonly code: ErrorCode
    /** What happened, for people. */
    readonly message: string
    /** What to do about it. */
    readonly hint?: string
  }
}
