import { testBase } from '../transport/ctdb-paths.ts'
import type { NodesSource } from '../transport/host/read-nodes.ts'
import { CTDB_BASE } from '../transport/host/script.ts'
import type { HostAccess } from '../transport/host-access.ts'
import { visible } from '../ui/visible.ts'
import { type GlobalOptions, limitRunTime, thisMachine, timeoutMsOf } from './base-command.ts'
import { wantsHost } from './host-flags.ts'

/**
 * Goes to the machine that the options name, for the time of `use`, and keeps to the time limit of -T: this one, or the first of those
 * that --host names that can be reached. Its daemon is not asked.
 * @throws CtdbtsError why none of them can be reached.
 */
export async function withMachine<T>(options: GlobalOptions, use: (access: HostAccess) => Promise<T>): Promise<T> {
  const stopTimer = limitRunTime(options)
  try {
    if (!wantsHost(options)) return await use(await thisMachine())
    const { openMachine } = await import('./open-host.ts')
    const { access, close } = await openMachine(options)
    try {
      return await use(access)
    } finally {
      close()
    }
  } finally {
    stopTimer()
  }
}

/** The folder with CTDB's configuration on the machine that is meant; CTDB_BASE names another one here, as for ctdb until 4.24. */
export const configFolder = (options: GlobalOptions): string =>
  (!wantsHost(options) && (testBase(process.env) ?? process.env.CTDB_BASE)) || CTDB_BASE

/** Where the list of nodes of that machine is read. */
export const nodesSourceOf = (options: GlobalOptions, access: HostAccess): NodesSource => ({
  access,
  isHere: !wantsHost(options),
  base: configFolder(options),
  timeoutMs: timeoutMsOf(options),
  onStderr: (text) => process.stderr.write(text.split('\n').map(visible).join('\n')),
})
