import type { TunableValues } from '../cluster/tunables.ts'

/** CTDB's own timers are for clusters where a wrong guess is dear. With these, what happens is seen while one still looks. Seconds. */
export const QUICK_TUNABLES: TunableValues = {
  RerecoveryTimeout: 1,
  ElectionTimeout: 1,
  MonitorInterval: 2,
  KeepaliveInterval: 1,
  KeepaliveLimit: 3,
}
