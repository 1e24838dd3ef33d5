import type { HostAccess } from '../transport/host-access.ts'

/** Access to this machine. Loaded late, as few commands need it. */
export async function thisMachine(): Promise<HostAccess> {
  const { localHost } = await import('../transport/local/host.ts')
  return localHost()
}
