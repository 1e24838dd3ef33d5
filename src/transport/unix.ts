import { type Stats, statSync } from 'node:fs'
import { connect, type Socket } from 'node:net'
import { CtdbtsError } from '../lib/errors.ts'
import { CtdbClient } from './client.ts'
import { NoAnswerError } from './client-errors.ts'
import { KNOWN_SOCKETS, socketByEnvironment } from './ctdb-paths.ts'

/** sun_path has 108 bytes on Linux, one of them for the NUL. */
export const MAX_SOCKET_PATH_BYTES = 107

export interface UnixOptions {
  /** The socket; looked for where {@link findSocket} says unless given. */
  readonly socketPath?: string | undefined
  /** Time limit for each control that gives none itself. */
  readonly timeoutMs: number
}

/**
 * The socket of the local daemon: the one given, else CTDB_SOCKET, else (in test mode) the one under CTDB_BASE, else the first known
 * place where something is.
 * @throws CtdbtsError NO_SOCKET when nothing is anywhere; TEST_MODE when test mode lacks CTDB_BASE.
 */
export function findSocket(given: string | undefined, env: NodeJS.ProcessEnv, known: readonly string[] = KNOWN_SOCKETS): string {
  const named = given || socketByEnvironment(env)
  if (named) return named
  const found = known.find((path) => statOf(path) !== 'absent')
  if (found) return found
  throw new CtdbtsError('NO_SOCKET', `no CTDB daemon runs here: there is no socket at ${known.join(', ')}`, {
    hint: 'start it (`systemctl start ctdb`), name its socket with --socket PATH or CTDB_SOCKET, or ask an embedded cluster (--sim)',
  })
}

/**
 * Connects to the local daemon.
 * @throws CtdbtsError with a code and a message of its own for each way in which that fails.
 */
export async function connectUnix(path: string, { timeoutMs }: UnixOptions): Promise<CtdbClient> {
  const socket = await openSocket(path)
  return new CtdbClient(socket, { peer: path, timeoutMs })
}

/** The real tool sets no limit here, so that it asks even with -t 0; a daemon that hangs shall not hold us for good. */
const FIRST_ANSWER_MS = 10_000

/**
 * Connects to the local daemon and learns its PNN, which a limit of 0 does not keep it from.
 * @throws as {@link connectUnix}; NOT_ANSWERING when something accepts the connection and then says nothing.
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
        hint: 'ctdbd is stopped, hung or overloaded: look at its state (`ps -C ctdbd`) and its log',
        exitStatus: error.exitStatus,
        cause: error,
      },
    )
  })
  return { client, pnn }
}

/**
 * Connects to a daemon's socket.
 * @throws CtdbtsError with a code and a message of its own for each way in which that fails.
 */
export async function openSocket(path: string): Promise<Socket> {
  if (Buffer.byteLength(path) > MAX_SOCKET_PATH_BYTES) {
    throw new CtdbtsError('SOCKET_PATH', `the socket path is longer than ${MAX_SOCKET_PATH_BYTES} bytes: ${path}`, {
      hint: 'Linux allows no longer one; reach the socket through a shorter path, such as a symbolic link',
    })
  }
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
  const failure = (code: string, message: string, hint: string) => new CtdbtsError(code, message, { hint, cause })
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
      return failure('NO_PERMISSION', `no permission to use the CTDB socket ${path}`, 'the socket is for root: use sudo')
    case 'ECONNREFUSED':
      if (statOf(path) !== 'socket') {
        return failure('NOT_A_SOCKET', `${path} is not a socket`, 'name the socket of ctdbd with --socket PATH or CTDB_SOCKET')
      }
      return failure(
        'NOBODY_LISTENS',
        `nobody listens at ${path}: a ctdbd that is gone has left it behind`,
        'start ctdbd (`systemctl start ctdb`)',
      )
    case 'EPROTOTYPE':
      return failure(
        'NOT_CTDB',
        `what listens at ${path} is not ctdbd: it is another type of socket`,
        'name the socket of ctdbd with --socket PATH or CTDB_SOCKET',
      )
    case 'EAGAIN':
      return failure(
        'NOT_ANSWERING',
        `the daemon at ${path} does not take connections: too many wait already`,
        'ctdbd is stopped, hung or overloaded: look at its state (`ps -C ctdbd`) and its log',
      )
    default:
      return failure(
        'NO_CONNECTION',
        `cannot connect to ${path}: ${cause.message}`,
        'see whether ctdbd runs (`systemctl status ctdb`)',
      )
  }
}

/** What is at a path. A path that may not be looked at counts as there: connecting tells more. */
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
