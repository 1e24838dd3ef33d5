import { testBase } from '../lib/cluster/paths.ts'
import { CTDB_BASE } from '../lib/host/shell-parts.ts'
import type { NodesSource } from '../transport/host/read-nodes.ts'
import type { HostAccess } from '../transport/host-access.ts'
import { visible } from '../ui/visible.ts'
import { wantsHost } from './host-flags.ts'
import { type GlobalOptions, limitRunTime, timeoutMsOf } from './run-options.ts'
import { thisMachine } from './this-machine.ts'

/**
 * Gives `use` access to the machine that the options name, within the time limit of -T: this one, or the first host of --host that can be
 * reached. Does not ask its daemon.
 * @throws CtdbtsError why no host can be reached.
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

/** The folder of CTDB's configuration on that machine. On this one, CTDB_BASE can name another, as for ctdb up to 4.24. */
export const configFolder = (options: GlobalOptions, access: HostAccess): string =>
  options['config-dir'] ??
  access.configFolder ??
  ((!wantsHost(options) && (testBase(process.env) ?? process.env.CTDB_BASE)) || CTDB_BASE)

/** Where to read the list of nodes of that machine. */
export const nodesSourceOf = (options: GlobalOptions, access: HostAccess): NodesSource => ({
  access,
  isHere: !wantsHost(options),
  base: configFolder(options, access),
  timeoutMs: timeoutMsOf(options),
  onStderr: (text) => process.stderr.write(text.split('\n').map(visible).join('\n')),
})
