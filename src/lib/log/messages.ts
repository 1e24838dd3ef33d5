import type { Era } from '../cluster/era.ts'
import type { Level } from './level.ts'
import { type FieldName, type FieldValue, writeTemplate } from './template.ts'

/** A message of CTDB's log. */
interface Message<F extends readonly FieldName[]> {
  readonly level: Level
  /** Its fields, in the order in which the embedded cluster gives their values. */
  readonly fields: F
  /** Its text in each era; null where that era does not log it. */
  readonly now: string | null
  readonly in2017: string | null
  /** What else it is in versions that the embedded cluster does not play. */
  readonly also: readonly string[]
  /** What it means, in a few words. */
  readonly meaning: string
}

interface More {
  readonly meaning: string
  readonly also?: readonly string[]
}

const message = <const F extends readonly FieldName[]>(
  level: Level,
  fields: F,
  now: string | null,
  in2017: string | null,
  { meaning, also = [] }: More,
): Message<F> => ({ level, fields, now, in2017, also, meaning })

/** A message that is the same in both eras. */
const both = <const F extends readonly FieldName[]>(level: Level, fields: F, text: string, more: More): Message<F> =>
  message(level, fields, text, text, more)

/**
 * CTDB's log messages about addresses and nodes, taken from an article of 2017, from the logs of 4.17 and 4.25, and from what other versions are
 * known to print. The embedded cluster writes them, and `history` reads them. Positions in CTDB's source code are left out, except in lines
 * that the article quotes with them.
 */
