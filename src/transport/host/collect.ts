import { randomBytes } from 'node:crypto'
import { CtdbtsError } from '../../lib/errors.ts'
import type { EventRun } from '../../lib/snapshot/host-facts.ts'
import { EVENTD_SOCKETS } from '../ctdb-paths.ts'
import { ADDRESS_EVENTS, EventClient } from '../event-client.ts'
import type { ExecResult, HostAccess } from '../host-access.ts'
import { machineOf } from '../place.ts'
import { type HostReport, missingFact, parseHostFacts } from './parse.ts'
import { CTDB_BASE, type Extent, factsCommand } from './script.ts'

const MAX_OUTPUT_BYTES = 4 << 20

export interface CollectHostOptions {
  /** For the command, and for each question to the event daemon. */
  readonly timeoutMs: number
  /** The folder with CTDB's configuration, an absolute path; /etc/ctdb unless given. */
  readonly base?: string | undefined
  /** Where the event daemon's socket may be; the known places unless given. */
  readonly eventSockets?: readonly string[] | undefined
  /** Everything unless given; of the kernel alone, the event daemon is not asked either. */
  readonly extent?: Extent | undefined
  readonly signal?: AbortSignal | undefined
}

/**
 * Looks at a machine: one command there, and its event daemon. What could not be seen is missing, and says why.
 * @returns all but `reachedBy` and `daemonAnswers`.
 * @throws CtdbtsError BAD_BASE for a base that is no absolute path; the signal's reason when it aborts.
 */
export async function collectHostFacts(access: HostAccess, options: CollectHostOptions): Promise<HostReport> {
  const { base = CTDB_BASE, signal } = options
  if (!/^\/[^\0]*$/.test(base)) {
    throw new CtdbtsError('BAD_BASE', `${JSON.stringify(base)} is not an absolute path`, {
      hint: `the usual one is ${CTDB_BASE}`,
    })
  }
  const asksEvents = options.extent !== 'kernel'
  const [told, events] = await Promise.all([
    runFacts(access, base, options),
    asksEvents ? askEvents(access, options) : { facts: {}, missing: [] },
  ])
  signal?.throwIfAborted()
  return { facts: { ...told.facts, ...events.facts }, missing: [...told.missing, ...events.missing] }
}

async function runFacts(
  access: HostAccess,
  base: string,
  { timeoutMs, extent, signal }: CollectHostOptions,
): Promise<HostReport> {
  const nonce = randomBytes(16).toString('hex')
  try {
    const result = await access.exec(factsCommand(nonce, base, extent), { timeoutMs, maxBytes: MAX_OUTPUT_BYTES, signal })
    return parseHostFacts(result.stdout, nonce, failureOf(result), extent)
  } catch (error) {
    signal?.throwIfAborted()
    if (!(error instanceof CtdbtsError)) throw error
    return parseHostFacts(new Uint8Array(), nonce, error, extent)
  }
}

/** The script itself always ends well: else something before it (sudo, a shell) has refused, or it was killed. */
function failureOf({ exitStatus, stderr }: ExecResult): CtdbtsError | undefined {
  if (exitStatus === 0) return undefined
  const how = exitStatus === null ? 'it was killed' : `exit status ${exitStatus}`
  return new CtdbtsError('EXEC_FAILED', stderr.trim().split('\n').at(-1)?.trim() || how)
}

async function askEvents(access: HostAccess, { timeoutMs, eventSockets, signal }: CollectHostOptions): Promise<HostReport> {
  try {
    const stream = await access.connect(eventSockets ?? EVENTD_SOCKETS)
    const client = new EventClient(stream, { peer: machineOf(access), timeoutMs })
    const close = () => client.close()
    signal?.addEventListener('abort', close, { once: true })
    try {
      const events: EventRun[] = await Promise.all(ADDRESS_EVENTS.map((event) => client.lastRun(event)))
      return { facts: { events }, missing: [] }
    } finally {
      signal?.removeEventListener('abort', close)
      close()
    }
  } catch (error) {
    signal?.throwIfAborted()
    return { facts: {}, missing: [missingFact('events', error)] }
  }
}
