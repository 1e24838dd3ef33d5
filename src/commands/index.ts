import Addip from './addip.ts'
import Addtickle from './addtickle.ts'
import Delip from './delip.ts'
import Deltickle from './deltickle.ts'
import Demo from './demo.ts'
import Getpid from './getpid.ts'
import Gettickles from './gettickles.ts'
import Gratarp from './gratarp.ts'
import Ifaces from './ifaces.ts'
import Ip from './ip.ts'
import Ipinfo from './ipinfo.ts'
import Ipreallocate from './ipreallocate.ts'
import Moveip from './moveip.ts'
import Nodestatus from './nodestatus.ts'
import Pnn from './pnn.ts'
import Setifacelink from './setifacelink.ts'
import Sim from './sim.ts'
import Snapshot from './snapshot.ts'
import Status from './status.ts'
import TakeoverRun from './takeover-run.ts'
import Verify from './verify.ts'

/** Every command by its name on the command line. */
export const COMMANDS = {
  addip: Addip,
  addtickle: Addtickle,
  delip: Delip,
  deltickle: Deltickle,
  demo: Demo,
  getpid: Getpid,
  gettickles: Gettickles,
  gratarp: Gratarp,
  ifaces: Ifaces,
  ip: Ip,
  ipinfo: Ipinfo,
  ipreallocate: Ipreallocate,
  moveip: Moveip,
  nodestatus: Nodestatus,
  pnn: Pnn,
  setifacelink: Setifacelink,
  sim: Sim,
  snapshot: Snapshot,
  status: Status,
  'takeover-run': TakeoverRun,
  verify: Verify,
}
