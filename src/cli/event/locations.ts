import { EVENTD_SOCKETS, eventSocketBeside, testBase } from '../../lib/cluster/paths.ts'
import type { ScriptFolders } from '../../transport/host/event-scripts.ts'
import type { HostAccess } from '../../transport/host-access.ts'
import { wantsHost } from '../host-flags.ts'
import { type GlobalOptions, timeoutMsOf } from '../run-options.ts'
import { configFolder } from '../with-machine.ts'
import type { EventDaemon } from './ask-daemon.ts'

/** Where CTDB's own scripts are installed: by Linux's distributions, and by a Samba built from source. */
const DATA_FOLDERS = ['/usr/share/ctdb', '/usr/local/samba/share/ctdb', '/usr/local/share/ctdb']

/** The event daemon of the machine that the options name. */
export const eventDaemonOf = (options: GlobalOptions, access: HostAccess): EventDaemon => ({
  access,
  sockets: socketsOf(options, access),
  timeoutMs: timeoutMsOf(options),
})

/** Beside the socket of the daemon that is meant; in test mode it has a place of its own, whatever CTDB_SOCKET says. */
function socketsOf(options: GlobalOptions, { socketPath }: HostAccess): readonly string[] {
  if (socketPath !== undefined) return [eventSocketBeside(socketPath)]
  if (options.socket !== undefined) return [eventSocketBeside(options.socket)]
  if (wantsHost(options)) return EVENTD_SOCKETS
  const base = testBase(process.env)
  if (base !== undefined) return [`${base}/run/eventd.socket`]
  return process.env.CTDB_SOCKET ? [eventSocketBeside(process.env.CTDB_SOCKET)] : EVENTD_SOCKETS
}

/** Where the event scripts are on the machine that the options name. */
export function scriptFoldersOf(options: GlobalOptions, access: HostAccess): ScriptFolders {
  const base = wantsHost(options) ? undefined : testBase(process.env)
  return {
    access,
    timeoutMs: timeoutMsOf(options),
    etc: configFolder(options, access),
    data: base === undefined ? DATA_FOLDERS : [`${base}/share`],
  }
}