export const MESSAGES = {
  // The recovery daemon's check of its own node
  missing: message(
    'ERR',
    ['ip'],
    'Assigned IP {ip} not on an interface',
    "Public address '{ip}' is missing and we should serve this ip",
    { meaning: 'the node owns the address, but its kernel does not have it' },
  ),
  unassigned: message(
    'WARNING',
    ['ip'],
    'Unassigned IP {ip} can be served by this node',
    "Public address '{ip}' is not assigned and we could serve this ip",
    { meaning: 'no node owns the address, and this one could' },
  ),
  unexpected: message(
    'ERR',
    ['ip'],
    'IP {ip} incorrectly on an interface',
    "We are still serving a public address '{ip}' that we should not be serving.",
    { meaning: "the node's kernel has the address, but the node does not own it" },
  ),
  interfacesFirst: message(
    'NOTICE',
    ['pnn'],
    'Initial interface fetched',
    'The interfaces status has changed on local node {pnn} - force takeover run',
    { meaning: 'the recovery daemon has read the interfaces for the first time' },
  ),
  interfaceCount: message(
    'NOTICE',
    ['pnn', 'before', 'after'],
    'Interface count changed from {before} to {after}',
    'The interfaces status has changed on local node {pnn} - force takeover run',
    { meaning: 'interfaces were added or removed' },
  ),
  interfaceChanged: message(
    'NOTICE',
    ['pnn', 'iface', 'before', 'after'],
    'Interface {iface} changed state: {before} => {after}',
    'The interfaces status has changed on local node {pnn} - force takeover run',
    { meaning: 'the recovery daemon has noticed that a link went up or down' },
  ),
  midRecovery: message('INFO', [], null, 'in the middle of recovery or ip reallocation. skipping public ip address check', {
    meaning: 'no check of addresses during a recovery or a takeover run',
  }),
  recoveryTimeChanged: message(
    'NOTICE',
    [],
    null,
    ' last recovery time changed while we read the public ip list. skipping public ip address check',
    { meaning: 'no check of addresses, as there was a recovery meanwhile' },
  ),
  trigger: both('NOTICE', [], 'Trigger takeoverrun', { meaning: 'the node asks the leader for a takeover run' }),

  // Takeover runs, on the leader and on the other nodes
  forcedReallocation: message('INFO', [], null, 'recovery master forced ip reallocation', {
    meaning: 'the leader starts a takeover run',
  }),
  runStarts: message('NOTICE', [], 'Takeover run starting', null, { meaning: 'the leader starts a takeover run' }),
  runSucceeded: message('NOTICE', [], 'Takeover run completed successfully', null, { meaning: 'the takeover run succeeded' }),
  runFailed: message('NOTICE', [], 'Takeover run unsuccessful', null, { meaning: 'the takeover run failed; the leader retries' }),
  runError: message('ERR', [], 'ctdb_takeover_run() failed', 'Failed to reallocate addresses: ctdb_takeover_run() failed.', {
    meaning: 'the takeover run failed; the leader retries',
  }),
  noHosts: message('NOTICE', [], 'No nodes available to host public IPs yet', null, { meaning: 'no node can host addresses' }),
  nobodyCovers: both('ERR', ['ip'], 'Failed to find node to cover ip {ip}', { meaning: 'no node can host the address' }),
  rebalanceAsked: both('NOTICE', ['pnn'], 'Setting up rebalance of IPs to node {pnn}', {
    meaning: 'the next takeover run moves addresses to the node',
  }),
  rebalancing: both('NOTICE', ['pnn'], 'Forcing rebalancing of IPs to node {pnn}', {
    meaning: 'the takeover run moves addresses to the node',
  }),
  disabling: both('NOTICE', ['what', 'seconds'], 'Disabling {what} for {seconds} seconds', {
    meaning: 'the node was asked to start none: by the leader during a run (60 s), or by a tool',
  }),
  reenabling: both('NOTICE', ['what'], 'Reenabling {what}', { meaning: 'they are allowed again' }),
  reenablingAfterTimeout: both('NOTICE', ['what'], 'Reenabling {what} after timeout', {
    meaning: 'the time is over, and they are allowed again',
  }),
  cannotDisable: both('ERR', ['what'], 'Unable to disable {what} - in progress', {
    meaning: 'one is in progress, so that they were not disabled',
  }),
  cannotBegin: both('NOTICE', ['what'], 'Unable to begin - {what} are disabled', {
    meaning: 'it has to wait, as they are disabled',
  }),
  controlFailed: both('ERR', ['control', 'pnn', 'status'], 'control {control} failed on node {pnn}, ret={status}', {
    meaning: 'the node did not do what the leader asked for',
    also: ['{control} failed on node {pnn}, ret={status}'],
  }),
  ipControlFailed: message(
    'ERR',
    ['control', 'ip', 'pnn', 'status'],
    '{control} {ip} failed on node {pnn}, ret={status}',
    ' Async control {control} failed',
    {
      meaning: 'the node did not take or release the address, so that the run fails',
      also: ['{control} {ip} failed to node {pnn}, ret={status}'],
    },
  ),
  banningCredits: both('WARNING', ['pnn'], 'Assigning banning credits to node {pnn}', {
    meaning: 'the run failed because of the node, which may be banned for that',
  }),
  reachedCredits: both('NOTICE', ['pnn', 'count'], 'Node {pnn} reached {count} banning credits', {
    meaning: 'the node has failed so often that it is banned',
    also: ['Node {pnn} reached {count} banning credits - banning it for {seconds} seconds'],
  }),

  // Changes of an address on a node
  takeover: both('NOTICE', ['ip', 'bits', 'iface'], 'Takeover of IP {ip}/{bits} on interface {iface}', {
    meaning: 'the node begins to take the address; it has it when its scripts have run',
  }),
  release: both('NOTICE', ['ip', 'bits', 'iface', 'pnn'], 'Release of IP {ip}/{bits} on interface {iface}  node:{pnn}', {
    meaning: 'the node begins to release the address, which the named node gets (-1: none)',
  }),
  update: both('NOTICE', ['ip', 'bits', 'from', 'to'], 'Update of IP {ip}/{bits} from interface {from} to {to}', {
    meaning: 'the address moves to another interface of the node',
  }),
  redundantTakeover: both(
    'INFO',
    ['ip', 'bits', 'iface'],
    'Redundant takeover of IP {ip}/{bits} on interface {iface} (ip already held)',
    { meaning: 'the node has the address already' },
  ),
  redundantRelease: both(
    'DEBUG',
    ['ip', 'bits', 'iface'],
    'Redundant release of IP {ip}/{bits} on interface {iface} (ip not held)',
    { meaning: 'the node does not have the address anyway' },
  ),
  nowUnassigned: message(
    'INFO',
    ['ip', 'iface', 'references'],
    "public address '{ip}' now unassigned (old iface '{iface}' refs[{references}])",
    "server/ctdb_takeover.c:163 public address '{ip}' now unassigned (old iface '{iface}' refs[{references}])",
    { meaning: "the address is on none of the node's interfaces" },
  ),
  nowAssigned: message(
    'INFO',
    ['ip', 'iface', 'references'],
    "public address '{ip}' now assigned to iface '{iface}' refs[{references}]",
    "server/ctdb_takeover.c:153 public address '{ip}' now assigned to iface '{iface}' refs[{references}]",
    { meaning: 'the node has chosen an interface for the address' },
  ),
  stillAssigned: message(
    'INFO',
    ['ip', 'iface'],
    "public address '{ip}' still assigned to iface '{iface}'",
    "server/ctdb_takeover.c:132 public address '{ip}' still assigned to iface '{iface}'",
    { meaning: 'the node keeps the interface that it had for the address' },
  ),
  wrongPnn: both('ERR', ['ip', 'pnn', 'own'], "takeoverip called for an ip '{ip}' with pnn {pnn}, but we're node {own}", {
    meaning: 'the node was asked to take an address for another node',
  }),
  notPublic: both('INFO', ['control', 'ip'], "{control} called for an ip '{ip}' that is not a public address", {
    meaning: 'the node does not know the address',
  }),
  noInterface: both(
    'ERR',
    ['ip', 'bits', 'iface', 'held'],
    'takeoverip of IP {ip}/{bits} failed to find a usable interface (old {iface}, have_ip {held})',
    { meaning: 'the node cannot take the address: no interface for it has a link' },
  ),
  knownToKernel: both(
    'ERR',
    ['ip', 'iface', 'pnn', 'own'],
    'takeoverip of IP {ip} is known to the kernel, and we have it on iface[{iface}], but it was assigned to node {pnn} and we are node {own}, banning ourself',
    { meaning: 'the kernel had an address that another node owns; the node bans itself' },
  ),
  updatingHeld: message('WARNING', ['ip'], 'Doing updateip for IP {ip} already on an interface', 'Taking over newly created ip', {
    meaning: 'the kernel had the address before the node took it',
  }),
  inFlight: both('NOTICE', ['what', 'ip', 'bits'], '{what} of IP {ip}/{bits} rejected update for this IP already in flight', {
    meaning: 'the node still does the last change of the address',
  }),
  takeoverFailed: both('ERR', ['ip', 'iface'], 'Failed to takeover IP {ip} on interface {iface}', {
    meaning: 'the node could not take the address: its scripts failed',
  }),
  updateFailed: both('ERR', ['ip', 'from', 'to'], 'Failed update of IP {ip} from interface {from} to {to}', {
    meaning: 'the address could not be moved to another interface',
    also: ['Failed update IP {ip} from interface {from} to {to}'],
  }),
  stillHosted: both('ERR', ['ip'], 'IP {ip} still hosted during release IP callback, failing', {
    meaning: 'the node could not release the address: its kernel still has it',
  }),
  sendingTakeIp: message('INFO', ['ip'], "sending TAKE_IP for '{ip}'", "server/ctdb_takeover.c:362 sending TAKE_IP for '{ip}'", {
    meaning: 'the node has the address: its scripts have run',
    also: ['Sending TAKE_IP message [{ip}]'],
  }),
  sendingReleaseIp: message('INFO', ['ip'], 'Sending RELEASE_IP message [{ip}]', "sending RELEASE_IP for '{ip}'", {
    meaning: 'the node does not have the address any more: its scripts have run',
  }),
  droppingAll: message('NOTICE', [], 'Dropping all public IP addresses', null, {
    meaning: 'the node begins to release all its addresses',
  }),
  releasedAll: both('NOTICE', ['count'], 'Released {count} public IPs', { meaning: 'the node has released all its addresses' }),
  notReleased: both('ERR', ['ip'], 'Error releasing IP {ip}', {
    meaning: 'the node could not release the address',
    also: ['IP {ip} not released (timed out?)'],
  }),
  addIp: both('NOTICE', ['ip'], 'Add IP {ip}', { meaning: 'the node knows the address now' }),
  deleteIp: both('NOTICE', ['ip'], 'Delete IP {ip}', { meaning: 'the node does not know the address any more' }),
  duplicateIp: both('ERR', ['ip'], "Duplicate public IP address '{ip}'", {
    meaning: 'the file of public addresses has the address twice',
  }),
  unknownInterface: both('ERR', ['iface', 'ip'], 'Unknown interface {iface} for public address {ip}', {
    meaning: 'the interface does not exist',
  }),
  deleteUnknownIp: both('ERR', ['ip'], 'Delete IP of unknown public IP address {ip}', {
    meaning: 'the node did not know the address anyway',
  }),
  loadedAddresses: both('NOTICE', ['path'], 'Loaded public addresses from {path}', {
    meaning: 'the node has read its file of public addresses',
  }),
  reloadFailed: both('ERR', [], 'Failed to re-read public addresses file', {
    meaning: 'the file of public addresses cannot be read',
  }),
  noLongerConfigured: both('NOTICE', ['ip'], 'IP {ip} no longer configured, deleting it', {
    meaning: 'the file of public addresses does not have the address any more',
  }),
  newlyConfigured: both('NOTICE', ['ip'], 'New IP {ip} configured, adding it', {
    meaning: 'the file of public addresses has the address now',
  }),
  loadFailed: both('ERR', ['reason'], 'Failed to load public addresses: {reason}', {
    meaning: 'the file of public addresses cannot be read',
  }),
  nodesFailed: both('ERR', ['reason'], 'Failed to load nodes: {reason}', { meaning: 'the file of nodes cannot be read' }),
  linkChanged: both('ERR', ['iface', 'from', 'to'], "iface[{iface}] has changed it's link status {from} => {to}", {
    meaning: 'the link went up or down, as a script or a user says',
  }),

  // Event scripts
  scriptStarts: message(
    'INFO',
    ['event', 'argv', 'what'],
    'Running event {event} with arguments {argv}',
    'server/eventscript.c:762 Starting eventscript {what}',
    { meaning: 'the scripts of the event begin to run' },
  ),
  scriptEnds: message(
    'INFO',
    ['what', 'status'],
    null,
    'server/eventscript.c:485 Eventscript {what} finished with state {status}',
    { meaning: 'the scripts of the event have run' },
  ),
  ipReallocated: message('INFO', [], 'Running "ipreallocated" event', null, {
    meaning: 'the run has moved the addresses, and the scripts learn of it',
  }),
  monitorCancelled: both('ERR', [], 'Monitoring event was cancelled', {
    meaning: 'another event came in the middle of the monitor event',
  }),
  scriptSaid: both('NOTICE', ['script', 'text'], '{script}: {text}', { meaning: 'output of an event script' }),
  strayHosted: both(
    'NOTICE',
    ['script', 'ip', 'iface', 'from'],
    '{script}: WARNING: Public IP {ip} hosted on interface {iface} but VNN says {from}',
    { meaning: 'a releaseip script finds the address on an interface on which it should not be' },
  ),
  eventFailed: both('NOTICE', ['event'], '{event} event failed', { meaning: 'a script of the event failed' }),
  scriptTimedOut: both('ERR', ['what'], 'Event {what} timed out', {
    meaning: 'the scripts of the event took too long and were ended',
    also: ['{what} event timed out'],
  }),

  // Nodes and recoveries
  startingDaemon: both('NOTICE', ['text', 'count'], 'Starting CTDBD (Version {text}) as PID: {count}', {
    meaning: 'the daemon starts',
    also: ['Starting CTDBD as pid : {count}'],
  }),
  starting: both('NOTICE', [], 'CTDB starting on node', { meaning: 'the daemon starts' }),
  ownPnn: both('NOTICE', ['own'], 'PNN is {own}', { meaning: 'the node says which one it is' }),
  runState: both('NOTICE', ['state', 'count'], 'Set runstate to {state} ({count})', {
    meaning: 'the daemon goes on with its start or its end',
  }),
  removingStale: both(
    'NOTICE',
    ['ip', 'bits', 'iface'],
    '10.interface: Removing public address {ip}/{bits} from device {iface}',
    { meaning: 'the kernel still had the address when the daemon started' },
  ),
  waitRecovered: both('NOTICE', [], 'CTDB_WAIT_UNTIL_RECOVERED', { meaning: 'the daemon waits for its first recovery' }),
  startupEvent: both('NOTICE', [], 'Running the "startup" event.', { meaning: 'the startup scripts run' }),
  startupOk: both('NOTICE', [], 'startup event OK - enabling monitoring', { meaning: 'the startup scripts have run' }),
  startupFailed: both('ERR', [], 'startup event failed, delaying monitoring', {
    meaning: 'the startup scripts failed and are retried',
    also: ['startup event failed'],
  }),
  startupRefused: both('ERR', [], "Refusing to run event 'startup' while in recovery", {
    meaning: 'the startup scripts are not run, as the node is in recovery mode, stopped or banned',
    also: ["Refusing to run event scripts call 'startup' while in recovery"],
  }),
  startupNotLaunched: both('ERR', [], 'Unable to launch startup event script', {
    meaning: 'the startup scripts are retried',
  }),
  monitorOk: both('NOTICE', [], 'monitor event OK - node re-enabled', { meaning: 'the monitor scripts succeed again' }),
  monitorFailed: both('NOTICE', [], 'monitor event failed - disabling node', {
    meaning: 'a monitor script failed, so that the node becomes unhealthy',
  }),
  monitorTimedOut: both('ERR', ['count'], 'Maximum monitor timeout count {count} reached. Making node unhealthy', {
    meaning: 'the monitor scripts took too long so often that the node becomes unhealthy',
  }),
  becameHealthy: both('ERR', ['state'], 'Node became {state}. Ask recovery master to reallocate IPs', {
    meaning: "the node's health changed, and it asks for a takeover run",
  }),
  monitorStarted: both('NOTICE', [], 'monitor_cluster starting', { meaning: 'the recovery daemon starts' }),
  connected: both('NOTICE', ['address', 'other', 'count'], '{address}: connected to {other} - {count} connected', {
    meaning: 'the two nodes are connected',
  }),
  dead: both('NOTICE', ['address', 'other', 'count'], '{address}: node {other} is dead: {count} connected', {
    meaning: 'the node lost the connection to the other one',
  }),
  deadCount: both('NOTICE', ['pnn'], 'dead count reached for node {pnn}', {
    meaning: 'the node has heard nothing of the other one for too long',
  }),
  tearingDown: both('NOTICE', ['pnn'], 'Tearing down connection to dead node :{pnn}', {
    meaning: 'the node lost the connection to the other one',
  }),
  noEvents: both('ERR', ['seconds'], 'No event for {seconds} seconds!', { meaning: 'the daemon could not run for that long' }),
  flagsChanged: both('NOTICE', ['pnn', 'oldFlags', 'newFlags'], 'Node {pnn} has changed flags - {oldFlags} -> {newFlags}', {
    meaning: 'the node learns that the flags of another one changed',
    also: ['Node {pnn} has changed flags - now {newFlags}  was {oldFlags}'],
  }),
  remoteFlags: both(
    'NOTICE',
    ['pnn', 'newFlags', 'oldFlags'],
    'Remote node {pnn} had flags {newFlags}, local had {oldFlags} - updating local',
    { meaning: 'the leader learns the flags that a node says it has' },
  ),
  pushingFlags: both('NOTICE', ['pnn', 'newFlags'], 'Pushing updated flags for node {pnn} ({newFlags})', {
    meaning: 'the leader tells all nodes the flags of one',
  }),
  disableNode: both('NOTICE', [], 'Disable node', { meaning: 'somebody disables the node (ctdb disable)' }),
  enableNode: both('NOTICE', [], 'Enable node', { meaning: 'somebody enables the node (ctdb enable)' }),
  stopping: both('NOTICE', [], 'Stopping node', { meaning: 'somebody stops the node (ctdb stop)' }),
  continuing: both('NOTICE', [], 'Continue node', { meaning: 'somebody lets the node continue (ctdb continue)' }),
  banning: both('ERR', ['seconds'], 'Banning this node for {seconds} seconds', { meaning: 'the node is banned' }),
  unbanning: both('ERR', [], 'Unbanning this node', { meaning: 'the ban ends early (ctdb unban)' }),
  bansDisabled: both('ERR', ['pnn'], 'Bans are disabled - ignoring ban of node {pnn}', {
    meaning: 'the node would be banned, but bans are disabled',
  }),
  banIgnored: both('WARNING', ['pnn'], 'SET_BAN_STATE control for PNN {pnn} ignored', {
    meaning: 'the ban was for another node',
  }),
  banTimedOut: both('ERR', [], 'Banning timed out', { meaning: 'the ban is over' }),
  inactive: both('WARNING', [], 'Making node INACTIVE', { meaning: 'the node takes no part in the cluster now' }),
  dropAllTimeout: both('ERR', [], 'Been in recovery mode for too long. Dropping all IPS', {
    meaning: 'the node was in recovery mode for too long, and releases all its addresses',
  }),
  recoveryMode: both('NOTICE', ['mode'], 'Recovery mode set to {mode}', {
    meaning: 'ACTIVE: the node waits for a recovery; NORMAL: it is over',
  }),
  setRecoveryMode: both('NOTICE', ['mode'], 'Set recovery mode to {mode}', {
    meaning: 'the leader has set the recovery mode of all nodes',
  }),
  recoveryStarted: both('NOTICE', [], 'Recovery has started', { meaning: 'a recovery starts' }),
  recoveryFinished: both('NOTICE', [], 'Recovery has finished', { meaning: 'the recovery is over' }),
  wasInRecovery: both('NOTICE', ['pnn'], 'Node:{pnn} was in recovery mode. Start recovery process', {
    meaning: 'the leader sees a node that needs a recovery',
  }),
  startRecovery: both('NOTICE', [], 'Starting do_recovery', { meaning: 'the leader wants a recovery' }),
  initiated: both('NOTICE', ['pnn'], 'Recovery initiated due to problem with node {pnn}', {
    meaning: 'the leader starts a recovery',
  }),
  updatedFlags: both('NOTICE', [], 'Recovery - updated flags', { meaning: 'a step of the recovery' }),
  startEvent: both('NOTICE', [], 'start_recovery event finished', { meaning: 'a step of the recovery' }),
  updatedVnnMap: both('NOTICE', [], 'updated VNNMAP', { meaning: 'a step of the recovery' }),
  databases: both('NOTICE', [], '0 of 0 databases recovered', {
    meaning: 'a step of the recovery',
    also: ['{count} of {after} databases recovered'],
  }),
  recoveredEvent: both('NOTICE', [], 'recovered event finished', { meaning: 'a step of the recovery' }),
  recoveryComplete: both('NOTICE', [], 'Recovery complete', {
    meaning: 'the leader has ended the recovery, including its takeover run',
  }),
  banCountsReset: both('NOTICE', [], 'Resetting ban count to 0 for all nodes', {
    meaning: 'earlier failures do not count any more',
  }),
  justRecovered: both(
    'NOTICE',
    ['seconds'],
    'Just finished a recovery. New recoveries will now be suppressed for the rerecovery timeout ({seconds} seconds)',
    {
      meaning: 'no other recovery for some time',
      also: ['Just finished a recovery. New recoveries will now be supressed for the rerecovery timeout ({seconds} seconds)'],
    },
  ),
  vnnMapCount: both(
    'ERR',
    ['count', 'before'],
    'The vnnmap count is different from the number of active lmaster nodes: {count} vs {before}',
    { meaning: 'the leader sees that a recovery is needed' },
  ),
  vnnMapMissing: both('ERR', ['pnn'], 'Active LMASTER node {pnn} is not in the vnnmap', {
    meaning: 'the leader sees that a recovery is needed',
  }),
  generation: both(
    'ERR',
    ['pnn', 'theirs', 'ours'],
    'Remote node {pnn} has different generation of vnnmap. {ours} vs {theirs} (ours)',
    { meaning: 'the leader sees that a recovery is needed' },
  ),
  leaderTimeout: message('NOTICE', [], 'Leader broadcast timeout', null, {
    meaning: 'the node has not heard the leader for too long',
  }),
  startElection: message('NOTICE', [], 'Start election', 'Force an election', { meaning: 'the node starts an election' }),
  takingLock: message('NOTICE', ['path'], 'Attempting to take cluster lock ({path})', null, {
    meaning: 'the node tries to become the leader',
    also: ['Attempting to take recovery lock ({path})'],
  }),
  lockTaken: message('NOTICE', [], 'Cluster lock taken successfully', null, {
    meaning: 'the node has the cluster lock',
    also: ['Recovery lock taken successfully by recovery daemon'],
  }),
  lockLost: message('ERR', [], 'Cluster lock helper terminated', null, { meaning: 'the leader lost the cluster lock' }),
  lockReleased: message('NOTICE', [], 'Releasing cluster lock', 'Releasing recovery lock', {
    meaning: 'the node is no longer the leader',
  }),
  lockContention: message('NOTICE', [], 'Unable to take cluster lock - contention', null, {
    meaning: 'another node has the cluster lock',
  }),
  tookLeadership: message(
    'NOTICE',
    ['pnn'],
    'Took cluster lock, leader={pnn}',
    'Node {pnn} has been elected as recovery master',
    { meaning: 'the node is the leader now' },
  ),
  leaderHeard: message('NOTICE', ['pnn'], 'Received leader broadcast, leader={pnn}', 'Recovery master set to {pnn}', {
    meaning: 'the node learns who is the leader',
  }),
  parentDied: both('ERR', [], 'recovery daemon parent died - exiting', {
    meaning: 'the daemon is dead, and so its recovery daemon ends',
    also: ['CTDB daemon is no longer available. Shutting down recovery daemon'],
  }),
  shuttingDown: both('NOTICE', [], 'Received SHUTDOWN command.', {
    meaning: 'somebody shuts the daemon down (ctdb shutdown)',
    also: ['Received SHUTDOWN command. Stopping CTDB daemon.'],
  }),
  shutdownBegins: both('NOTICE', [], 'CTDB daemon shutting down', {
    meaning: 'the daemon shuts down',
    also: ['Shutdown sequence commencing.'],
  }),
  shutdownEnds: both('NOTICE', [], 'Shutdown sequence complete, exiting.', { meaning: 'the daemon has ended' }),
} as const

