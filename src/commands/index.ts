import Addtickle from './addtickle.ts'
import Ban from './ban.ts'
import Continue from './continue.ts'
import Deltickle from './deltickle.ts'
import Demo from './demo.ts'
import Disable from './disable.ts'
import Enable from './enable.ts'
import Getpid from './getpid.ts'
import Gettickles from './gettickles.ts'
import Gratarp from './gratarp.ts'
import Ifaces from './ifaces.ts'
import Ip from './ip.ts'
import Ipinfo from './ipinfo.ts'
import Ipreallocate from './ipreallocate.ts'
import Listnodes from './listnodes.ts'
import Lvs from './lvs.ts'
import Natgw from './natgw.ts'
import Nodestatus from './nodestatus.ts'
import Pnn from './pnn.ts'
import Recover from './recover.ts'
import Reloadnodes from './reloadnodes.ts'
import Setifacelink from './setifacelink.ts'
import Shutdown from './shutdown.ts'
import Sim from './sim.ts'
import Snapshot from './snapshot.ts'
import Status from './status.ts'
import Stop from './stop.ts'
import Sync from './sync.ts'
import TakeoverRun from './takeover-run.ts'
import Unban from './unban.ts'
import Verify from './verify.ts'

/** Every command by its name on the command line. */
export const COMMANDS = {
  addtickle: Addtickle,
  ban: Ban,
  continue: Continue,
  deltickle: Deltickle,
  demo: Demo,
  disable: Disable,
  enable: Enable,
  getpid: Getpid,
  gettickles: Gettickles,
  gratarp: Gratarp,
  ifaces: Ifaces,
  ip: Ip,
  ipinfo: Ipinfo,
  ipreallocate: Ipreallocate,
  listnodes: Listnodes,
  lvs: Lvs,
  natgw: Natgw,
  nodestatus: Nodestatus,
  pnn: Pnn,
  recover: Recover,
  reloadnodes: Reloadnodes,
  setifacelink: Setifacelink,
  shutdown: Shutdown,
  sim: Sim,
  snapshot: Snapshot,
  status: Status,
  stop: Stop,
  sync: Sync,
  'takeover-run': TakeoverRun,
  unban: Unban,
  verify: Verify,
}
