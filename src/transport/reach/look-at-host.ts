import { collectHostFacts } from '../host/collect.ts'
import type { HostReport } from '../host/parse.ts'
import type { HostAccess } from '../host-access.ts'

interface LookOptions {
  readonly socketPaths: readonly string[]
  readonly timeoutMs: number
  readonly base?: string | undefined
}

/** What is to be seen on a machine. The event daemon's socket lies beside that of ctdbd, wherever that is. */
export const lookAtHost = (access: HostAccess, { socketPaths, timeoutMs, base }: LookOptions): Promise<HostReport> =>
  collectHostFacts(access, { timeoutMs, base, eventSockets: socketPaths.map((path) => path.replace(/[^/]+$/, 'eventd.socket')) })
