import type { Pnn } from '../cluster/node.ts'

/** Asks a recovery daemon for something; the answer goes to a srvid of a node, unless that is 0. */
export interface RunRequest {
  readonly pnn: Pnn
  readonly replySrvid: bigint
}

/** The same with a time in seconds, for which something is switched off; 0 switches it on again. */
export interface DisableRequest extends RunRequest {
  readonly timeoutSeconds: number
}

/** A node's flags have changed, and all are to know. Between the daemon and the recovery daemons only. */
export interface FlagChange {
  readonly pnn: Pnn
  readonly newFlags: number
  readonly oldFlags: number
}

/**
 * Srvids that never leave the cluster's own programs: the numbers are ours. The first stands for 2017's way to make the leader known, which
 * clients could not listen to.
 */
export const INTERNAL_SRVID = { recmaster: 0x1n, pushFlags: 0x2n, banning: 0x3n } as const
