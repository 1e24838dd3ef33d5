import type { MessageName, MessageValues } from '../../lib/log/messages.ts'
import type { LogSource } from '../log/entry.ts'

/** Writes a line into a node's log. */
export type Log = <N extends MessageName>(source: LogSource, name: N, ...values: MessageValues<N>) => void
