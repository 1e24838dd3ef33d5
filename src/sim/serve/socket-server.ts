import { rmSync, statSync } from 'node:fs'
import { connect, createServer, type Server, type Socket } from 'node:net'
import { dirname } from 'node:path'
import { CtdbtsError } from '../../lib/errors.ts'
import { checkSocketPath } from '../../lib/host/socket-path.ts'
import { makeFolder } from '../make-folder.ts'

/** A Unix socket that is served. */
export interface SocketServer extends AsyncDisposable {
  readonly path: string
}

/**
 * Listens on a Unix socket. Removes a socket that a program has left there.
 * @throws CtdbtsError SOCKET_PATH for a path that is too long, SOCKET_IN_USE when a program listens there already, CANNOT_LISTEN otherwise.
 */
export async function listenUnix(path: string, serve: (socket: Socket) => void): Promise<SocketServer> {
  checkSocketPath(path, 'choose a shorter folder with --dir')
  await removeStale(path)
  const open = new Set<Socket>()
  const server = createServer((socket) => {
    open.add(socket)
    socket.once('close', () => open.delete(socket))
    serve(socket)
  })
  try {
    makeFolder(dirname(path))
    await listen(server, path)
  } catch (cause) {
    throw new CtdbtsError('CANNOT_LISTEN', `cannot listen at ${path}: ${cause instanceof Error ? cause.message : cause}`, {
      hint: 'choose another folder with --dir',
      cause,
    })
  }
  return {
    path,
    async [Symbol.asyncDispose]() {
      const closed = new Promise((resolve) => server.close(resolve))
      for (const socket of open) socket.destroy()
      await closed
    },
  }
}

function listen(server: Server, path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.on('error', reject)
    server.listen(path, resolve)
  })
}

async function removeStale(path: string): Promise<void> {
  const found = statSync(path, { throwIfNoEntry: false })
  if (!found) return
  if (!found.isSocket()) {
    throw new CtdbtsError('CANNOT_LISTEN', `${path} already exists and is not a socket`, {
      hint: 'choose another folder with --dir',
    })
  }
  if (await somebodyListens(path)) {
    throw new CtdbtsError('SOCKET_IN_USE', `another program already listens at ${path}, perhaps another simulated cluster`, {
      hint: 'stop it, or choose another folder with --dir',
    })
  }
  rmSync(path)
}

function somebodyListens(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ path })
    const end = (listens: boolean) => {
      socket.destroy()
      resolve(listens)
    }
    socket.once('connect', () => end(true))
    socket.once('error', () => end(false))
  })
}
