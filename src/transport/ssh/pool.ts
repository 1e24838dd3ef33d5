import { setTimeout as sleep } from 'node:timers/promises'
import { CtdbtsError, EXIT_STATUS } from '../../lib/errors.ts'
import { Slots } from '../slots.ts'
import type { SshConnectionOptions } from '../ssh-connections.ts'
import { ConfigFiles } from './config-files.ts'
import { SshConnection } from './connection.ts'
import { connectionClosed, jumpName } from './errors.ts'
import { type Ask, KeyRing } from './key-ring.ts'
import { MAX_OPENING } from './limits.ts'
import { logIn } from './login.ts'
import { type Keepalive, type ResolvedHost, type ResolveOptions, resolveHost } from './resolve.ts'
import { parseSshTarget, type SshTarget } from './target.ts'
import { userNameOf } from './user.ts'

export interface SshPoolOptions extends Omit<SshConnectionOptions, 'ask' | 'onMessage'> {
  /** The user's home directory, with `.ssh` in it. */
  readonly home: string
  /** By default ServerAliveInterval and ServerAliveCountMax, or 15 s and 3. */
  readonly keepalive?: Keepalive | undefined
  readonly ask?: Ask | undefined
  /** Called with a notice that a host key was added to known_hosts; every user should see it. */
  readonly onKeyAdded?: ((text: string) => void) | undefined
  /** A random number from 0 to 1; Math.random by default. */
  readonly random?: (() => number) | undefined
}

export interface ConnectOptions {
  /** The jump host, instead of ProxyJump. */
  readonly through?: SshConnection
  /** The name of the host in known_hosts. */
  readonly hostKeyAlias?: string
}

/** Connections through one host do not all start at the same instant. */
const MAX_JITTER_MS = 50
const MAX_JUMPS = 16

/** SSH connections, one for each host and user. */
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
  private readonly noticed = new Set<string>()

  constructor(options: SshPoolOptions) {
    const { env, home, configFile, ask } = options
    this.options = options
    this.ring = new KeyRing(ask)
    this.files = new ConfigFiles({ home, configFile, onNotice: this.notice })
    this.resolveOptions = {
      env,
      home,
      localUser: userNameOf(env),
      acceptNew: options.acceptNew ?? false,
      connectTimeoutMs: options.connectTimeoutMs,
      keepalive: options.keepalive,
      identities: options.identities ?? [],
      onNotice: this.notice,
    }
  }

  /**
   * A connection to a host, through the jump hosts that ProxyJump names.
   * @throws CtdbtsError SSH_CONFIG, SSH_JUMP (with the cause) when a jump host fails, and as {@link logIn}.
   */
  async connect(target: SshTarget, { through, hostKeyAlias }: ConnectOptions = {}): Promise<SshConnection> {
    if (this.closing.signal.aborted) throw connectionClosed(target.host, 'ctdbts closed all connections')
    const resolved = this.resolve(target)
    const host = hostKeyAlias === undefined ? resolved : { ...resolved, hostKeyAlias }
    return await this.reach(host, through ?? (await this.lastJump(host, [])))
  }

  /** Looks up a target in the configuration. @throws CtdbtsError SSH_CONFIG. */
  resolve(target: SshTarget): ResolvedHost {
    return resolveHost(target, this.files, this.resolveOptions)
  }

  /** Ends all connections, and everything in progress on them. */
  close(): void {
    this.closing.abort()
    for (const connection of [...this.routes.keys()]) connection.close()
  }

  [Symbol.dispose](): void {
    this.close()
  }

  /** Connects to the jump hosts of a host; returns the last. Only the first of a list may have jump hosts of its own, as in OpenSSH. */
  private async lastJump(host: ResolvedHost, behind: readonly string[]): Promise<SshConnection | undefined> {
    let through: SshConnection | undefined
    const path = [...behind, endpointOf(host)]
    for (const [index, hop] of host.jumps.entries()) {
      const jump = this.resolveJump(host, hop)
      if (path.includes(endpointOf(jump)) || path.length > MAX_JUMPS) {
        throw new CtdbtsError('SSH_CONFIG', `ProxyJump is circular: ${[...path, endpointOf(jump)].join(' → ')}`, {
          hint: 'correct ProxyJump in ~/.ssh/config; `ProxyJump none` turns it off for a host',
        })
      }
      try {
        through = await this.reach(jump, index === 0 ? await this.lastJump(jump, path) : through)
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
      throw new CtdbtsError('SSH_CONFIG', `ProxyJump of ${name}: ${cause.message}`, {
        hint: 'correct it in ~/.ssh/config',
        cause,
      })
    }
  }

  private reach(host: ResolvedHost, through: SshConnection | undefined): Promise<SshConnection> {
    const route = `${endpointOf(host)} ${host.hostKeyAlias ?? ''}${through ? ` via ${this.routes.get(through)}` : ''}`
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
      if (this.closing.signal.aborted) throw connectionClosed(host.name, 'ctdbts closed it')
      const client = await logIn(host, {
        ring: this.ring,
        onNotice: this.notice,
        onKeyAdded: (text) => this.options.onKeyAdded?.(text),
        signal: this.closing.signal,
        through: through && ((to, port) => through.forwardTcp(to, port)),
        jump: through && jumpName(through.target),
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

  /** Passes on each notice only once, though it may come up at every host. */
  private readonly notice = (text: string): void => {
    if (this.noticed.has(text)) return
    this.noticed.add(text)
    this.options.onNotice?.(text)
  }
}

const endpointOf = ({ user, host, port }: ResolvedHost): string => `${user}@${host}:${port}`

function jumpFailed(host: ResolvedHost, jump: ResolvedHost, error: unknown): unknown {
  if (!(error instanceof CtdbtsError) || error.code === 'SSH_CONFIG') return error
  const message = `cannot reach ${host.name} through ${jump.name}: ${error.message}`
  return error.with({ code: 'SSH_JUMP', message, exitStatus: EXIT_STATUS.failure, cause: error })
}
