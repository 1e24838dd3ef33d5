import { type Stats, statSync } from 'node:fs'
import { connect, type Socket } from 'node:net'
import { KNOWN_SOCKETS, socketByEnvironment } from '../../lib/cluster/paths.ts'
import type { ErrorCode } from '../../lib/error-codes.ts'
import { CtdbtsError } from '../../lib/errors.ts'
import { checkSocketPath } from '../../lib/host/socket-path.ts'
import { CtdbClient } from '../client/client.ts'
import { NoAnswerError } from '../client/errors.ts'

/** How the local daemon is reached. */
export interface UnixOptions {
  /** Path of the socket; found by {@link findSocket} by default. */
  readonly socketPath?: string | undefined
  /** Default time limit for controls, in milliseconds. */
  readonly timeoutMs: number
}

/**
 * The socket of the local daemon: the given one, else CTDB_SOCKET, else (in test mode) the one under CTDB_BASE, else the first known path that
 * exists.
 * @throws CtdbtsError NO_SOCKET when none exists; TEST_MODE when CTDB_BASE is not set in test mode.
 */
export function findSocket(given: string | undefined, env: NodeJS.ProcessEnv, known: readonly string[] = KNOWN_SOCKETS): string {
  const named = given || socketByEnvironment(env)
  if (named) return named
  const found = known.find((path) => statOf(path) !== 'absent')
  if (found) return found
  throw new CtdbtsError('NO_SOCKET', `no CTDB daemon runs here: there is no socket at ${known.join(', ')}`, {
    hint: 'start it (`systemctl start ctdb`), or look for it in containers with `ctdbts discover`; --socket PATH or CTDB_SOCKET names its socket, --sim is an embedded cluster',
  })
}

/**
 * Connects to the local daemon.
 * @throws CtdbtsError with a different code for each cause.
 */
export async function connectUnix(path: string, { timeoutMs }: UnixOptions): Promise<CtdbClient> {
  const socket = await openSocket(path)
  return new CtdbClient(socket, { peer: path, timeoutMs })
}

/** ctdb has no limit here, so it asks even with -t 0. With this one, a daemon that hangs does not block us for ever. */
const FIRST_ANSWER_MS = 10_000

/**
 * Connects to the local daemon and asks for its PNN, even with a limit of 0.
 * @throws as {@link connectUnix}; NOT_ANSWERING when the daemon accepts the connection and does not answer.
 */
export async function openUnix(options: UnixOptions): Promise<{ client: CtdbClient; pnn: Promise<number> }> {
  const client = await connectUnix(findSocket(options.socketPath, process.env), options)
  const timeoutMs = options.timeoutMs || FIRST_ANSWER_MS
  const pnn = client.pnn({ timeoutMs }).catch((error: unknown) => {
    if (!(error instanceof NoAnswerError)) throw error
    throw new CtdbtsError(
      'NOT_ANSWERING',
      `the daemon at ${client.peer} accepted the connection but did not answer within ${timeoutMs / 1000} s`,
      {
        hint: 'ctdbd is stopped, hung or overloaded: check its state (`ps -C ctdbd`) and its log',
        exitStatus: error.exitStatus,
        cause: error,
      },
    )
  })
  return { client, pnn }
}

/**
 * Connects to a daemon's socket.
 * @throws CtdbtsError with a different code for each cause.
 */
export async function openSocket(path: string): Promise<Socket> {
  checkSocketPath(path, 'use a shorter path to the socket, such as a symbolic link')
  return new Promise((resolve, reject) => {
    const socket = connect({ path })
    socket.once('error', (cause: NodeJS.ErrnoException) => reject(explain(path, cause)))
    socket.once('connect', () => {
      socket.removeAllListeners('error')
      resolve(socket)
    })
  })
}

function explain(path: string, cause: NodeJS.ErrnoException): CtdbtsError {
  const failure = (code: ErrorCode, message: string, hint: string) => new CtdbtsError(code, message, { hint, cause })
  switch (cause.code) {
    case 'ENOENT':
    case 'ENOTDIR':
      return failure(
        'NO_SOCKET',
        `there is no CTDB socket at ${path}`,
        'start ctdbd (`systemctl start ctdb`), or name another socket with --socket PATH',
      )
    case 'EACCES':
    case 'EPERM':
      return failure('NO_PERMISSION', `no permission to use the CTDB socket ${path}`, 'only root may use the socket: use sudo')
    case 'ECONNREFUSED':
      if (statOf(path) !== 'socket') {
        return failure('NOT_A_SOCKET', `${path} is not a socket`, 'name the socket of ctdbd with --socket PATH or CTDB_SOCKET')
      }
      return failure(
        'NOBODY_LISTENS',
        `no daemon listens on ${path}: the socket is a leftover`,
        'start ctdbd (`systemctl start ctdb`)',
      )
    case 'EPROTOTYPE':
      return failure(
        'NOT_CTDB',
        `${path} is not the socket of ctdbd: it has another type`,
        'name the socket of ctdbd with --socket PATH or CTDB_SOCKET',
      )
    case 'EAGAIN':
      return failure(
        'NOT_ANSWERING',
        `the daemon at ${path} does not accept connections: too many are already waiting`,
        'ctdbd is stopped, hung or overloaded: check its state (`ps -C ctdbd`) and its log',
      )
    default:
      return failure(
        'NO_CONNECTION',
        `cannot connect to ${path}: ${cause.message}`,
        'check whether ctdbd runs (`systemctl status ctdb`)',
      )
  }
}

/** What is at a path. A path that cannot be examined counts as present: connecting to it gives a better error. */
function statOf(path: string): 'absent' | 'socket' | 'other' {
  let stats: Stats | undefined
  try {
    stats = statSync(path, { throwIfNoEntry: false })
  } catch {
    return 'other'
  }
  if (!stats) return 'absent'
  return stats.isSocket() ? 'socket' : 'other'
}
