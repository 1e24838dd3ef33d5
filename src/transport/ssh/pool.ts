import { userInfo } from 'node:os'
import { setTimeout as sleep } from 'node:timers/promises'
import { CtdbtsError } from '../../lib/errors.ts'
import { ConfigFiles } from './config-files.ts'
import { SshConnection } from './connection.ts'
import { connectionClosed } from './errors.ts'
import { type Ask, KeyRing } from './key-ring.ts'
import { logIn } from './login.ts'
import { type Keepalive, type ResolvedHost, type ResolveOptions, resolveHost } from './resolve.ts'
import { Slots } from './slots.ts'
import { parseSshTarget, type SshTarget } from './target.ts'

export interface SshPoolOptions {
  readonly env: NodeJS.ProcessEnv
  /** The user's home directory, with `.ssh` in it. */
  readonly home: string
  /** Whether a host that nothing is known of is taken for who it says it is, and remembered. */
  readonly acceptNew?: boolean | undefined
  /** Whether commands and sockets are for root, by sudo. */
  readonly sudo?: boolean | undefined
  /** For connecting and logging in, and for reaching a socket; ConnectTimeout, or 10 s, unless given. */
  readonly connectTimeoutMs?: number | undefined
  /** ServerAliveInterval and ServerAliveCountMax, or 15 s and 3, unless given. */
  readonly keepalive?: Keepalive | undefined
  /** Instead of ~/.ssh/config and /etc/ssh/ssh_config; `none` for neither. */
  readonly configFile?: string | undefined
  /** Key files to try before those of the configuration. */
  readonly identities?: readonly string[] | undefined
  readonly ask?: Ask | undefined
  /** Told what a user may want to know: which way a socket was reached, keys that could not be used, what of a configuration was passed over. */
  readonly onNotice?: ((text: string) => void) | undefined
  /** Told what every user should know: that a host's key was added to known_hosts. */
  readonly onKeyAdded?: ((text: string) => void) | undefined
  /** From 0 to 1; Math.random unless given. */
  readonly random?: (() => number) | undefined
}

export interface ConnectOptions {
  /** The host to go through, instead of what ProxyJump says. */
  readonly through?: SshConnection
  /** The name that the host's key is known by. */
  readonly hostKeyAlias?: string
}

/** Servers with many connections that are not logged in yet refuse more (MaxStartups, 10 by default). */
const MAX_OPENING = 8
/** So that connections through one host do not all begin in the same instant. */
const MAX_JITTER_MS = 50
const MAX_JUMPS = 16

/** SSH connections, one for each host however often it is asked for. */
export class SshPool implements Disposable {
  /** How many connections have been opened so far. */
  opened = 0
  private readonly options: SshPoolOptions
  private readonly resolveOptions: ResolveOptions
  private readonly files: ConfigFiles
  private readonly ring: KeyRing
  private readonly slots = new Slots(MAX_OPENING)
  private readonly connections = new Map<string, Promise<SshConnection>>()
  private readonly routes = new Map<SshConnection, string>()
  private readonly closing = new AbortController()
  private readonly told = new Set<string>()

  constructor(options: SshPoolOptions) {
    const { env, home, configFile, ask } = options
    this.options = options
    this.ring = new KeyRing(ask)
    this.files = new ConfigFiles({ home, configFile, onNotice: this.notice })
    this.resolveOptions = {
      env,
      home,
      localUser: localUser(env),
      acceptNew: options.acceptNew ?? false,
      connectTimeoutMs: options.connectTimeoutMs,
      keepalive: options.keepalive,
      identities: options.identities ?? [],
      onNotice: this.notice,
    }
  }

  /**
   * A connection with a host, by way of the hosts that ProxyJump names.
   * @throws CtdbtsError SSH_CONFIG, SSH_JUMP (with the cause) when a host in between fails, and as {@link logIn}.
   */
  async connect(target: SshTarget, { through, hostKeyAlias }: ConnectOptions = {}): Promise<SshConnection> {
    if (this.closing.signal.aborted) throw connectionClosed(target.host, 'we have closed all')
    const resolved = this.resolve(target)
    const host = hostKeyAlias === undefined ? resolved : { ...resolved, hostKeyAlias }
    return await this.reach(host, through ?? (await this.way(host, [])))
  }

