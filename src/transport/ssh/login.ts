import { connect, type Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import ssh2, { type Client } from 'ssh2'
import { CtdbtsError, EXIT_STATUS } from '../../lib/errors.ts'
import { PausableTimeout } from '../pausable-timeout.ts'
import { reasonOf } from '../remote-text.ts'
import { Authentication } from './authentication.ts'
import {
  connectionClosed,
  endpointText,
  handshakeFailed,
  hostRefused,
  hostSilent,
  hostUnknown,
  hostUnreachable,
} from './errors.ts'
import { type HostKeyCheck, hostKeyCheck } from './host-keys.ts'
import type { KeyRing } from './key-ring.ts'
import type { ResolvedHost } from './resolve.ts'

export interface LoginOptions {
  readonly ring: KeyRing
  readonly onNotice: (text: string) => void
  readonly onKeyAdded: (text: string) => void
  /** Opens a stream to the host through a jump host. */
  readonly through: ((host: string, port: number) => Promise<Duplex>) | undefined
  /** The jump host, as `ssh -J` expects it. */
  readonly jump: string | undefined
  /** Cancels the login. */
  readonly signal: AbortSignal
}

/** What getaddrinfo and DNS say of a name without an address. */
const UNRESOLVED: ReadonlySet<string | undefined> = new Set(['ENOTFOUND', 'EAI_AGAIN', 'ENODATA', 'EAI_FAIL'])

type Phase = 'handshake' | 'authentication'

/**
 * Connects to a host's sshd, checks its host key, and logs in.
 * @throws CtdbtsError SSH_RESOLVE, SSH_REFUSED, SSH_UNREACHABLE, SSH_TIMEOUT, SSH_HANDSHAKE, HOST_KEY_*, KNOWN_HOSTS, SSH_AUTH, SSH_KEY, SSH_CLOSED.
 */
export async function logIn(
  host: ResolvedHost,
  { ring, onNotice, onKeyAdded, through, jump, signal }: LoginOptions,
): Promise<Client> {
  const check = hostKeyCheck(host, onKeyAdded, jump)
  using timeout = new PausableTimeout(host.connectTimeoutMs)
  const stop = AbortSignal.any([timeout.signal, signal])
  const socket = through ? await reachThrough(host, through, timeout) : await dial(host, stop, timeout.signal)
  const abandon = () => socket.destroy()
  stop.addEventListener('abort', abandon)
  // A channel of a jump host may stay half open for ever: ssh2 then refuses to use the connection, but does not say that it has ended.
  socket.once('end', abandon)
  try {
    const authentication = new Authentication(host, ring, timeout)
    const client = await new Login(host, check, authentication, timeout.signal).on(socket)
    for (const notice of authentication.notices) onNotice(`${host.name}: ${notice}`)
    return client
  } catch (error) {
    socket.destroy()
    if (signal.aborted) throw connectionClosed(host.name, 'the login was cancelled', error)
    throw error
  } finally {
    stop.removeEventListener('abort', abandon)
  }
}

async function reachThrough(
  { name, host, port, connectTimeoutMs }: ResolvedHost,
  through: (host: string, port: number) => Promise<Duplex>,
  timeout: PausableTimeout,
): Promise<Duplex> {
  const stream = through(host, port)
  try {
    return await timeout.limit(stream)
  } catch (error) {
    if (!timeout.signal.aborted) throw error
    // The stream may still be opened later.
    void stream.then(
      (late) => late.destroy(),
      () => {},
    )
    throw hostSilent({ name, host, port }, connectTimeoutMs)
  }
}

function dial(
  { name, host, port, family, connectTimeoutMs }: ResolvedHost,
  stop: AbortSignal,
  timedOut: AbortSignal,
): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port, family, signal: stop, autoSelectFamily: true, noDelay: true })
    socket.once('error', (cause: NodeJS.ErrnoException) => {
      const endpoint = { name, host, port }
      if (timedOut.aborted || cause.code === 'ETIMEDOUT') reject(hostSilent(endpoint, connectTimeoutMs))
      else if (stop.aborted) {
        const message = `connecting to ${endpointText(endpoint)} was cancelled`
        reject(new CtdbtsError('SSH_CLOSED', message, { hint: 'retry', exitStatus: EXIT_STATUS.connectionEnded, cause }))
      } else if (cause.code === 'ECONNREFUSED') reject(hostRefused(endpoint, cause))
      else if (UNRESOLVED.has(cause.code)) reject(hostUnknown(host, cause.message, cause))
      else reject(hostUnreachable(endpoint, reasonOf(cause), cause))
    })
    socket.once('connect', () => {
      socket.removeAllListeners('error')
      // ssh2 does not listen for errors yet.
      socket.on('error', () => {})
      resolve(socket)
    })
  })
}

/** The SSH handshake and the authentication. */
class Login {
  private readonly host: ResolvedHost
  private readonly check: HostKeyCheck
  private readonly authentication: Authentication
  private readonly timedOut: AbortSignal
  private phase: Phase = 'handshake'
  private verdict: unknown
  private trusted: Buffer | undefined

  constructor(host: ResolvedHost, check: HostKeyCheck, authentication: Authentication, timedOut: AbortSignal) {
    this.host = host
    this.check = check
    this.authentication = authentication
    this.timedOut = timedOut
  }

  on(socket: Duplex): Promise<Client> {
    const { host, check, authentication } = this
    return new Promise((resolve, reject) => {
      const client = new ssh2.Client()
      let last: Error | undefined
      client.on('error', (error: Error & { level?: string }) => {
        // ssh2 goes on with the next key by itself.
        if (error.level === 'agent') authentication.signingFailed(error)
        else {
          last ??= error
          reject(this.failure(error))
        }
      })
      client.once('close', () => reject(this.failure(last)))
      client.once('handshake', () => {
        this.phase = 'authentication'
      })
      client.once('ready', () => resolve(client))
      client.connect({
        sock: socket,
        username: host.user,
        algorithms: { serverHostKey: check.algorithms },
        hostVerifier: (key: Buffer) => this.isTrusted(key),
        authHandler: authentication.handler,
        // We have our own time limit, which pauses while a user is asked.
        readyTimeout: 0,
        keepaliveInterval: host.keepalive.intervalMs,
        keepaliveCountMax: host.keepalive.countMax,
        // Servers other than OpenSSH forward sockets too; those that do not refuse.
        strictVendor: false,
      })
    })
  }

  /** ssh2 calls this again at each key exchange; the host key must then be the same. */
  private isTrusted(key: Buffer): boolean {
    if (this.trusted) return this.trusted.equals(key)
    try {
      this.check.verify(key)
      this.trusted = key
      return true
    } catch (error) {
      this.verdict ??= error
      return false
    }
  }

  private failure(error: (Error & { level?: string }) | undefined): unknown {
    const { connectTimeoutMs } = this.host
    if (this.verdict) return this.verdict
    const endpoint = endpointText(this.host)
    if (this.timedOut.aborted) {
      const what = this.phase === 'handshake' ? `no SSH handshake with ${endpoint}` : `the login to ${endpoint} did not finish`
      return new CtdbtsError('SSH_HANDSHAKE', `${what} within ${connectTimeoutMs / 1000} s`, {
        hint: 'check whether sshd is hung or overloaded, or another program listens on this port',
      })
    }
    if (this.phase === 'authentication') {
      return this.authentication.failure(error?.level === 'client-authentication' ? undefined : error && reasonOf(error))
    }
    return handshakeFailed(this.host, error ? reasonOf(error) : 'the connection was closed', error)
  }
}
