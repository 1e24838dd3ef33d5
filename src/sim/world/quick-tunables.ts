import type { TunableValues } from '../../lib/cluster/tunables.ts'

/** Shorter timers than CTDB's defaults, in seconds, so that the effect of a fault shows within a few seconds. */
export const QUICK_TUNABLES: TunableValues = {
  RerecoveryTimeout: 1,
  ElectionTimeout: 1,
  MonitorInterval: 2,
  KeepaliveInterval: 1,
  KeepaliveLimit: 3,
}

/** The same for the time after which nodes miss a leader. */
export const QUICK_LEADER_TIMEOUT_MS = 2_000