  /** What a target stands for, by the configuration. @throws CtdbtsError SSH_CONFIG. */
  resolve(target: SshTarget): ResolvedHost {
    return resolveHost(target, this.files, this.resolveOptions)
  }

  /** Ends all connections, and all that is under way on them. */
  close(): void {
    this.closing.abort()
    for (const connection of [...this.routes.keys()]) connection.close()
  }

  [Symbol.dispose](): void {
    this.close()
  }

  /** The last of the hosts to go through. Of those in a list only the first is looked up for a way of its own, as in OpenSSH. */
  private async way(host: ResolvedHost, behind: readonly string[]): Promise<SshConnection | undefined> {
    let through: SshConnection | undefined
    const path = [...behind, placeOf(host)]
    for (const [index, hop] of host.jumps.entries()) {
      const jump = this.resolveJump(host, hop)
      if (path.includes(placeOf(jump)) || path.length > MAX_JUMPS) {
        throw new CtdbtsError('SSH_CONFIG', `ProxyJump leads in a circle: ${[...path, placeOf(jump)].join(' → ')}`, {
          hint: 'see ProxyJump in ~/.ssh/config; `ProxyJump none` ends it for a host',
        })
      }
      try {
        through = await this.reach(jump, index === 0 ? await this.way(jump, path) : through)
      } catch (error) {
        throw jumpFailed(host, jump, error)
      }
    }
    return through
  }

  private resolveJump({ name }: ResolvedHost, hop: string): ResolvedHost {
    try {
      return this.resolve(parseSshTarget(hop))
    } catch (cause) {
      if (!(cause instanceof CtdbtsError) || cause.code !== 'USAGE') throw cause
      throw new CtdbtsError('SSH_CONFIG', `ProxyJump of ${name}: ${cause.message}`, { hint: 'see ~/.ssh/config', cause })
    }
  }

  private reach(host: ResolvedHost, through: SshConnection | undefined): Promise<SshConnection> {
    const route = `${placeOf(host)} ${host.hostKeyAlias ?? ''}${through ? ` via ${this.routes.get(through)}` : ''}`
    const before = this.connections.get(route)
    if (before) return before
    const now = this.open(host, through, route)
    this.connections.set(route, now)
    now.catch(() => this.connections.delete(route))
    return now
  }

  private open(host: ResolvedHost, through: SshConnection | undefined, route: string): Promise<SshConnection> {
    return this.slots.run(async () => {
      await sleep((this.options.random ?? Math.random)() * MAX_JITTER_MS)
      if (this.closing.signal.aborted) throw connectionClosed(host.name, 'we have closed it')
      const client = await logIn(host, {
        ring: this.ring,
        onNotice: this.notice,
        onKeyAdded: (text) => this.options.onKeyAdded?.(text),
        signal: this.closing.signal,
        through: through && ((to, port) => through.forwardTcp(to, port)),
        jump: through && placeOf(through.target),
      })
      this.opened++
      const connection: SshConnection = new SshConnection(client, host, {
        sudo: this.options.sudo ?? false,
        onNotice: this.notice,
        onClose: () => {
          this.connections.delete(route)
          this.routes.delete(connection)
        },
      })
      this.routes.set(connection, route)
      return connection
    })
  }

  /** The same thing is not told twice, such as at every host. */
  private readonly notice = (text: string): void => {
    if (this.told.has(text)) return
    this.told.add(text)
    this.options.onNotice?.(text)
  }
}

/** A container may run as a user that no file knows. */
function localUser(env: NodeJS.ProcessEnv): string {
  try {
    return userInfo().username
  } catch {
    return env.USER || env.LOGNAME || String(process.getuid?.())
  }
}

const placeOf = ({ user, host, port }: ResolvedHost): string => `${user}@${host}:${port}`

function jumpFailed(host: ResolvedHost, jump: ResolvedHost, error: unknown): unknown {
  if (!(error instanceof CtdbtsError) || error.code === 'SSH_CONFIG') return error
  return new CtdbtsError('SSH_JUMP', `${host.name} cannot be reached through ${jump.name}: ${error.message}`, {
    ...(error.hint !== undefined && { hint: error.hint }),
    cause: error,
  })
}
