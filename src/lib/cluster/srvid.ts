/**
 * Server ids: what a message is sent to, and who registers for one receives it. Those of the recovery daemons concern requests, the rest
 * tell of events.
 */
export const SRVID = {
  leader: 0xf101_0000_0000_0000n,
  reconfigure: 0xf200_0000_0000_0000n,
  releaseIp: 0xf300_0000_0000_0000n,
  takeIp: 0xf301_0000_0000_0000n,
  ipReallocated: 0xf302_0000_0000_0000n,
  startIpReallocate: 0xf303_0000_0000_0000n,
  takeoverRun: 0xfb00_0000_0000_0000n,
  rebalanceNode: 0xfb01_0000_0000_0000n,
  disableTakeoverRuns: 0xfb03_0000_0000_0000n,
  disableRecoveries: 0xfb04_0000_0000_0000n,
  disableIpCheck: 0xfc00_0000_0000_0000n,
} as const

/** Destinations that are no PNN. */
export const DESTINATION = {
  /** The daemon on whose socket we are. */
  CURRENT_NODE: 0xf000_0001,
  ALL_NODES: 0xf000_0002,
  VNN_MAP_NODES: 0xf000_0003,
  CONNECTED_NODES: 0xf000_0004,
} as const
