import Addip from './addip.ts'
import Addtickle from './addtickle.ts'
import Autocomplete from './autocomplete.ts'
import AutocompleteWords from './autocomplete-words.ts'
import Ban from './ban.ts'
import Continue from './continue.ts'
import Dbstatistics from './dbstatistics.ts'
import Delip from './delip.ts'
import Deltickle from './deltickle.ts'
import Demo from './demo.ts'
import Disable from './disable.ts'
import Enable from './enable.ts'
import Event from './event.ts'
import Getcapabilities from './getcapabilities.ts'
import Getdbmap from './getdbmap.ts'
import Getdbstatus from './getdbstatus.ts'
import Getdebug from './getdebug.ts'
import Getpid from './getpid.ts'
import Getreclock from './getreclock.ts'
import Gettickles from './gettickles.ts'
import Getvar from './getvar.ts'
import Gratarp from './gratarp.ts'
import Ifaces from './ifaces.ts'
import Ip from './ip.ts'
import Ipinfo from './ipinfo.ts'
import Ipreallocate from './ipreallocate.ts'
import Isnotrecmaster from './isnotrecmaster.ts'
import Leader from './leader.ts'
import Listnodes from './listnodes.ts'
import Listvars from './listvars.ts'
import Lvs from './lvs.ts'
import Moveip from './moveip.ts'
import Natgw from './natgw.ts'
import Nodestatus from './nodestatus.ts'
import Ping from './ping.ts'
import Pnn from './pnn.ts'
import ProcessExists from './process-exists.ts'
import Recmaster from './recmaster.ts'
import Recover from './recover.ts'
import Reloadips from './reloadips.ts'
import Reloadnodes from './reloadnodes.ts'
import Runstate from './runstate.ts'
import Scriptstatus from './scriptstatus.ts'
import Setdebug from './setdebug.ts'
import Setifacelink from './setifacelink.ts'
import Setleaderrole from './setleaderrole.ts'
import Setlmasterrole from './setlmasterrole.ts'
import Setvar from './setvar.ts'
import Shutdown from './shutdown.ts'
import Sim from './sim.ts'
import Snapshot from './snapshot.ts'
import Statistics from './statistics.ts'
import Statisticsreset from './statisticsreset.ts'
import Stats from './stats.ts'
import Status from './status.ts'
import Stop from './stop.ts'
import Sync from './sync.ts'
import TakeoverRun from './takeover-run.ts'
import Unban from './unban.ts'
import Uptime from './uptime.ts'
import Verify from './verify.ts'
import Version from './version.ts'
import Watch from './watch.ts'

/** Every command by its name on the command line. */
export const COMMANDS = {
  addip: Addip,
  addtickle: Addtickle,
  autocomplete: Autocomplete,
  'autocomplete-words': AutocompleteWords,
  ban: Ban,
  continue: Continue,
  dbstatistics: Dbstatistics,
  delip: Delip,
  deltickle: Deltickle,
  demo: Demo,
  disable: Disable,
  enable: Enable,
  event: Event,
  getcapabilities: Getcapabilities,
  getdbmap: Getdbmap,
  getdbstatus: Getdbstatus,
  getdebug: Getdebug,
  getpid: Getpid,
  getreclock: Getreclock,
  gettickles: Gettickles,
  getvar: Getvar,
  gratarp: Gratarp,
  ifaces: Ifaces,
  ip: Ip,
  ipinfo: Ipinfo,
  ipreallocate: Ipreallocate,
  isnotrecmaster: Isnotrecmaster,
  leader: Leader,
  listnodes: Listnodes,
  listvars: Listvars,
  lvs: Lvs,
  moveip: Moveip,
  natgw: Natgw,
  nodestatus: Nodestatus,
  ping: Ping,
  pnn: Pnn,
  'process-exists': ProcessExists,
  recmaster: Recmaster,
  recover: Recover,
  reloadips: Reloadips,
  reloadnodes: Reloadnodes,
  runstate: Runstate,
  scriptstatus: Scriptstatus,
  setdebug: Setdebug,
  setifacelink: Setifacelink,
  setleaderrole: Setleaderrole,
  setlmasterrole: Setlmasterrole,
  setvar: Setvar,
  shutdown: Shutdown,
  sim: Sim,
  snapshot: Snapshot,
  statistics: Statistics,
  statisticsreset: Statisticsreset,
  stats: Stats,
  status: Status,
  stop: Stop,
  sync: Sync,
  'takeover-run': TakeoverRun,
  unban: Unban,
  uptime: Uptime,
  verify: Verify,
  version: Version,
  watch: Watch,
}
