import { type AddressInfo, createServer, isIPv4, type Server, type Socket } from 'node:net'
import { cannotListen } from '../../lib/cannot-listen.ts'
import { CtdbtsError } from '../../lib/errors.ts'
import type { RunCommand } from './ssh-commands.ts'
import { serveConnection } from './ssh-connection.ts'
import { admitKeys, readPrivateKey } from './ssh-keys.ts'

export { generateSshKey, type SshKeyPair } from './ssh-keys.ts'

export interface SshServerOptions {
  /** Where to listen: a loopback address. */
  readonly host: string
  /** 0 picks a free one. */
  readonly port: number
  /** A private key in OpenSSH's format or PEM. */
  readonly hostKey: string
  /** Public keys, each a line as in authorized_keys, that are accepted for any user name. */
  readonly authorizedKeys: readonly string[]
  /** The Unix sockets that clients may reach: path as a client asks for it → path on this machine. Looked up at each request. */
  readonly sockets: ReadonlyMap<string, string>
  /** Targets for TCP forwarding: `address:port` as a client asks for it → port on the loopback address. Looked up at each request. */
  readonly ports?: ReadonlyMap<string, number>
  /** Runs the commands of this host. It gets the words of the command line; there is no shell. */
  readonly run: RunCommand
  /** The time limit for authentication; 10 s unless given. */
  readonly authenticationMs?: number
}

export interface SshServer extends AsyncDisposable {
  readonly host: string
  readonly port: number
}

const MAX_CONNECTIONS = 64

/**
 * An SSH server for the sockets and the few commands of one simulated host. It accepts public keys only, and refuses everything else:
 * shells, terminals, file transfer, forwarding to other ports.
 * @throws CtdbtsError PORT_IN_USE, CANNOT_LISTEN, NOT_LOOPBACK, or BAD_SSH_KEY.
 */
export async function serveSsh(options: SshServerOptions): Promise<SshServer> {
  const { host, port, sockets, ports = new Map(), run, authenticationMs = 10_000 } = options
  if (!isLoopback(host)) {
    throw new CtdbtsError('NOT_LOOPBACK', `${host} is not a loopback address: this server is for this machine only`, {
      hint: 'use 127.0.0.1, or any other address that starts with 127',
    })
  }
  const hostKey = readPrivateKey(options.hostKey)
  const admit = admitKeys(options.authorizedKeys)
  const open = new Set<Socket>()
  const server = createServer({ noDelay: true }, (socket) => {
    open.add(socket)
    socket.once('close', () => open.delete(socket))
    serveConnection(socket, { hostKey, admit, sockets, ports, run, authenticationMs })
  })
  server.maxConnections = MAX_CONNECTIONS
  await listen(server, host, port)
  return {
    host,
    port: (server.address() as AddressInfo).port,
    async [Symbol.asyncDispose]() {
      const closed = new Promise((resolve) => server.close(resolve))
      for (const socket of open) socket.destroy()
      await closed
    },
  }
}

function listen(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    // This listener stays: a connection that cannot be accepted, for lack of file descriptors, is an error too.
    server.on('error', (cause: NodeJS.ErrnoException) => reject(cannotListen(host, port, cause)))
    server.listen({ host, port }, resolve)
  })
}

/** Checks the text only, because a name could lead anywhere. */
const isLoopback = (host: string): boolean => host === '::1' || (isIPv4(host) && host.startsWith('127.'))
