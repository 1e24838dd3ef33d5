/** A document of `--json`: the module of its type, from the checkout, and the name of the type there. */
interface DocumentType {
  readonly module: string
  readonly type: string
}

const ui = (module: string, type: string): DocumentType => ({ module: `src/ui/${module}.ts`, type })
const inModule =
  (module: string) =>
  (type: string): DocumentType =>
    ui(`documents/${module}`, type)
const addresses = inModule('addresses')
const nodes = inModule('nodes')
const daemon = inModule('daemon')
const databases = inModule('databases')
const nodeState = nodes('NodeStateDocument')
const leader = nodes('LeaderDocument')
const runDone = nodes('TakeoverRunDoneDocument')
const debug = daemon('DebugDocument')
const tunable = daemon('TunableDocument')
const memory = daemon('MemoryDocument')
const records = databases('RecordsDocument')
const databaseDone = databases('DatabaseDoneDocument')
const mark = databases('DatabaseMarkDocument')
const key = databases('KeyDocument')
const gateway = ui('gateway-json', 'GatewayAnswer')

/** Commands that take `--json` only to refuse it. */
export const WITHOUT_DOCUMENT: readonly string[] = ['exporter', 'record']

/** All documents by the names of their schemas: those of commands, and of commands with options (`verify-list-checks`). */
export const DOCUMENTS: Readonly<Record<string, DocumentType>> = {
  error: inModule('common')('ErrorDocument'),
  addip: addresses('AddipDocument'),
  addtickle: addresses('AddtickleDocument'),
  attach: databases('AttachDocument'),
  autocomplete: daemon('AutocompleteDocument'),
  backupdb: databases('BackupdbDocument'),
  ban: nodeState,
  catdb: records,
  cattdb: records,
  checktcpport: daemon('ChecktcpportDocument'),
  continue: nodeState,
  dbstatistics: databases('DbstatisticsDocument'),
  deletekey: key,
  delip: addresses('DelipDocument'),
  deltickle: addresses('DeltickleDocument'),
  detach: databases('DetachDocument'),
  disable: nodeState,
  discover: daemon('DiscoverDocument'),
  dumpdbbackup: records,
  dumpmemory: memory,
  enable: nodeState,
  event: daemon('EventDocument'),
  getcapabilities: nodes('GetcapabilitiesDocument'),
  getdbmap: databases('GetdbmapDocument'),
  getdbseqnum: databases('GetdbseqnumDocument'),
  getdbstatus: databases('GetdbstatusDocument'),
  getdebug: debug,
  getpid: daemon('GetpidDocument'),
  getreclock: daemon('GetreclockDocument'),
  gettickles: addresses('GetticklesDocument'),
  getvar: tunable,
  gratarp: addresses('GratarpDocument'),
  history: { module: 'src/cli/lines.ts', type: 'HistoryLine' },
  'home-nodes': daemon('HomeNodesDocument'),
  ifaces: addresses('IfacesDocument'),
  ip: ui('ip-json', 'IpDocument'),
  ipinfo: addresses('IpinfoDocument'),
  ipreallocate: runDone,
  isnotrecmaster: nodes('IsnotrecmasterDocument'),
  leader,
  listnodes: nodes('ListnodesDocument'),
  listvars: daemon('ListvarsDocument'),
  lvs: gateway,
  moveip: addresses('MoveipDocument'),
  natgw: gateway,
  nodestatus: nodes('NodestatusDocument'),
  pdelete: databaseDone,
  pfetch: databases('PfetchDocument'),
  ping: daemon('PingDocument'),
  pnn: nodes('PnnDocument'),
  'process-exists': daemon('ProcessExistsDocument'),
  pstore: databaseDone,
  ptrans: databaseDone,
  pushrecord: databases('PushrecordDocument'),
  rddumpmemory: memory,
  readkey: databases('ReadkeyDocument'),
  recmaster: leader,
  recover: nodes('RecoverDocument'),
  reloadips: ui('reload', 'ReloadipsDocument'),
  'reloadips-dry-run': ui('reload', 'ReloadipsPreviewDocument'),
  reloadnodes: nodes('ReloadnodesDocument'),
  restoredb: databases('RestoredbDocument'),
  runstate: nodes('RunstateDocument'),
  scriptstatus: daemon('EventStatusDocument'),
  setdbreadonly: mark,
  setdbsticky: mark,
  setdebug: debug,
  setifacelink: addresses('SetifacelinkDocument'),
  setleaderrole: nodes('SetleaderroleDocument'),
  setlmasterrole: nodes('SetlmasterroleDocument'),
  setvar: tunable,
  shutdown: nodes('ShutdownDocument'),
  sim: { module: 'src/cli/lines.ts', type: 'SimLine' },
  snapshot: { module: 'src/lib/snapshot/snapshot.ts', type: 'Snapshot' },
  statistics: daemon('StatisticsDocument'),
  statisticsreset: daemon('StatisticsresetDocument'),
  stats: daemon('StatsDocument'),
  status: inModule('ctdb-status')('StatusDocument'),
  stop: nodeState,
  sync: runDone,
  'takeover-run': inModule('plan')('TakeoverRunDocument'),
  'takeover-run-dry-run': inModule('plan')('PlanDocument'),
  tfetch: databases('TfetchDocument'),
  tickle: addresses('TickleDocument'),
  tstore: databases('TstoreDocument'),
  unban: nodeState,
  uptime: daemon('UptimeDocument'),
  verify: ui('audit/json', 'VerifyDocument'),
  'verify-interval': ui('audit/changes', 'ChangesDocument'),
  'verify-list-checks': ui('audit/checks', 'ChecksDocument'),
  'verify-list-known-bugs': ui('audit/known-bugs', 'KnownBugsDocument'),
  version: daemon('VersionDocument'),
  watch: { module: 'src/cli/lines.ts', type: 'WatchLine' },
  wipedb: databaseDone,
  writekey: key,
}
