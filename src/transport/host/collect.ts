import { randomBytes } from 'node:crypto'
import { EVENTD_SOCKETS } from '../../lib/cluster/paths.ts'
import { CtdbtsError } from '../../lib/errors.ts'
import { type CommandExtent, type Extent, factsCommand } from '../../lib/host/facts-script.ts'
import { type HostReport, merged, missingFact, parseHostFacts } from '../../lib/host/parse-facts.ts'
import { CTDB_BASE } from '../../lib/host/shell-parts.ts'
import { lastLineOf } from '../../lib/last-line.ts'
import type { EventRun } from '../../lib/snapshot/host-facts.ts'
import { ADDRESS_EVENTS, EventClient } from '../client/event-client.ts'
import { commandName } from '../exec-errors.ts'
import { type ExecResult, type HostAccess, machineOf } from '../host-access.ts'

const MAX_OUTPUT_BYTES = 4 << 20

export interface CollectHostOptions {
  /** Time limit for the command, and for each answer of the event daemon, in milliseconds. */
  readonly timeoutMs: number
  /** The folder with CTDB's configuration, an absolute path; unless given, the first of the usual ones that has any. */
  readonly base?: string | undefined
  /** Paths at which the event daemon's socket may be; by default the known ones. */
  readonly eventSockets?: readonly string[] | undefined
  /** What to read; everything by default. With `kernel` the event daemon is not asked either. */
  readonly extent?: Extent | undefined
  readonly signal?: AbortSignal | undefined
}

/**
 * Examines a machine: runs one command there, and asks its event daemon. Facts that cannot be read are listed as missing, with the reason.
 * @returns all facts but `reachedBy` and `daemonAnswers`.
 * @throws CtdbtsError BAD_BASE if `base` is not an absolute path; the signal's reason when it aborts.
 */
export async function collectHostFacts(access: HostAccess, options: CollectHostOptions): Promise<HostReport> {
  const { base, signal } = options
  if (base !== undefined && !/^\/[^\0]*$/.test(base)) {
    throw new CtdbtsError('BAD_BASE', `${JSON.stringify(base)} is not an absolute path`, {
      hint: `the default is ${CTDB_BASE}`,
    })
  }
  const asksEvents = options.extent !== 'kernel'
  const parts = await Promise.all([
    ...commandsFor(access, options.extent).map(([machine, extent]) => runFacts(machine, extent, options)),
    ...(asksEvents ? [askEvents(access, options)] : []),
  ])
  signal?.throwIfAborted()
  return merged(parts)
}

/** What to read where: files behind a prefix, and the network where the node's addresses are. */
function commandsFor(access: HostAccess, extent: Extent = 'all'): [HostAccess, CommandExtent][] {
  const { kernel } = access
  if (!kernel) return [[access, extent]]
  return extent === 'kernel'
    ? [[kernel, extent]]
    : [
        [access, 'files'],
        [kernel, 'network'],
      ]
}

async function runFacts(
  access: HostAccess,
  extent: CommandExtent,
  { timeoutMs, base = '', signal }: CollectHostOptions,
): Promise<HostReport> {
  const nonce = randomBytes(16).toString('hex')
  const command = factsCommand(nonce, base, extent)
  try {
    const result = await access.exec(command, { timeoutMs, maxBytes: MAX_OUTPUT_BYTES, signal })
    return parseHostFacts(result.stdout, nonce, failureOf(command, machineOf(access), result), extent)
  } catch (error) {
    signal?.throwIfAborted()
    if (!(error instanceof CtdbtsError)) throw error
    return parseHostFacts(new Uint8Array(), nonce, error, extent)
  }
}

/** The script itself always ends with status 0. Any other status means that sudo or a shell refused to run it, or that it was killed. */
export function failureOf(
  command: readonly string[],
  machine: string,
  { exitStatus, stderr }: ExecResult,
): CtdbtsError | undefined {
  if (exitStatus === 0) return undefined
  const outcome = exitStatus === null ? 'was killed' : `failed with exit status ${exitStatus}`
  const lastLine = lastLineOf(stderr)
  const reason = lastLine === '' ? '' : `: ${lastLine}`
  return new CtdbtsError('EXEC_FAILED', `\`${commandName(command)}\` on ${machine} ${outcome}${reason}`)
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
