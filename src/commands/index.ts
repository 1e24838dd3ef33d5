import Ip from './ip.ts'
import Status from './status.ts'

/** Every command by its name on the command line. */
export const COMMANDS = { ip: Ip, status: Status }
