import type { Pnn } from '../../lib/cluster/node.ts'
import { CtdbtsError } from '../../lib/errors.ts'
import { CtdbClient } from '../../transport/client/client.ts'
import { NoAnswerError } from '../../transport/client/errors.ts'
import { type HostAccess, type HostRoute, machineOf } from '../../transport/host-access.ts'
import { type Broadcast, Listener } from './listener.ts'

/** A connection to a node's own daemon. */
export interface DaemonConnection {
  readonly client: CtdbClient
  readonly pnn: Pnn
  /** Present if it was requested and the daemon accepts subscriptions. */
  readonly listener?: Listener | undefined
}

/** A node's machine and the connections to it. */
export interface ReachedHost extends HostRoute {
  /** Absent if the machine cannot be reached. */
  readonly access?: HostAccess
  /** Absent if no daemon answers there. */
  readonly daemon?: DaemonConnection
  /** Why something is absent. */
  readonly problem?: CtdbtsError
}

export interface ReachOptions {
  /** Paths at which the daemon's socket may be. */
  readonly socketPaths: readonly string[]
  /** Time limit for each answer, in milliseconds. */
  readonly timeoutMs: number
  /** Time limit for the first answer of a daemon, which shows whether it answers at all; `timeoutMs` by default. */
  readonly firstAnswerMs?: number | undefined
  /** Stops connecting. Existing connections stay open. */
  readonly signal?: AbortSignal | undefined
  /** Whether to listen to the daemon's broadcasts from the start. */
  readonly listens?: boolean | undefined
  /** Called with each broadcast at once. */
  readonly onBroadcast?: ((broadcast: Broadcast) => void) | undefined
}

/** Connects to a machine and to the daemon there. A failure is part of the result. */
export async function reachHost({ name, reach }: HostRoute, options: ReachOptions): Promise<ReachedHost> {
  try {
    return await reachDaemon({ name, reach, access: await reach() }, options)
  } catch (error) {
    return { name, reach, problem: problemOf(error) }
  }
}

/** The same machine with a new connection to its daemon, or the reason why there is none. */
export async function reachDaemon(
  { name, reach, access }: HostRoute & { readonly access: HostAccess },
  options: ReachOptions,
): Promise<ReachedHost> {
  try {
    return { name, reach, access, daemon: await connectDaemon(access, options) }
  } catch (error) {
    return { name, reach, access, problem: problemOf(error) }
  }
}

/**
 * Connects to the daemon of a machine, and asks for its PNN.
 * @throws CtdbtsError with a different code for each cause.
 */
async function connectDaemon(access: HostAccess, options: ReachOptions): Promise<DaemonConnection> {
  const { socketPaths, timeoutMs, listens, onBroadcast, signal } = options
  const client = new CtdbClient(await access.connect(socketsOn(access, socketPaths)), { peer: machineOf(access), timeoutMs })
  const abort = () => client.close()
  signal?.addEventListener('abort', abort)
  try {
    const firstAnswerMs = options.firstAnswerMs ?? timeoutMs
    const pnn = await client.pnn({ timeoutMs: firstAnswerMs }).catch((error: unknown) => {
      throw error instanceof NoAnswerError ? silentDaemon(error, machineOf(access), firstAnswerMs) : error
    })
    if (access.expectedPnn !== undefined && access.expectedPnn !== pnn)
      throw wrongNode(machineOf(access), pnn, access.expectedPnn)
    // A daemon that does not even register a client answers nothing else either; that will be reported.
    const listener = listens ? await Listener.start(client, pnn, onBroadcast).catch(() => undefined) : undefined
    signal?.throwIfAborted()
    return { client, pnn, listener }
  } catch (error) {
    client.close()
    throw error
  } finally {
    signal?.removeEventListener('abort', abort)
  }
}

/** Where the daemon's socket may be on a machine. */
export const socketsOn = ({ socketPath }: HostAccess, otherwise: readonly string[]): readonly string[] =>
  socketPath === undefined ? otherwise : [socketPath]

/** The error when the daemon of another node answers. */
export const wrongNode = (name: string, pnn: Pnn, expected: Pnn): CtdbtsError =>
  new CtdbtsError('WRONG_NODE', `${name} is node ${pnn} instead of node ${expected}`, {
    hint: 'check where this name, number or private address leads; set the names of nodes in the configuration of ctdbts',
  })

/** `ctdb`'s words for it name a control, which says little to those who asked for something else. */
const silentDaemon = (error: NoAnswerError, machine: string, timeoutMs: number): CtdbtsError =>
  error.with({
    message: `the daemon on ${machine} accepted the connection but did not answer within ${timeoutMs / 1000} s`,
    hint: 'ctdbd is stopped, hung or overloaded: check its state (`ps -C ctdbd`) and its log',
    ctdbText: undefined,
  })

/** Closes the connection to a daemon. */
export function closeDaemon({ daemon }: Pick<ReachedHost, 'daemon'>): void {
  daemon?.listener?.[Symbol.dispose]()
  daemon?.client.close()
}

function problemOf(error: unknown): CtdbtsError {
  if (error instanceof CtdbtsError) return error
  throw error
}

/** The error when none of several hosts works: that of the only host, or one that lists the problem of each. @param what `cannot reach any` */
export function noneOf(hosts: readonly Pick<ReachedHost, 'name' | 'problem'>[], what: string): CtdbtsError {
  const problems = hosts.flatMap(({ name, problem }) => (problem ? [{ name, problem }] : []))
  const [first] = problems
  if (first && problems.length === 1) return first.problem
  const reasons = problems.map(({ name, problem }) => `${name}: ${problem.message}`).join('; ')
  const message = `${what} of the ${problems.length} hosts: ${reasons}`
  return first
    ? first.problem.with({ code: 'NO_WAY', message, ctdbText: undefined, cause: first.problem })
    : new CtdbtsError('NO_WAY', message)
}
