/** A setting of the daemon that can be changed at run time. All are u32. */
interface Tunable {
  readonly name: string
  readonly defaultValue: number
  /** It is still in the reply to GET_ALL_TUNABLES, but does nothing, and LIST_TUNABLES leaves it out. */
  readonly obsolete?: true
}

/** All tunables, in the order of the reply to GET_ALL_TUNABLES (read off 4.25; the same in 4.17; older daemons send fewer). */
export const TUNABLES = [
  { name: 'MaxRedirectCount', defaultValue: 3, obsolete: true },
  { name: 'SeqnumInterval', defaultValue: 1_000 },
  { name: 'ControlTimeout', defaultValue: 60 },
  { name: 'TraverseTimeout', defaultValue: 20 },
  { name: 'KeepaliveInterval', defaultValue: 5 },
  { name: 'KeepaliveLimit', defaultValue: 5 },
  { name: 'RecoverTimeout', defaultValue: 30 },
  { name: 'RecoverInterval', defaultValue: 1 },
  { name: 'ElectionTimeout', defaultValue: 3 },
  { name: 'TakeoverTimeout', defaultValue: 9 },
  { name: 'MonitorInterval', defaultValue: 15 },
  { name: 'TickleUpdateInterval', defaultValue: 20 },
  { name: 'EventScriptTimeout', defaultValue: 30 },
  { name: 'MonitorTimeoutCount', defaultValue: 20 },
  { name: 'EventScriptUnhealthyOnTimeout', defaultValue: 0, obsolete: true },
  { name: 'RecoveryGracePeriod', defaultValue: 120 },
  { name: 'RecoveryBanPeriod', defaultValue: 300 },
  { name: 'DatabaseHashSize', defaultValue: 100_001 },
  { name: 'DatabaseMaxDead', defaultValue: 5 },
  { name: 'RerecoveryTimeout', defaultValue: 10 },
  { name: 'EnableBans', defaultValue: 1 },
  { name: 'DeterministicIPs', defaultValue: 0, obsolete: true },
  { name: 'ReclockPingPeriod', defaultValue: 60, obsolete: true },
  { name: 'NoIPFailback', defaultValue: 0 },
  { name: 'DisableIPFailover', defaultValue: 0, obsolete: true },
  { name: 'VerboseMemoryNames', defaultValue: 0 },
  { name: 'RecdPingTimeout', defaultValue: 60 },
  { name: 'RecdFailCount', defaultValue: 10 },
  { name: 'LogLatencyMs', defaultValue: 0 },
  { name: 'RecLockLatencyMs', defaultValue: 1_000 },
  { name: 'RecoveryDropAllIPs', defaultValue: 120 },
  { name: 'VerifyRecoveryLock', defaultValue: 1, obsolete: true },
  { name: 'VacuumInterval', defaultValue: 10 },
  { name: 'VacuumMaxRunTime', defaultValue: 120 },
  { name: 'RepackLimit', defaultValue: 10_000 },
  { name: 'VacuumLimit', defaultValue: 5_000, obsolete: true },
  { name: 'MaxQueueDropMsg', defaultValue: 1_000_000 },
  { name: 'AllowUnhealthyDBRead', defaultValue: 0 },
  { name: 'StatHistoryInterval', defaultValue: 1 },
  { name: 'DeferredAttachTO', defaultValue: 120 },
  { name: 'VacuumFastPathCount', defaultValue: 60 },
  { name: 'LCP2PublicIPs', defaultValue: 1, obsolete: true },
  { name: 'AllowClientDBAttach', defaultValue: 1 },
  { name: 'RecoverPDBBySeqNum', defaultValue: 1, obsolete: true },
  { name: 'DeferredRebalanceOnNodeAdd', defaultValue: 300, obsolete: true },
  { name: 'FetchCollapse', defaultValue: 1 },
  { name: 'HopcountMakeSticky', defaultValue: 50 },
  { name: 'StickyDuration', defaultValue: 600 },
  { name: 'StickyPindown', defaultValue: 200 },
  { name: 'NoIPTakeover', defaultValue: 0 },
  { name: 'DBRecordCountWarn', defaultValue: 100_000 },
  { name: 'DBRecordSizeWarn', defaultValue: 10_000_000 },
  { name: 'DBSizeWarn', defaultValue: 100_000_000 },
  { name: 'PullDBPreallocation', defaultValue: 10_485_760 },
  { name: 'NoIPHostOnAllDisabled', defaultValue: 1, obsolete: true },
  { name: 'Samba3AvoidDeadlocks', defaultValue: 0, obsolete: true },
  { name: 'TDBMutexEnabled', defaultValue: 1, obsolete: true },
  { name: 'LockProcessesPerDB', defaultValue: 200 },
  { name: 'RecBufferSizeLimit', defaultValue: 1_000_000 },
  { name: 'QueueBufferSize', defaultValue: 1_024 },
  { name: 'IPAllocAlgorithm', defaultValue: 2 },
  { name: 'AllowMixedVersions', defaultValue: 0 },
] as const satisfies readonly Tunable[]

/** The name of a tunable, as CTDB writes it: `IPAllocAlgorithm`. */
export type TunableName = (typeof TUNABLES)[number]['name']

/** The tunables of LIST_TUNABLES, in its order, in which one is out of place. */
export const LISTED_TUNABLES: readonly TunableName[] = TUNABLES.flatMap((entry): TunableName[] => {
  if ('obsolete' in entry || entry.name === 'VacuumFastPathCount') return []
  return entry.name === 'RepackLimit' ? [entry.name, 'VacuumFastPathCount'] : [entry.name]
})

/** The values of a daemon. A tunable that an older daemon does not know is absent. */
export type TunableValues = Partial<Record<TunableName, number>>
