import type { Era } from '../lib/cluster/era.ts'
import type { ErrorCode } from '../lib/error-codes.ts'
import type { LogEntry } from '../sim/log/entry.ts'
import type { ServedNode } from '../sim/serve/sim-server.ts'
import type { NodeOverview } from '../sim/world/overview.ts'
import type { Versioned } from '../ui/documents/common.ts'
import type {
  ExplainedDocument,
  HistoryDocument,
  HistoryEntryDocument,
  OwnersDocument,
  SummaryDocument,
} from '../ui/history/json.ts'
import type { EntryDocument } from '../ui/watch/entry-json.ts'
import type { StateDocument } from '../ui/watch/state-json.ts'

/** A line of `history`. */
export type HistoryLine = HistoryDocument | HistoryEntryDocument | ExplainedDocument | OwnersDocument | SummaryDocument

/** A line of the log of a node. */
export interface LogLine extends Omit<LogEntry, 'atMs'> {
  readonly event: 'log'
  /** ISO 8601, UTC. */
  readonly time: string
}

/** A line of `watch`. */
export type WatchLine =
  | StateDocument
  | (EntryDocument & { readonly event: 'entry' })
  | LogLine
  /** Lines that were not read in time were dropped here. */
  | { readonly event: 'left-out'; readonly count: number }

/** The first line of `sim`. */
interface StartedLine extends Versioned {
  readonly event: 'started'
  readonly era: Era
  readonly seed: number
  /** How many public addresses there are. */
  readonly addresses: number
  readonly directory: string
  readonly nodes: readonly ServedNode[]
  /** The private key for SSH, and a known_hosts file with the nodes' keys. */
  readonly sshKeyPath?: string | undefined
  readonly knownHostsPath?: string | undefined
  /** An OpenSSH configuration with both, and an alias for each node: `node0`, … */
  readonly sshConfigPath?: string | undefined
}

/** A line of `sim`. */
export type SimLine =
  | StartedLine
  | { readonly event: 'ready' }
  | LogLine
  /** A command of the scenario, the command line or the prompt is carried out. */
  | { readonly event: 'command'; readonly command: string }
  | {
      readonly event: 'error'
      readonly code: ErrorCode
      readonly message: string
      readonly command: string
      readonly hint: string
    }
  | { readonly event: 'help'; readonly text: string }
  | { readonly event: 'overview'; readonly nodes: readonly NodeOverview[] }
  | { readonly event: 'stopped' }
