import { CtdbtsError } from '../lib/errors.ts'
import { noneOf, type ReachedHost, reachHost } from '../operations/reach/reached-host.ts'
import type { CtdbClient } from '../transport/client/client.ts'
import type { HostAccess } from '../transport/host-access.ts'
import type { HostOptions } from './host-flags.ts'
import { openRemote } from './open-remote.ts'

/**
 * Connects over SSH, or through a command, to the first host whose daemon answers.
 * @throws CtdbtsError why none does: the error of the only host, or the errors of all.
 */
export async function openHost(
  options: HostOptions & { readonly socket: string | undefined; readonly verbose: boolean },
  timeoutMs: number,
): Promise<{ client: CtdbClient; pnn: Promise<number>; host: () => Promise<HostAccess>; close: () => void }> {
  const { entries, socketPaths, close } = await openRemote(options)
  const tried: ReachedHost[] = []
  for (const entry of entries) {
    const host = await reachHost(entry, { socketPaths, timeoutMs })
    tried.push(host)
    const { access, daemon } = host
    if (!access || !daemon) continue
    const { client, pnn } = daemon
    return {
      client,
      pnn: Promise.resolve(pnn),
      host: async () => access,
      close: () => {
        client.close()
        close()
      },
    }
  }
  close()
  throw noneOf(tried, 'no daemon answers on any')
}

/**
 * Connects over SSH, or through a command, to the first host that can be reached.
 * @throws CtdbtsError why none can.
 */
export async function openMachine(
  options: HostOptions & { readonly socket: string | undefined; readonly verbose: boolean },
): Promise<{ access: HostAccess; close: () => void }> {
  const { entries, close } = await openRemote(options)
  const tried: Pick<ReachedHost, 'name' | 'problem'>[] = []
  for (const { name, reach } of entries) {
    try {
      return { access: await reach(), close }
    } catch (error) {
      if (!(error instanceof CtdbtsError)) throw error
      tried.push({ name, problem: error })
    }
  }
  close()
  throw noneOf(tried, 'cannot reach any')
}
