import type { CtdbClient } from '../transport/client.ts'
import { noneOf, type ReachedHost, reachHost } from '../transport/reach/reached-host.ts'
import type { HostOptions } from './host-flags.ts'
import { openSsh } from './open-ssh.ts'

/**
 * Connects over SSH to the daemon of the first of the hosts that has one that answers.
 * @throws CtdbtsError why none does: the error of the only host, or what is wrong with each.
 */
export async function openHost(
  options: HostOptions & { readonly socket: string | undefined; readonly verbose: boolean },
  timeoutMs: number,
): Promise<{ client: CtdbClient; pnn: Promise<number>; close: () => void }> {
  const { entries, socketPaths, close } = openSsh(options)
  const tried: ReachedHost[] = []
  for (const entry of entries) {
    const host = await reachHost(entry, { socketPaths, timeoutMs })
    tried.push(host)
    if (!host.daemon) continue
    const { client, pnn } = host.daemon
    return {
      client,
      pnn: Promise.resolve(pnn),
      close: () => {
        client.close()
        close()
      },
    }
  }
  close()
  throw noneOf(tried, 'no daemon answers on any')
}
