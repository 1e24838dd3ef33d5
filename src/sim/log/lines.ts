import type { Era } from '../../lib/cluster/era.ts'
import type { Level } from './entry.ts'

/** A line of the log: its level, and its text in each era; null where that era does not log it. */
interface Line<A extends readonly unknown[]> {
  readonly level: Level
  readonly now: ((...values: A) => string) | null
  readonly in2017: ((...values: A) => string) | null
}

type Words<A extends readonly unknown[]> = ((...values: A) => string) | null

/** @param in2017 the same text as now, unless given. */
const line = <A extends readonly unknown[]>(level: Level, now: Words<A>, in2017: Words<A> = now): Line<A> => ({
  level,
  now,
  in2017,
})

const hex = (flags: number): string => `0x${flags.toString(16)}`

/**
 * CTDB's log lines about addresses and nodes, taken from an article of 2017 and from the logs of 4.17 (now). Positions in CTDB's source
 * code are left out, except in lines that the article quotes with them.
 */
const LINES = {
  // The recovery daemon's check of its own node
  missing: line(
    'ERR',
    (ip: string) => `Assigned IP ${ip} not on an interface`,
    (ip: string) => `Public address '${ip}' is missing and we should serve this ip`,
  ),
  unassigned: line(
    'WARNING',
    (ip: string) => `Unassigned IP ${ip} can be served by this node`,
    (ip: string) => `Public address '${ip}' is not assigned and we could serve this ip`,
  ),
  unexpected: line(
    'ERR',
    (ip: string) => `IP ${ip} incorrectly on an interface`,
    (ip: string) => `We are still serving a public address '${ip}' that we should not be serving.`,
  ),
  interfacesFirst: line(
    'NOTICE',
    (_pnn: number) => 'Initial interface fetched',
    (pnn: number) => `The interfaces status has changed on local node ${pnn} - force takeover run`,
  ),
  interfaceCount: line(
    'NOTICE',
    (_pnn: number, before: number, after: number) => `Interface count changed from ${before} to ${after}`,
    (pnn: number) => `The interfaces status has changed on local node ${pnn} - force takeover run`,
  ),
  interfaceChanged: line(
    'NOTICE',
    (_pnn: number, name: string, before: number, after: number) => `Interface ${name} changed state: ${before} => ${after}`,
    (pnn: number) => `The interfaces status has changed on local node ${pnn} - force takeover run`,
  ),
  midRecovery: line('INFO', null, () => 'in the middle of recovery or ip reallocation. skipping public ip address check'),
  recoveryTimeChanged: line(
    'NOTICE',
    null,
    () => ' last recovery time changed while we read the public ip list. skipping public ip address check',
  ),
  trigger: line('NOTICE', () => 'Trigger takeoverrun'),

  // Takeover runs, on the leader and on the other nodes
  forcedReallocation: line('INFO', null, () => 'recovery master forced ip reallocation'),
  runStarts: line('NOTICE', () => 'Takeover run starting', null),
  runSucceeded: line('NOTICE', () => 'Takeover run completed successfully', null),
  runFailed: line('NOTICE', () => 'Takeover run unsuccessful', null),
  runError: line(
    'ERR',
    () => 'ctdb_takeover_run() failed',
    () => 'Failed to reallocate addresses: ctdb_takeover_run() failed.',
  ),
  noHosts: line('NOTICE', () => 'No nodes available to host public IPs yet', null),
  rebalanceAsked: line('NOTICE', (pnn: number) => `Setting up rebalance of IPs to node ${pnn}`),
  rebalancing: line('NOTICE', (pnn: number) => `Forcing rebalancing of IPs to node ${pnn}`),
  disabling: line('NOTICE', (what: string, seconds: number) => `Disabling ${what} for ${seconds} seconds`),
  reenabling: line('NOTICE', (what: string) => `Reenabling ${what}`),
  reenablingAfterTimeout: line('NOTICE', (what: string) => `Reenabling ${what} after timeout`),
  cannotDisable: line('ERR', (what: string) => `Unable to disable ${what} - in progress`),
  cannotBegin: line('NOTICE', (what: string) => `Unable to begin - ${what} are disabled`),
  controlFailed: line(
    'ERR',
    (control: string, pnn: number, status: number) => `control ${control} failed on node ${pnn}, ret=${status}`,
  ),
  ipControlFailed: line(
    'ERR',
    (control: string, ip: string, pnn: number, status: number) => `${control} ${ip} failed on node ${pnn}, ret=${status}`,
    (control: string) => ` Async control ${control} failed`,
  ),
  banningCredits: line('WARNING', (pnn: number) => `Assigning banning credits to node ${pnn}`),
  reachedCredits: line('NOTICE', (pnn: number, count: number) => `Node ${pnn} reached ${count} banning credits`),

  // Changes of an address on a node
  takeover: line('NOTICE', (ip: string, bits: number, iface: string) => `Takeover of IP ${ip}/${bits} on interface ${iface}`),
  release: line(
    'NOTICE',
    (ip: string, bits: number, iface: string, owner: number) =>
      `Release of IP ${ip}/${bits} on interface ${iface}  node:${owner}`,
  ),
  update: line(
    'NOTICE',
    (ip: string, bits: number, from: string, to: string) => `Update of IP ${ip}/${bits} from interface ${from} to ${to}`,
  ),
  redundantTakeover: line(
    'INFO',
    (ip: string, bits: number, iface: string) => `Redundant takeover of IP ${ip}/${bits} on interface ${iface} (ip already held)`,
  ),
  redundantRelease: line(
    'DEBUG',
    (ip: string, bits: number, iface: string) => `Redundant release of IP ${ip}/${bits} on interface ${iface} (ip not held)`,
  ),
  nowUnassigned: line(
    'INFO',
    (ip: string, iface: string, references: number) =>
      `public address '${ip}' now unassigned (old iface '${iface}' refs[${references}])`,
    (ip: string, iface: string, references: number) =>
      `server/ctdb_takeover.c:163 public address '${ip}' now unassigned (old iface '${iface}' refs[${references}])`,
  ),
  nowAssigned: line(
    'INFO',
    (ip: string, iface: string, references: number) =>
      `public address '${ip}' now assigned to iface '${iface}' refs[${references}]`,
    (ip: string, iface: string, references: number) =>
      `server/ctdb_takeover.c:153 public address '${ip}' now assigned to iface '${iface}' refs[${references}]`,
  ),
  stillAssigned: line(
    'INFO',
    (ip: string, iface: string) => `public address '${ip}' still assigned to iface '${iface}'`,
    (ip: string, iface: string) => `server/ctdb_takeover.c:132 public address '${ip}' still assigned to iface '${iface}'`,
  ),
  wrongPnn: line(
    'ERR',
    (ip: string, pnn: number, own: number) => `takeoverip called for an ip '${ip}' with pnn ${pnn}, but we're node ${own}`,
  ),
  notPublic: line('INFO', (control: string, ip: string) => `${control} called for an ip '${ip}' that is not a public address`),
  noInterface: line(
    'ERR',
    (ip: string, bits: number, old: string, held: number) =>
      `takeoverip of IP ${ip}/${bits} failed to find a usable interface (old ${old}, have_ip ${held})`,
  ),
  knownToKernel: line(
    'ERR',
    (ip: string, iface: string, owner: number, own: number) =>
      `takeoverip of IP ${ip} is known to the kernel, and we have it on iface[${iface}], ` +
      `but it was assigned to node ${owner} and we are node ${own}, banning ourself`,
  ),
  updatingHeld: line(
    'WARNING',
    (ip: string) => `Doing updateip for IP ${ip} already on an interface`,
    () => 'Taking over newly created ip',
  ),
  inFlight: line(
    'NOTICE',
    (what: string, ip: string, bits: number) => `${what} of IP ${ip}/${bits} rejected update for this IP already in flight`,
  ),
  takeoverFailed: line('ERR', (ip: string, iface: string) => `Failed to takeover IP ${ip} on interface ${iface}`),
  updateFailed: line(
    'ERR',
    (ip: string, from: string, to: string) => `Failed update of IP ${ip} from interface ${from} to ${to}`,
  ),
  stillHosted: line('ERR', (ip: string) => `IP ${ip} still hosted during release IP callback, failing`),
  sendingTakeIp: line(
    'INFO',
    (ip: string) => `sending TAKE_IP for '${ip}'`,
    (ip: string) => `server/ctdb_takeover.c:362 sending TAKE_IP for '${ip}'`,
  ),
  droppingAll: line('NOTICE', () => 'Dropping all public IP addresses', null),
  releasedAll: line('NOTICE', (count: number) => `Released ${count} public IPs`),
  notReleased: line('ERR', (ip: string) => `Error releasing IP ${ip}`),
  addIp: line('NOTICE', (ip: string) => `Add IP ${ip}`),
  deleteIp: line('NOTICE', (ip: string) => `Delete IP ${ip}`),
  duplicateIp: line('ERR', (ip: string) => `Duplicate public IP address '${ip}'`),
  unknownInterface: line('ERR', (name: string, ip: string) => `Unknown interface ${name} for public address ${ip}`),
  deleteUnknownIp: line('ERR', (ip: string) => `Delete IP of unknown public IP address ${ip}`),
  loadedAddresses: line('NOTICE', (path: string) => `Loaded public addresses from ${path}`),
  reloadFailed: line('ERR', () => 'Failed to re-read public addresses file'),
  noLongerConfigured: line('NOTICE', (ip: string) => `IP ${ip} no longer configured, deleting it`),
  newlyConfigured: line('NOTICE', (ip: string) => `New IP ${ip} configured, adding it`),
  loadFailed: line('ERR', (reason: string) => `Failed to load public addresses: ${reason}`),
  nodesFailed: line('ERR', (reason: string) => `Failed to load nodes: ${reason}`),
  linkChanged: line(
    'ERR',
    (name: string, before: string, after: string) => `iface[${name}] has changed it's link status ${before} => ${after}`,
  ),

  // Event scripts
  scriptStarts: line(
    'INFO',
    (event: string, argv: string) => `Running event ${event} with arguments ${argv}`,
    (event: string, argv: string) => `server/eventscript.c:762 Starting eventscript ${`${event} ${argv}`.trimEnd()}`,
  ),
  scriptEnds: line(
    'INFO',
    null,
    (event: string, status: number) => `server/eventscript.c:485 Eventscript ${event} finished with state ${status}`,
  ),
  ipReallocated: line('INFO', () => 'Running "ipreallocated" event', null),
  monitorCancelled: line('ERR', () => 'Monitoring event was cancelled', null),
  scriptOutput: line('NOTICE', (text: string) => `10.interface: ${text}`),
  scriptTimedOut: line('ERR', (event: string) => `Event ${event} timed out`),

  // Nodes and recoveries
  starting: line('NOTICE', () => 'CTDB starting on node'),
  runState: line('NOTICE', (name: string, number: number) => `Set runstate to ${name} (${number})`),
  removingStale: line(
    'NOTICE',
    (ip: string, bits: number, iface: string) => `10.interface: Removing public address ${ip}/${bits} from device ${iface}`,
  ),
  waitRecovered: line('NOTICE', () => 'CTDB_WAIT_UNTIL_RECOVERED'),
  startupEvent: line('NOTICE', () => 'Running the "startup" event.'),
  startupOk: line('NOTICE', () => 'startup event OK - enabling monitoring'),
  startupFailed: line('ERR', () => 'startup event failed, delaying monitoring'),
  monitorOk: line('NOTICE', () => 'monitor event OK - node re-enabled'),
  monitorFailed: line('NOTICE', () => 'monitor event failed - disabling node'),
  becameHealthy: line('ERR', (state: string) => `Node became ${state}. Ask recovery master to reallocate IPs`),
  monitorStarted: line('NOTICE', () => 'monitor_cluster starting'),
  connected: line('NOTICE', (own: string, other: string, count: number) => `${own}: connected to ${other} - ${count} connected`),
  dead: line('NOTICE', (own: string, other: string, count: number) => `${own}: node ${other} is dead: ${count} connected`),
  tearingDown: line('NOTICE', (pnn: number) => `Tearing down connection to dead node :${pnn}`),
  flagsChanged: line(
    'NOTICE',
    (pnn: number, before: number, after: number) => `Node ${pnn} has changed flags - ${hex(before)} -> ${hex(after)}`,
  ),
  remoteFlags: line(
    'NOTICE',
    (pnn: number, remote: number, local: number) =>
      `Remote node ${pnn} had flags ${hex(remote)}, local had ${hex(local)} - updating local`,
  ),
  pushingFlags: line('NOTICE', (pnn: number, flags: number) => `Pushing updated flags for node ${pnn} (${hex(flags)})`),
  disableNode: line('NOTICE', () => 'Disable node'),
  enableNode: line('NOTICE', () => 'Enable node'),
  stopping: line('NOTICE', () => 'Stopping node'),
  continuing: line('NOTICE', () => 'Continue node'),
  banning: line('ERR', (seconds: number) => `Banning this node for ${seconds} seconds`),
  unbanning: line('ERR', () => 'Unbanning this node'),
  bansDisabled: line('ERR', (pnn: number) => `Bans are disabled - ignoring ban of node ${pnn}`),
  banIgnored: line('WARNING', (pnn: number) => `SET_BAN_STATE control for PNN ${pnn} ignored`),
  banTimedOut: line('ERR', () => 'Banning timed out'),
  inactive: line('WARNING', () => 'Making node INACTIVE'),
  dropAllTimeout: line('ERR', () => 'Been in recovery mode for too long. Dropping all IPS'),
  recoveryMode: line('NOTICE', (mode: 'ACTIVE' | 'NORMAL') => `Recovery mode set to ${mode}`),
  setRecoveryMode: line('NOTICE', (mode: 'ACTIVE' | 'NORMAL') => `Set recovery mode to ${mode}`),
  recoveryStarted: line('NOTICE', () => 'Recovery has started'),
  recoveryFinished: line('NOTICE', () => 'Recovery has finished'),
  wasInRecovery: line('NOTICE', (pnn: number) => `Node:${pnn} was in recovery mode. Start recovery process`),
  startRecovery: line('NOTICE', () => 'Starting do_recovery'),
  initiated: line('NOTICE', (pnn: number) => `Recovery initiated due to problem with node ${pnn}`),
  updatedFlags: line('NOTICE', () => 'Recovery - updated flags'),
  startEvent: line('NOTICE', () => 'start_recovery event finished'),
  updatedVnnMap: line('NOTICE', () => 'updated VNNMAP'),
  databases: line('NOTICE', () => '0 of 0 databases recovered'),
  recoveredEvent: line('NOTICE', () => 'recovered event finished'),
  recoveryComplete: line('NOTICE', () => 'Recovery complete'),
  banCountsReset: line('NOTICE', () => 'Resetting ban count to 0 for all nodes'),
  justRecovered: line(
    'NOTICE',
    (seconds: number) =>
      `Just finished a recovery. New recoveries will now be suppressed for the rerecovery timeout (${seconds} seconds)`,
  ),
  vnnMapCount: line(
    'ERR',
    (size: number, active: number) =>
      `The vnnmap count is different from the number of active lmaster nodes: ${size} vs ${active}`,
  ),
  vnnMapMissing: line('ERR', (pnn: number) => `Active LMASTER node ${pnn} is not in the vnnmap`),
  generation: line(
    'ERR',
    (pnn: number, theirs: number, ours: number) =>
      `Remote node ${pnn} has different generation of vnnmap. ${ours} vs ${theirs} (ours)`,
  ),
  leaderTimeout: line('NOTICE', () => 'Leader broadcast timeout', null),
  startElection: line(
    'NOTICE',
    () => 'Start election',
    () => 'Force an election',
  ),
  takingLock: line('NOTICE', (path: string) => `Attempting to take cluster lock (${path})`, null),
  lockTaken: line('NOTICE', () => 'Cluster lock taken successfully', null),
  lockLost: line('ERR', () => 'Cluster lock helper terminated', null),
  lockContention: line('NOTICE', () => 'Unable to take cluster lock - contention', null),
  tookLeadership: line(
    'NOTICE',
    (pnn: number) => `Took cluster lock, leader=${pnn}`,
    (pnn: number) => `Node ${pnn} has been elected as recovery master`,
  ),
  leaderHeard: line(
    'NOTICE',
    (pnn: number) => `Received leader broadcast, leader=${pnn}`,
    (pnn: number) => `Recovery master set to ${pnn}`,
  ),
  parentDied: line('ERR', () => 'recovery daemon parent died - exiting'),
  shuttingDown: line('NOTICE', () => 'Received SHUTDOWN command.'),
} as const

/** The names of the lines. */
export type LineName = keyof typeof LINES
/** The values of a line. */
export type LineValues<N extends LineName> = (typeof LINES)[N] extends Line<infer A> ? A : never

/** The text of a line in an era, and its level; undefined where that era does not log it. */
export function wordsOf<N extends LineName>(
  name: N,
  era: Era,
  values: LineValues<N>,
): { readonly level: Level; readonly text: string } | undefined {
  const { level, now, in2017 } = LINES[name] as unknown as Line<readonly unknown[]>
  const words = era === 'now' ? now : in2017
  return words ? { level, text: words(...(values as readonly unknown[])) } : undefined
}
