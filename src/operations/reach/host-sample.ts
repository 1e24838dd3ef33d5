import { eventSocketBeside } from '../../lib/cluster/paths.ts'
import { CtdbtsError } from '../../lib/errors.ts'
import type { Extent } from '../../lib/host/facts-script.ts'
import type { HostReport } from '../../lib/host/parse-facts.ts'
import type { MissingFact } from '../../lib/snapshot/snapshot.ts'
import { collectHostFacts } from '../../transport/host/collect.ts'
import type { HostAccess } from '../../transport/host-access.ts'
import type { HostSample } from '../collect/snapshot.ts'
import { type ReachedHost, socketsOn } from './reached-host.ts'

export interface HostSampleOptions {
  /** Paths at which ctdbd's socket may be; the event daemon's is beside it. */
  readonly socketPaths: readonly string[]
  readonly timeoutMs: number
  /** The folder of CTDB's configuration on the machine; unless given, the first of the usual ones that has any. */
  readonly base?: string | undefined
  /** What to read; everything by default. */
  readonly extent?: Extent | undefined
  readonly signal?: AbortSignal | undefined
}

/** What a sample needs to know about a node besides its machine. */
export interface HostIdentity {
  readonly privateAddress: string | undefined
  /** Whether the machine may be another one than that of the node's daemon, so that its private address has to prove it. */
  readonly needsProof: boolean
  /** Whether the node's daemon runs; called after the machine was examined. */
  readonly isDaemonRunning: () => boolean
}

/** Reads the facts of a machine. */
export const readHost = (access: HostAccess, { socketPaths, base, ...options }: HostSampleOptions): Promise<HostReport> =>
  collectHostFacts(access, {
    ...options,
    base: base ?? access.configFolder,
    eventSockets: socketsOn(access, socketPaths).map(eventSocketBeside),
  })

/** Examines the machine of a node, or reports why that is not possible. */
export async function sampleHost(
  { access, problem, name }: ReachedHost,
  { privateAddress, needsProof, isDaemonRunning }: HostIdentity,
  options: HostSampleOptions,
): Promise<HostSample> {
  if (!access) return { missing: [missingHost(problem ?? new CtdbtsError('NOT_REACHED', 'there is no access to it'))] }
  const { facts, missing } = await readHost(access, options)
  // Without any facts it is not known either whether a daemon runs.
  if (Object.keys(facts).length === 0) return { missing }
  if (needsProof && !facts.addresses?.some(({ address }) => address === privateAddress)) {
    const message = `${name} may be another machine: its kernel does not have the private address ${privateAddress}`
    return { missing: [{ fact: 'host', code: 'WRONG_HOST', message }] }
  }
  return { facts: { ...facts, reachedBy: access.name, daemonAnswers: isDaemonRunning() }, missing }
}

/**
 * A sample, or an empty one once the time limit has passed. Needed where the transport itself may hang, for example in a connection to a
 * machine that has stopped.
 */
export async function sampleInTime<S extends HostSample | HostReport>(
  sample: Promise<S>,
  limitMs: number,
): Promise<S | HostSample> {
  const error = new CtdbtsError('EXEC_TIMEOUT', `the machine did not answer within ${limitMs / 1000} s`)
  const { promise, resolve } = Promise.withResolvers<HostSample>()
  const timer = setTimeout(() => resolve({ missing: [missingHost(error)] }), limitMs)
  try {
    return await Promise.race([sample, promise])
  } finally {
    clearTimeout(timer)
  }
}

export const missingHost = ({ code, message, hint }: CtdbtsError): MissingFact => ({ fact: 'host', code, message, hint })
