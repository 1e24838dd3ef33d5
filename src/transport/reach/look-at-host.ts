import { eventSocketBeside } from '../ctdb-paths.ts'
import { collectHostFacts } from '../host/collect.ts'
import type { HostReport } from '../host/parse.ts'
import type { Extent } from '../host/script.ts'
import type { HostAccess } from '../host-access.ts'

interface LookOptions {
  readonly socketPaths: readonly string[]
  readonly timeoutMs: number
  readonly base?: string | undefined
  /** Everything unless given. */
  readonly extent?: Extent | undefined
  readonly signal?: AbortSignal | undefined
}

/** What is to be seen on a machine whose ctdbd may have its socket at one of these paths. */
export const lookAtHost = (
  access: HostAccess,
  { socketPaths, timeoutMs, base, extent, signal }: LookOptions,
): Promise<HostReport> =>
  collectHostFacts(access, { timeoutMs, base, extent, signal, eventSockets: socketPaths.map(eventSocketBeside) })
