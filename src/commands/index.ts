import Autocomplete from './autocomplete.ts'
import AutocompleteWords from './autocomplete-words.ts'
import Demo from './demo.ts'
import Getpid from './getpid.ts'
import Ip from './ip.ts'
import Ipreallocate from './ipreallocate.ts'
import Pnn from './pnn.ts'
import Sim from './sim.ts'
import Snapshot from './snapshot.ts'
import Status from './status.ts'
import TakeoverRun from './takeover-run.ts'
import Verify from './verify.ts'

/** Every command by its name on the command line. */
export const COMMANDS = {
  autocomplete: Autocomplete,
  'autocomplete-words': AutocompleteWords,
  demo: Demo,
  getpid: Getpid,
  ip: Ip,
  ipreallocate: Ipreallocate,
  pnn: Pnn,
  sim: Sim,
  snapshot: Snapshot,
  status: Status,
  'takeover-run': TakeoverRun,
  verify: Verify,
}
