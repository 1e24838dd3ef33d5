import type { Pnn } from '../../lib/cluster/node.ts'
import { CtdbtsError } from '../../lib/errors.ts'
import { CtdbClient } from '../client.ts'
import type { HostAccess } from '../host-access.ts'
import { machineOf } from '../place.ts'
import { type Heard, Listener } from './listener.ts'

/** A way to a node, before it is gone. */
export interface Destination {
  /** As the user, the configuration or the cluster names the node. */
  readonly name: string
  reach(): Promise<HostAccess>
}

/** A connection to a node's own daemon. */
export interface Daemon {
  readonly client: CtdbClient
  readonly pnn: Pnn
  /** Where it was wanted, and the daemon takes listeners. */
  readonly listener?: Listener | undefined
}

/** A node's machine, as far as it could be reached. */
export interface ReachedHost extends Destination {
  /** Absent when the machine cannot be reached. */
  readonly access?: HostAccess
  /** Absent when no daemon answers there. */
  readonly daemon?: Daemon
  /** Why something is absent. */
  readonly problem?: CtdbtsError
}

export interface ReachOptions {
  /** Where a daemon's socket may be. */
  readonly socketPaths: readonly string[]
  /** Time limit for each answer. */
  readonly timeoutMs: number
  /** Time limit for the first answer of a daemon, which tells whether it answers at all; that for each answer unless given. */
  readonly firstAnswerMs?: number | undefined
  /** Ends the connecting; what is connected stays. */
  readonly signal?: AbortSignal | undefined
  /** Whether to listen to what the daemon tells its clients, from the first moment on. */
  readonly listens?: boolean | undefined
  /** Told at once of what a daemon tells. */
  readonly onHeard?: ((heard: Heard) => void) | undefined
}

/** Goes to a machine and connects to the daemon there. What fails is said in the result. */
export async function reachHost({ name, reach }: Destination, options: ReachOptions): Promise<ReachedHost> {
  try {
    return await reachDaemon({ name, reach, access: await reach() }, options)
  } catch (error) {
    return { name, reach, problem: problemOf(error) }
  }
}

/** The same machine, with a new connection to the daemon there, or why there is none. */
export async function reachDaemon(
  { name, reach, access }: Destination & { readonly access: HostAccess },
  options: ReachOptions,
): Promise<ReachedHost> {
  try {
    return { name, reach, access, daemon: await connectDaemon(access, options) }
  } catch (error) {
    return { name, reach, access, problem: problemOf(error) }
  }
}

/**
 * Connects to the daemon of a machine, and learns its PNN.
 * @throws CtdbtsError with its own code and message for each way in which that fails.
 */
async function connectDaemon(access: HostAccess, options: ReachOptions): Promise<Daemon> {
  const { socketPaths, timeoutMs, listens, onHeard, signal } = options
  const client = new CtdbClient(await access.connect(socketPaths), { peer: machineOf(access), timeoutMs })
  const giveUp = () => client.close()
  signal?.addEventListener('abort', giveUp)
  try {
    const pnn = await client.pnn({ timeoutMs: options.firstAnswerMs ?? timeoutMs })
    // A daemon that does not even register a client answers nothing else either, which is what will be told of it.
    const listener = listens ? await Listener.start(client, pnn, onHeard).catch(() => undefined) : undefined
    signal?.throwIfAborted()
    return { client, pnn, listener }
  } catch (error) {
    client.close()
    throw error
  } finally {
    signal?.removeEventListener('abort', giveUp)
  }
}

/** Ends a connection to a daemon. */
export function closeDaemon({ daemon }: Pick<ReachedHost, 'daemon'>): void {
  daemon?.listener?.[Symbol.dispose]()
  daemon?.client.close()
}

function problemOf(error: unknown): CtdbtsError {
  if (error instanceof CtdbtsError) return error
  throw error
}

/** Why none of several hosts would do: the error of the only one, or what is wrong with each. */
export function noneOf(hosts: readonly Pick<ReachedHost, 'name' | 'problem'>[], what: string): CtdbtsError {
  const problems = hosts.flatMap(({ name, problem }) => (problem ? [{ name, problem }] : []))
  const [first] = problems
  if (first && problems.length === 1) return first.problem
  const reasons = problems.map(({ name, problem }) => `${name}: ${problem.message}`).join('; ')
  return new CtdbtsError('NO_WAY', `${what} of the ${problems.length} hosts: ${reasons}`, {
    ...(first?.problem.hint !== undefined && { hint: first.problem.hint }),
    ...(first && { exitStatus: first.problem.exitStatus, cause: first.problem }),
  })
}
