import type { LogSource } from '../log/entry.ts'
import type { LineName, LineValues } from '../log/lines.ts'

/** Writes a line into a node's log. */
export type Log = <N extends LineName>(source: LogSource, name: N, ...values: LineValues<N>) => void
