import Ban from './ban.ts'
import Continue from './continue.ts'
import Demo from './demo.ts'
import Disable from './disable.ts'
import Enable from './enable.ts'
import Getpid from './getpid.ts'
import Ip from './ip.ts'
import Ipreallocate from './ipreallocate.ts'
import Listnodes from './listnodes.ts'
import Lvs from './lvs.ts'
import Natgw from './natgw.ts'
import Pnn from './pnn.ts'
import Recover from './recover.ts'
import Reloadnodes from './reloadnodes.ts'
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
  ban: Ban,
  continue: Continue,
  demo: Demo,
  disable: Disable,
  enable: Enable,
  getpid: Getpid,
  ip: Ip,
  ipreallocate: Ipreallocate,
  listnodes: Listnodes,
  lvs: Lvs,
  natgw: Natgw,
  pnn: Pnn,
  recover: Recover,
  reloadnodes: Reloadnodes,
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
