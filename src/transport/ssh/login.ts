import { connect, type Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import ssh2, { type Client } from 'ssh2'
import { CtdbtsError } from '../../lib/errors.ts'
import { Authentication } from './authentication.ts'
import { connectionClosed, noAnswer, reasonOf } from './errors.ts'
import { type HostKeyCheck, hostKeyCheck } from './host-keys.ts'
import type { KeyRing } from './key-ring.ts'
import { Patience } from './patience.ts'
import type { ResolvedHost } from './resolve.ts'

export interface LoginOptions {
  readonly ring: KeyRing
  readonly onNotice: (text: string) => void
  readonly onKeyAdded: (text: string) => void
  /** Gives a stream to the host through another one. */
  readonly through: ((host: string, port: number) => Promise<Duplex>) | undefined
  /** That other one, as `ssh -J` takes it. */
  readonly jump: string | undefined
  /** Aborted when nobody wants the connection any more. */
  readonly signal: AbortSignal
}

type Phase = 'handshake' | 'authentication'

/**
 * Connects to a host's sshd, checks who it is, and logs in.
 * @throws CtdbtsError SSH_RESOLVE, SSH_REFUSED, SSH_UNREACHABLE, SSH_TIMEOUT, SSH_HANDSHAKE, HOST_KEY_*, KNOWN_HOSTS, SSH_AUTH, SSH_KEY, SSH_CLOSED.
 */
export async function logIn(
  host: ResolvedHost,
  { ring, onNotice, onKeyAdded, through, jump, signal }: LoginOptions,
): Promise<Client> {
  const check = hostKeyCheck(host, onKeyAdded, jump)
  using patience = new Patience(host.connectTimeoutMs)
  const stop = AbortSignal.any([patience.signal, signal])
  const socket = through ? await reachThrough(host, through, patience) : await dial(host, stop, patience.signal)
  const abandon = () => socket.destroy()
  stop.addEventListener('abort', abandon)
  try {
    const authentication = new Authentication(host, ring, patience)
    const client = await new Login(host, check, authentication, patience.signal).on(socket)
    for (const notice of authentication.notices) onNotice(`${host.name}: ${notice}`)
    return client
  } catch (error) {
    socket.destroy()
    if (signal.aborted) throw connectionClosed(host.name, 'connecting to it was given up', error)
    throw error
  } finally {
    stop.removeEventListener('abort', abandon)
  }
}

async function reachThrough(
  { name, host, port, connectTimeoutMs }: ResolvedHost,
  through: (host: string, port: number) => Promise<Duplex>,
  patience: Patience,
): Promise<Duplex> {
  const stream = through(host, port)
  try {
    return await patience.limit(stream)
  } catch (error) {
    if (!patience.signal.aborted) throw error
    // It may come when nobody wants it any more.
    void stream.then(
      (late) => late.destroy(),
      () => {},
    )
    throw noAnswer(`nothing answers for ${name} at ${host}:${port}`, connectTimeoutMs, REACHABLE)
  }
}

const REACHABLE = 'see whether the host is up and no firewall is in between'

function dial(
  { name, host, port, family, connectTimeoutMs }: ResolvedHost,
  stop: AbortSignal,
  late: AbortSignal,
): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port, family, signal: stop, autoSelectFamily: true, noDelay: true })
    socket.once('error', (cause: NodeJS.ErrnoException) => {
      const place = `${name} (${host}, port ${port})`
      const fail = (code: string, message: string, hint: string) => reject(new CtdbtsError(code, message, { hint, cause }))
      if (late.aborted || cause.code === 'ETIMEDOUT') reject(noAnswer(`nothing answers at ${place}`, connectTimeoutMs, REACHABLE))
      else if (stop.aborted) fail('SSH_CLOSED', `connecting to ${place} was given up`, 'try again')
      else if (cause.code === 'ECONNREFUSED') {
        fail('SSH_REFUSED', `${place} refuses the connection: no sshd listens there`, 'see whether sshd runs, and on which port')
      } else if (['ENOTFOUND', 'EAI_AGAIN', 'ENODATA', 'EAI_FAIL'].includes(cause.code ?? '')) {
        fail(
          'SSH_RESOLVE',
          `no address is known for ${host}: ${cause.message}`,
          'look at the name, or give it an address with HostName',
        )
      } else fail('SSH_UNREACHABLE', `${place} cannot be reached: ${reasonOf(cause)}`, REACHABLE)
    })
    socket.once('connect', () => {
      socket.removeAllListeners('error')
      // Until ssh2 listens.
      socket.on('error', () => {})
      resolve(socket)
    })
  })
}

/** The conversation up to the point where the server has let us in. */
class Login {
  private readonly host: ResolvedHost
  private readonly check: HostKeyCheck
  private readonly authentication: Authentication
  private readonly late: AbortSignal
  private phase: Phase = 'handshake'
  private verdict: unknown
  private trusted: Buffer | undefined

  constructor(host: ResolvedHost, check: HostKeyCheck, authentication: Authentication, late: AbortSignal) {
    this.host = host
    this.check = check
    this.authentication = authentication
    this.late = late
  }

  on(socket: Duplex): Promise<Client> {
    const { host, check, authentication } = this
    return new Promise((resolve, reject) => {
      const client = new ssh2.Client()
      let last: Error | undefined
      client.on('error', (error: Error & { level?: string }) => {
        // ssh2 goes on with the next key by itself.
        if (error.level === 'agent') authentication.note(error)
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
        // The time limit is ours, because it stands still while a human is asked.
        readyTimeout: 0,
        keepaliveInterval: host.keepalive.intervalMs,
        keepaliveCountMax: host.keepalive.countMax,
        // Sockets are forwarded by others than OpenSSH too, and whoever does not says so.
        strictVendor: false,
      })
    })
  }

  /** Asked again whenever new keys are exchanged: the host is still the same one then. */
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
    const { name, host, port, connectTimeoutMs } = this.host
    if (this.verdict) return this.verdict
    const place = `${name} (${host}, port ${port})`
    if (this.late.aborted) {
      const what = this.phase === 'handshake' ? 'answers, but does not speak SSH' : 'speaks SSH, but lets nobody in'
      return new CtdbtsError('SSH_HANDSHAKE', `${place} ${what} within ${connectTimeoutMs / 1000} s`, {
        hint: 'sshd may hang or be overloaded, or something else listens on this port',
      })
    }
    if (this.phase === 'authentication') {
      return this.authentication.failure(error?.level === 'client-authentication' ? undefined : error && reasonOf(error))
    }
    return new CtdbtsError('SSH_HANDSHAKE', `no SSH connection with ${place}: ${error ? reasonOf(error) : 'it hung up'}`, {
      hint: 'something else than sshd may listen there, or sshd takes no connections now (MaxStartups), or is too old',
      cause: error,
    })
  }
}