/** The names of the messages. */
export type MessageName = keyof typeof MESSAGES
/** The fields of a message. */
type FieldsOfMessage<N extends MessageName> = (typeof MESSAGES)[N]['fields'][number]
/** The values with which a message is written, in order. */
export type MessageValues<N extends MessageName> = (typeof MESSAGES)[N]['fields'] extends infer F extends readonly FieldName[]
  ? { [I in keyof F]: FieldValue<F[I]> }
  : never
/** The values with which a message was read. What only other versions say is absent. */
export type ReadValues<N extends MessageName> = { readonly [F in FieldsOfMessage<N>]?: FieldValue<F> }

/** The text of a message in an era, and its level; undefined where that era does not log it. */
export function messageText<N extends MessageName>(
  name: N,
  era: Era,
  values: MessageValues<N>,
): { readonly level: Level; readonly text: string } | undefined {
  const { level, fields, now, in2017 } = MESSAGES[name] as Message<readonly FieldName[]>
  const template = era === 'now' ? now : in2017
  if (template === null) return undefined
  const given = values as readonly unknown[]
  return { level, text: writeTemplate(template, (field) => given[fields.indexOf(field)]) }
}

/** All texts of a message, in all versions. */
export const templatesOf = (name: MessageName): readonly string[] => {
  const { now, in2017, also } = MESSAGES[name]
  return [...new Set([now, in2017, ...also])].filter((each) => each !== null)
}
