import type { Pnn } from '../../lib/cluster/node.ts'
import type { ListedScript } from '../../lib/event/script-list.ts'
import type { FoundWay } from '../../lib/host/found-ways.ts'
import type { EventStatus } from '../event-json.ts'
import type { StatisticsValues } from '../statistics-json.ts'
import type { OfNode, Versioned } from './common.ts'

/** `getpid`. */
export interface GetpidDocument extends Versioned {
  readonly pid: number
}

/** `ping`. */
export interface PingDocument extends OfNode {
  /** Until the answer came. */
  readonly seconds: number
  /** How many clients the daemon has. */
  readonly clients: number
}

/** `uptime`: points in time are in seconds since 1970. */
export interface UptimeDocument extends OfNode, UptimeValues {}

/** The times of a daemon. */
export interface UptimeValues {
  readonly now: number
  readonly daemonStart: number
  readonly lastRecoveryStarted: number
  readonly lastRecoveryFinished: number
  /** How long it took. */
  readonly lastRecoverySeconds: number
}

/** `version`: as `ctdb --json version` (4.25) has it. */
export interface VersionDocument {
  readonly version: string
}

/** `getdebug` and `setdebug`. */
export interface DebugDocument extends OfNode {
  /** The name of the level, as `NOTICE`. */
  readonly debugLevel: string
  readonly number: number
}

/** `getreclock`. */
export interface GetreclockDocument extends OfNode {
  /** The cluster lock; null if there is none. */
  readonly clusterLock: string | null
}

/** `getvar` and `setvar`. */
export interface TunableDocument extends OfNode {
  readonly name: string
  readonly value: number
}

/** `listvars`. */
export interface ListvarsDocument extends OfNode {
  /** Values by names. */
  readonly tunables: Readonly<Record<string, number>>
}

/** `statistics`. */
export interface StatisticsDocument extends OfNode {
  readonly statistics: StatisticsValues
}

/** `stats`. */
export interface StatsDocument extends OfNode {
  /** Of the last seconds, the latest first. */
  readonly history: readonly StatisticsValues[]
}

/** `statisticsreset`. */
export interface StatisticsresetDocument extends OfNode {
  readonly reset: true
}

/** `dumpmemory` and `rddumpmemory`: the memory of a daemon, as it reports it. */
export interface MemoryDocument extends OfNode {
  readonly lines: readonly string[]
}

/** `process-exists`. */
export interface ProcessExistsDocument extends OfNode {
  readonly pid: number
  /** Null if none was asked for. */
  readonly srvid: string | null
  readonly exists: boolean
}

/** `checktcpport`. */
export interface ChecktcpportDocument extends Versioned {
  readonly port: number
  /** A port in use is a failure. */
  readonly free: true
}

/** `event status` and `scriptstatus`. */
export interface EventStatusDocument extends Versioned, EventStatus {}

/** `event run`. */
export interface EventRunDocument extends Versioned {
  readonly component: string
  readonly event: string
  /** 0 if all scripts succeeded. */
  readonly result: number
}

/** `event script list`. */
export interface EventScriptsDocument extends Versioned {
  readonly component: string
  readonly scripts: readonly ListedScript[]
}

/** `event script enable` and `event script disable`. */
export interface EventSwitchDocument extends Versioned {
  readonly component: string
  readonly script: string
  /** Of `event script enable`: whether the script is enabled now. */
  readonly enabled?: boolean
  /** Of `event script disable`: whether the script is disabled now. */
  readonly disabled?: boolean
  /** What was done. */
  readonly outcome: string
}

/** `event`, of each kind. */
export type EventDocument = EventStatusDocument | EventRunDocument | EventScriptsDocument | EventSwitchDocument

/** `discover`: the daemons that were found, and how they are reached. */
export interface DiscoverDocument extends Versioned {
  readonly hosts: readonly {
    /** Null for this machine. */
    readonly host: string | null
    readonly found: readonly Omit<FoundWay, 'connections'>[]
  }[]
  readonly problems: readonly { readonly host: string; readonly code: string; readonly message: string }[]
  /** The config.toml for them. */
  readonly config: string
}

/** `autocomplete`. */
export interface AutocompleteDocument extends Versioned {
  readonly shell: string
  readonly script: string
}

/** A move of an address; null for no node. */
interface AddressMove {
  readonly address: string
  readonly from: Pnn | null
  readonly to: Pnn | null
}

/** `home-nodes`: a proposal for the home of each address. */
export interface HomeNodesDocument extends Versioned {
  readonly homes: readonly {
    readonly address: string
    /** The home. */
    readonly pnn: Pnn
    /** The owner now; null if there is none. */
    readonly owner: Pnn | null
  }[]
  /** The contents of a home_nodes file. */
  readonly file: string
  /** What the next takeover run moves as things are. */
  readonly movesNow: readonly AddressMove[]
  /** What it moves with these home nodes. */
  readonly movesThen: readonly AddressMove[]
  readonly notes: readonly string[]
}
